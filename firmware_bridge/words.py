"""What board commands call things in Chinese, beside the English of the journal, and the lines that several share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from firmware_bridge.faults import FaultKind
from firmware_bridge.reports import Drift, Latch, Outcome

OUTCOMES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.OPENED: "已打开",
        Outcome.ALREADY_OPEN: "本已开着",
        Outcome.JAMMED: "卡住",
        Outcome.UNCONFIRMED: "未确认",
        Outcome.REFUSED: "被拒绝",
        Outcome.LINE_DOWN: "线路中断",
    }
)

LATCHES: Final[Mapping[Latch, str]] = MappingProxyType(
    {Latch.LATCHED: "锁上", Latch.UNLATCHED: "打开", Latch.UNKNOWN: "不明"}
)

DRIFTS: Final[Mapping[Drift, tuple[str, str]]] = MappingProxyType(
    {
        Drift.STUCK_DOOR: (
            "柜门卡滞",
            "请打开柜门，找出卡滞之处：靠在门上的包裹、变形的门或门框、锁舌处的污物或冰；调整锁扣，直到门能自行弹开",
        ),
        Drift.LYING_SENSOR: (
            "锁反馈不可信",
            (
                "请用钥匙开门，同时看 `iris-locker board doors`：若不显示打开，或没有人碰门也变化，请更换锁反馈或其线；"
                "若显示打开，则线圈或其线已坏，或门压住锁舌，通电也松不开"
            ),
        ),
        Drift.WEAK_LOCK: (
            "电控锁变慢",
            "请清洁锁并上油，检查线圈插头，测量线圈电阻：与相邻的锁相差很大时更换电控锁",
        ),
        Drift.WEAK_SUPPLY: (
            "供电不足",
            (
                "请在一把锁通电时测量锁控板处的电压：下降超过十分之一时，换更大的电源，或更粗更短的线；"
                "在此之前 panel.coils_at_once 保持为 1"
            ),
        ),
    }
)
"""Each drift's name and remedy."""

FAULTS: Final[Mapping[FaultKind, tuple[str, str]]] = MappingProxyType(
    {
        FaultKind.LINE_ABSENT: (
            "串口不存在",
            "请插好适配器，并核对 lines.port 是 /dev/serial/by-path 下的路径，或串口服务器已通电；线路会自行恢复",
        ),
        FaultKind.LINE_BUSY: ("串口被占用", "请停下占用串口的另一个程序，例如 `iris-locker board` 或终端"),
        FaultKind.LINE_SILENT: (
            "线路无应答",
            "请检查锁控板电源、总线的 A 和 B（对调一次），并用 `iris-locker board scan` 核对波特率和地址",
        ),
        FaultKind.LINE_NOISY: (
            "线路有干扰",
            "请检查总线：两端 120 欧、屏蔽层和地线接好、旁边没有电机或市电线、波特率与锁控板一致",
        ),
        FaultKind.LINE_ECHO: ("适配器有回声", "请在适配器上关闭回声（全双工跳线，或 RE 接地），或更换适配器"),
        FaultKind.LINE_FOREIGN: (
            "线路有多余应答",
            "请用拨码开关给每块板单独的地址；逐块取下锁控板直到线路安静，更换取下后变安静的那一块",
        ),
        FaultKind.BOARD_SILENT: ("锁控板无应答", "请检查这块板的电源、总线插头和拨码开关"),
        FaultKind.BOARD_DECLINES: ("锁控板拒绝读取", "请看锁控板的答复，使板与设置一致"),
        FaultKind.BOARD_CHANNELS: ("锁控板路数不足", "请数清这块板的锁，改正 lines.boards.channels 和 columns"),
        FaultKind.DOOR_JAMMED: ("柜门卡住", "请用钥匙开门，找出卡住之处，调整锁扣，检查线圈插头"),
        FaultKind.DOOR_OPENED: ("柜门自行打开", "请查看柜内，关好门，并在维护时确认"),
        FaultKind.DOOR_LEFT_OPEN: ("柜门长时间未关", "请关好柜门"),
        FaultKind.HOOK_FLUTTERS: ("锁反馈抖动", "请检查锁反馈的插头和线；触点跳动时更换电控锁"),
        FaultKind.COIL_COOLING: ("线圈散热中", "请等待；若经常出现，请查明此门为何要多次通电"),
    }
)
"""Each fault's name and remedy."""


def spoken(what: Outcome | Latch | Drift) -> str:
    """An outcome, what a hook says, or a drift, in both languages."""
    if isinstance(what, Outcome):
        return f"{OUTCOMES[what]} {what}"
    return f"{LATCHES[what] if isinstance(what, Latch) else DRIFTS[what][0]} {what}"


def fault_lines(part: str, kind: FaultKind, cause: str, remedy: str, since: str = "") -> Iterator[str]:
    """A fault as a fitter reads it: what and where, what was seen, and what to do in both languages."""
    name, chinese = FAULTS[kind]
    when = f" ({since})" if since else ""
    yield f"{part}: {name} {kind.replace('_', ' ')}{when}: {cause}"
    yield f"    {chinese}"
    yield f"    {remedy}"


def line_is_down(name: str, cause: str = "") -> str:
    """A line on which no board answers, or whose port is not there."""
    return f"线路 {name} 中断 line {name} is down" + (f": {cause}" if cause else "")
