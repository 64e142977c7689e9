"""Every way in which a board of a family may be wired and set: what its driver and its virtual board must agree on."""

from __future__ import annotations

from collections.abc import Iterator

from virtual_boards import wiring

from config.settings import BoardSettings
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.errors import FrameFieldError

CHOICES: dict[str, tuple[object, ...]] = {
    "inverted": (True,),
    "bit_order": ("lowest-first", "highest-first"),
    "first_index": (0, 1),
    "pulse_s": (0.1, 0.25, 0.3, 0.5, 0.55, 0.7, 1.0, 1.25, 2.0, 3.0, 9.0),
    "infrared": (True, False),
}
"""Values to try of each setting; a family refuses those that it cannot do."""


def ways(family: str) -> list[dict[str, object]]:
    """Settings besides address and channels: the defaults, each option by itself, and options in pairs."""
    driver = driver_named(family)
    known = [name for name in CHOICES if name == "inverted" or name in driver.options]
    singles = [{name: value} for name in known for value in CHOICES[name]]
    pairs = [
        one | other
        for number, one in enumerate(singles)
        for other in singles[number + 1 :]
        if one.keys() != other.keys() and "pulse_s" not in one | other
    ]
    return [way for way in ({}, *singles, *pairs) if _possible(family, way)]


def sizes(family: str) -> list[int]:
    """Channel counts around every byte boundary."""
    most = driver_named(family).most_channels
    return [size for size in sorted({1, 2, 7, 8, 9, 12, 15, 16, 17, 24, 25, 31, 32, 33, 48, most}) if size <= most]


def boards(family: str, *, address: int | None = None) -> Iterator[BoardSettings]:
    """The largest board in every wiring, at the family's first address but one."""
    driver = driver_named(family)
    where = driver.addresses[min(1, len(driver.addresses) - 1)] if address is None else address
    for way in ways(family):
        yield wiring(family, where, driver.most_channels, **way)


def _possible(family: str, way: dict[str, object]) -> bool:
    driver = driver_named(family)
    try:
        driver.unlock(wiring(family, driver.addresses[0], 1, **way), 0)
    except FrameFieldError:
        return False
    return True
