"""How many channels a board has, found out by reads alone; pure but for the asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from config.settings import BoardSettings
from firmware_bridge.boards.driver import AnyRequest, BoardDriver, Hooks, Reply

Ask = Callable[[AnyRequest], Reply | None]
"""None when nothing answers."""

MISSES: Final = 3
"""So many requests in a row without an answer say that there is nobody: noise loses one answer now and then."""
USUAL_COUNTS: Final = (50, 48, 40, 32, 24, 16, 12, 8, 4)
"""Board sizes that are sold; where the answer's length tells no more than bytes, the byte's last channel."""


def any_status_codes(driver: BoardDriver) -> dict[str, str]:
    """Status codes for `BoardSettings` that make every status byte a known one, where the family has such a setting."""
    return {f"{code:02X}": "latched" for code in range(256)} if "status_codes" in driver.options else {}


def readable_board(driver: BoardDriver, address: int, channels: int) -> BoardSettings:
    """A board about which nothing else is known, such that its hooks can be read."""
    known = {"address": address, "channels": channels}
    codes = any_status_codes(driver)
    return BoardSettings.model_validate(known | {"status_codes": codes} if codes else known)


def count_channels(
    driver: BoardDriver, address: int, told: int, ask: Ask, on_loss: Callable[[], None] = lambda: None
) -> int | None:
    """How many channels a board answers for, used or not; None when it does not tell.

    `told` is how many hook bits its answer to the family's probe had; `ask` asks once, `on_loss` is as for `patient`.
    """
    most = driver.most_channels
    if len(driver.hook_reads(readable_board(driver, address, most))) > 1:
        return _highest_that_answers(driver, address, ask, on_loss)
    sizes = sorted({most, told, *USUAL_COUNTS} & set(range(1, most + 1)), reverse=True)
    return next((size for size in sizes if _answers(driver, address, size, patient(ask, on_loss))), None)


def patient(ask: Ask, on_loss: Callable[[], None] = lambda: None, *, tries: int = MISSES) -> Ask:
    """Ask again what is not answered, up to so many times; `on_loss` hears of each answer that another try brought."""

    def asked(request: AnyRequest) -> Reply | None:
        for missed in range(tries):
            reply = ask(request)
            if reply is not None:
                for _ in range(missed):
                    on_loss()
                return reply
        return None

    return asked


def _answers(driver: BoardDriver, address: int, channels: int, ask: Ask) -> bool:
    reads = driver.hook_reads(readable_board(driver, address, channels))
    return all(isinstance(ask(read.request), Hooks) for read in reads)


def _highest_that_answers(driver: BoardDriver, address: int, ask: Ask, on_loss: Callable[[], None]) -> int | None:
    """By halves, for families that read a lock at a time and keep silent about locks that they have not.

    Each is asked once on the way; the one beyond the last, which noise may have silenced, is asked again at the end.
    """
    reads = driver.hook_reads(readable_board(driver, address, driver.most_channels))
    has, has_not = 0, len(reads) + 1
    again = patient(ask, on_loss, tries=MISSES - 1)
    while True:
        while has_not - has > 1:
            middle = (has + has_not) // 2
            if isinstance(ask(reads[middle - 1].request), Hooks):
                has = middle
            else:
                has_not = middle
        if has_not > len(reads) or not isinstance(again(reads[has_not - 1].request), Hooks):
            return has or None
        on_loss()
        has, has_not = has_not, len(reads) + 1
