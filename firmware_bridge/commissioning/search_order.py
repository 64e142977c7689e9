"""What a scan asks, the likely first, and what is left to ask once a board has answered. Pure: no port, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from firmware_bridge.boards.driver import AnyRequest, driver_named

LIKELIEST_ADDRESSES: Final = 2
LIKELY_ADDRESSES: Final = 4
"""Boards come with all DIP switches off, and fitters count on from there."""
FEW_ADDRESSES: Final = 64
"""No more than six switches can say: a family that has no more addresses is asked at all of them within seconds."""
FIRST_ADDRESSES: Final = 32
"""So many are asked of a family with more, where its rate is not the factory's: somebody changed the rate, and set a
high address as well, only of a large bank, which has boards at low ones too."""


@dataclass(frozen=True, slots=True)
class Search:
    """One thing to try: a read to one address of one family at one baud rate."""

    family: str
    baud: int
    address: int
    probe: AnyRequest


class SearchOrder:
    """The searches of one line, in their order.

    The first addresses at the factory's baud rates come first, then the next, then the first at other rates: a board
    set to another speed is likelier than one at a high address. All others follow, the factory's rates first. A line
    carries boards of one family at one rate: once one has answered, only its own kind is looked for.
    """

    def __init__(
        self, families: Iterable[str], bauds: Iterable[int] = (), *, one_baud: bool = False, every_address: bool = True
    ) -> None:
        """What to look for.

        `bauds` replaces each family's own; `one_baud`: the speed is set elsewhere, so a second one is no other; without
        `every_address` high ones at unusual rates are left out, unless these rates were asked for.
        """
        rates = tuple(bauds)
        order = tuple(_in_order(tuple(families), rates, one_baud=one_baud))
        everything = every_address or bool(rates)
        self._waiting = [each for each in order if everything or not _is_far(each)]
        self._left_out = [each for each in order if not everything and _is_far(each)]

    def __iter__(self) -> Iterator[Search]:
        """Every search that is still worth a try."""
        while self._waiting:
            yield self._waiting.pop(0)

    @property
    def left(self) -> int:
        """How many there are still to try."""
        return len(self._waiting)

    @property
    def left_out(self) -> tuple[Search, ...]:
        """What is not tried unless a board of the same kind answers."""
        return tuple(self._left_out)

    def answered(self, search: Search) -> None:
        """A board answered this one."""
        kind = (search.family, search.baud)
        self._waiting = [each for each in (*self._waiting, *self._left_out) if (each.family, each.baud) == kind]
        self._left_out = []

    def end(self) -> tuple[int, ...]:
        """Nothing more is to be tried; gives the addresses that are left out."""
        left = tuple(each.address for each in self._waiting)
        self._waiting = []
        return left


def _is_far(search: Search) -> bool:
    """Whether it is a high address at a rate that boards of the family do not come with."""
    driver = driver_named(search.family)
    unusual = search.baud != driver.bauds[0] and len(driver.addresses) > FEW_ADDRESSES
    return unusual and search.address not in driver.addresses[:FIRST_ADDRESSES]


def _in_order(families: tuple[str, ...], bauds: tuple[int, ...], *, one_baud: bool) -> Iterator[Search]:
    rates = {family: bauds or tuple(driver_named(family).bauds) for family in families}
    factory = [(family, rates[family][0]) for family in families]
    others = [] if one_baud else [(family, baud) for family in families for baud in rates[family][1:]]
    first, next_, rest = (
        slice(LIKELIEST_ADDRESSES),
        slice(LIKELIEST_ADDRESSES, LIKELY_ADDRESSES),
        slice(LIKELY_ADDRESSES, None),
    )
    likely = slice(LIKELY_ADDRESSES)
    stages = ((factory, first), (factory, next_), (others, likely), (factory, rest), (others, rest))
    return chain.from_iterable(_stage(kinds, which) for kinds, which in stages)


def _stage(kinds: list[tuple[str, int]], which: slice) -> Iterator[Search]:
    """Some addresses of every kind; families with few addresses first, the port set anew as seldom as may be."""
    for family, baud in sorted(kinds, key=lambda kind: (kind[1], len(driver_named(kind[0]).addresses))):
        driver = driver_named(family)
        for address in driver.addresses[which]:
            yield Search(family, baud, address, driver.probe(address))
