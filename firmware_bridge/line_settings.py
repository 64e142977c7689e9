"""Settings of a line that its family of boards cannot work with: pure, and no port is opened for it."""

from __future__ import annotations

from collections.abc import Container

from config.settings import BoardSettings, LineSettings
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.errors import LineSettingsError
from firmware_bridge.scan import speed_is_settable


def refuse_misset(line: LineSettings, used: Container[int]) -> None:
    """Refuse a line on which no door could ever be read; `used` are the addresses of boards with compartments.

    Raises:
        LineSettingsError: no board of the family runs at the rate, or what its status bytes mean is not said.
        UnknownFamilyError, BrokenDriverError: the family has no driver that can be used.
    """
    _refuse_rate(line)
    for board in line.boards:
        if board.address in used:
            _refuse_missing_codes(line, board)


def _refuse_rate(line: LineSettings) -> None:
    """A serial server keeps the rate in its own settings; there the line's only says how long frames last."""
    rates = driver_named(line.family).bauds
    if line.baud is None or line.baud in rates or not speed_is_settable(line.port):
        return
    known = ", ".join(map(str, rates))
    raise LineSettingsError(
        f"lines.baud：线路 {line.name} 设为 {line.baud}，而 {line.family} 板的波特率为 {known}；请改正，或删去此项用 "
        f"{rates[0]}\nline {line.name!r} has baud = {line.baud}, but {line.family} boards run at {known}; correct it, "
        f"or remove it for {rates[0]}"
    )


def _refuse_missing_codes(line: LineSettings, board: BoardSettings) -> None:
    options = driver_named(line.family).options
    missing = [code for code in ("latched", "unlatched") if code not in board.status_codes.values()]
    if "status_codes" not in options or not missing:
        return
    names = ", ".join(missing)
    raise LineSettingsError(
        f"lines.boards.status_codes：线路 {line.name} 的 {board.address} 号板未写明哪个状态字节表示 {names}，读不出门；"
        f"请用 iris-locker board walk 学得，或照 docs/boards/{line.family}.md 写上\n"
        f"board {board.address} of line {line.name!r} does not say which status byte means {names}, so no door of it "
        f"can be read; learn the codes with `iris-locker board walk`, or write them as its page in docs/boards shows"
    )
