"""Who plays which part of the day. Parts go to households, so that nobody collects what another part needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.story.kiosk import StoryFault
from simulator.story.roles import Neighbour, Parcel, Worker


@dataclass(frozen=True)
class Cast:
    """The parts of the day and who plays them; all but `unenrolled` have an enrolment code."""

    several: Neighbour  # has more than one parcel
    last: Neighbour  # the parcel that the last courier leaves unconfirmed
    unenrolled: Neighbour
    refuser: Neighbour
    forgetful: Neighbour
    hurried: Neighbour
    delegating: Neighbour  # has a delegate fetch one parcel
    jammed: Neighbour
    caller: Neighbour
    offline: Neighbour
    unlucky: Neighbour
    others: tuple[Neighbour, ...]


def give_parts(
    residents: Sequence[Neighbour], parcels: Sequence[Parcel], couriers: Sequence[Worker], fetched: str
) -> Cast:
    """Give every part to a household of its own. `fetched` is the consignment that has a delegate.

    Raises:
        StoryFault: the community is too small for the day.
    """
    recipient = {n.person: n for n in residents}
    by_household: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        by_household.setdefault(recipient[parcel.recipient].household, []).append(parcel)
    last_parcel = [p for p in parcels if p.carrier == couriers[-1].carrier][-1]
    last_household = recipient[last_parcel.recipient].household
    players: dict[str, Neighbour] = {}
    for neighbour in residents:
        if neighbour.enrolment_code and neighbour.household in by_household:
            players.setdefault(neighbour.household, neighbour)
    several = next((h for h in players if len(by_household[h]) > 1 and h != last_household), None)
    delegating = recipient[next(p for p in parcels if p.consignment == fetched).recipient]
    left = [n for n in residents if not n.enrolment_code and n.household not in {*players, delegating.household}]
    if several is None or not left or last_household not in players or len(players) < len(PARTS) + 2:
        raise StoryFault(f"{len(players)} households with parcels are too few for the day")
    taken = {several, last_household, delegating.household}
    rest = [n for household, n in players.items() if household not in taken]
    parts = dict(zip(PARTS, rest, strict=False))
    return Cast(
        several=players[several],
        last=players[last_household],
        unenrolled=left[0],
        delegating=delegating,
        others=tuple(rest[len(PARTS) :]),
        **parts,
    )


PARTS = ("refuser", "forgetful", "hurried", "jammed", "caller", "offline", "unlucky")
"""The parts that any household with one parcel can play."""
