"""The operator's board: what needs somebody, made from the events; an alarm is cleared by the event that ends it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.platform.rows import Row


@dataclass(frozen=True)
class Alarm:
    """Something that needs somebody; `cleared_at` is absent while it lasts."""

    at: str
    kind: str
    subject: str
    text_zh: str
    text_en: str
    cleared_at: str | None = None


DOOR_TEXTS = {
    "left_open": ("柜门未关", "door left open"),
    "opened_without_attempt": ("柜门被异常打开", "door opened without an attempt"),
}

DRIFT_TEXTS = {
    "stuck_door": ("柜门卡滞", "stuck door"),
    "lying_sensor": ("锁反馈信号不可信", "lying sensor"),
    "weak_lock": ("电控锁变慢", "weak lock"),
    "weak_supply": ("锁电源不足", "weak supply"),
}


FAULT_TEXTS = {
    "line_absent": ("串口不存在", "the port is not there"),
    "line_busy": ("串口被占用", "another program holds the port"),
    "line_silent": ("线路无应答", "no board answers"),
    "line_noisy": ("线路有干扰", "noise on the line"),
    "line_echo": ("适配器有回声", "the adapter echoes"),
    "line_foreign": ("线路有多余应答", "answers that nobody asked for"),
    "board_silent": ("锁控板无应答", "the board does not answer"),
    "board_declines": ("锁控板拒绝读取", "the board declines reads"),
    "board_channels": ("锁控板路数不足", "fewer locks than the settings say"),
    "door_jammed": ("柜门卡住", "the door is jammed"),
    "door_opened": ("柜门自行打开", "the door opened by itself"),
    "door_left_open": ("柜门长时间未关", "the door has been left open"),
    "hook_flutters": ("锁反馈抖动", "the hook flutters"),
    "coil_cooling": ("线圈散热中", "the coil is cooling"),
}


class AlarmBoard:
    """Alarms in the order in which they came."""

    def __init__(self) -> None:
        """Nothing is wrong yet."""
        self._alarms: list[Alarm] = []
        self._lasting: dict[tuple[str, str], int] = {}

    def all(self) -> tuple[Alarm, ...]:
        """Every alarm, the cleared ones too."""
        return tuple(self._alarms)

    def raise_(self, at: str, kind: str, subject: str, text: tuple[str, str]) -> None:
        """Add an alarm, unless the same one lasts already; `text` is Chinese and English."""
        if (kind, subject) not in self._lasting:
            self._lasting[kind, subject] = len(self._alarms)
            self._alarms.append(Alarm(at, kind, subject, *text))

    def clear(self, at: str, kind: str, subject: str) -> None:
        """End an alarm that lasts."""
        place = self._lasting.pop((kind, subject), None)
        if place is not None:
            self._alarms[place] = replace(self._alarms[place], cleared_at=at)

    def apply(self, row: Row) -> None:
        """Raise or clear what the row says."""
        match row.kind:
            case "door.alarm":
                zh, en = DOOR_TEXTS.get(row.word("alarm"), (row.word("alarm"), row.word("alarm")))
                door = row.word("compartment")
                self.raise_(row.at, "door.alarm", door, (f"{door} {zh}", f"{door}: {en}"))
            case "door.changed" if row.word("latch") == "latched":
                self.clear(row.at, "door.alarm", row.word("compartment"))
            case "door.differed":
                door, was, found = row.word("compartment"), row.word("recorded"), row.word("found")
                text = (f"{door} 开机时状态不符", f"{door} was {was} in the ledger, found {found}")
                self.raise_(row.at, "door.differed", door, text)
            case "keypad.slowed":
                text = ("键盘连续输错", f"wrong codes at the keypad: {row.number('failures')}")
                self._turn(row, row.flag("alarm"), row.subject, text)
            case "line.changed" | "lock.drifted" | "panel.fault":
                self._wiring(row)
            case "daemon.started":  # the panel finds out anew what is wrong
                for kind, subject in [lasting for lasting in self._lasting if lasting[0] == "panel.fault"]:
                    self.clear(row.at, kind, subject)
            case "storage.changed":
                text = ("存储空间不足", f"the disk has {row.number('free_mb')} MB left")
                self._turn(row, row.flag("low"), row.subject, text)
            case "compartment.service":
                place, state = row.word("compartment"), row.word("state")
                text = (f"{place} 停用：{row.word('reason')}", f"{place} is {state}: {row.word('reason')}")
                self._turn(row, state != "in_service", place, text)
            case "enrolment.asked":
                why = row.word("reason")
                text = (f"住户 {row.subject} 需重新登记虹膜：{why}", f"{row.subject} should enrol again: {why}")
                self.raise_(row.at, "enrolment.asked", row.subject, text)
            case "template.stored" if row.word_or_none("renews") is None:
                self.clear(row.at, "enrolment.asked", row.word("person"))
            case "consignment.doubted":
                name = row.word("consignment")
                text = (f"物品 {name} 需核实", f"consignment {name} is in doubt: {row.word('reason')}")
                self._turn(row, row.flag("doubted"), name, text)

    def _wiring(self, row: Row) -> None:
        """Lines, boards and locks."""
        if row.kind == "line.changed":
            line = row.word("line")
            text = (f"锁控线路 {line} 中断", f"line {line} is down: {row.word('cause')}")
            self._turn(row, not row.flag("up"), line, text)
            return
        part = row.word("part")
        if row.kind == "lock.drifted":
            what, seen, texts = row.word("cause"), row.word("evidence"), DRIFT_TEXTS
        else:
            what, seen, texts = row.word("fault"), row.word("cause"), FAULT_TEXTS
        zh, en = texts.get(what, (what, what))
        self._turn(row, not row.flag("over"), f"{part} {what}", (f"{part} {zh}：{seen}", f"{part}: {en}: {seen}"))

    def _turn(self, row: Row, lasts: bool, subject: str, text: tuple[str, str]) -> None:  # noqa: FBT001 - a state
        if lasts:
            self.raise_(row.at, row.kind, subject, text)
        else:
            self.clear(row.at, row.kind, subject)
