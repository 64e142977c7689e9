"""The demo's community, drawn from a seed: people, the parcels that they wait for, and the codes issued to them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from simulator.platform.names import CARRIERS, GIVEN_NAMES, SURNAMES

ENROLLING = 12
"""Residents for whom the simulated camera has eyes: r01 to r12."""
SHARED_HOUSEHOLDS = ((0, 1),)
"""Places in the list of residents that live together."""
CODE_DIGITS = 8
PIN_DIGITS = 6


@dataclass(frozen=True)
class Resident:
    """Somebody who lives here; `camera_name` is how the simulated camera knows the eyes of one who will enrol."""

    person: str
    household: str
    name: str
    room: str
    phone_tail: str
    camera_name: str | None


@dataclass(frozen=True)
class Staff:
    """A courier of a carrier, or an attendant of the cabinet (no carrier)."""

    person: str
    role: str
    name: str
    number: str
    pin: str
    carrier: str | None = None
    carrier_name: str | None = None


@dataclass(frozen=True)
class Delegate:
    """Somebody outside the directory who fetches one consignment for its recipient."""

    name: str
    consignment: str
    credential: str


@dataclass(frozen=True)
class Parcel:
    """A consignment on its way; `true_size` is what the courier finds it to be."""

    consignment: str
    waybill: str
    recipient: str
    carrier: str
    service: str
    direction: str
    size: str
    true_size: str
    deadline_h: int | None = None


@dataclass(frozen=True)
class OneTimeCode:
    """A code that works once, as its owner knows it."""

    credential: str
    kind: str
    code: str
    person: str | None = None
    consignment: str | None = None


@dataclass(frozen=True)
class Community:
    """Everybody and everything at the beginning of the demo."""

    residents: tuple[Resident, ...]
    staff: tuple[Staff, ...]
    parcels: tuple[Parcel, ...]
    codes: tuple[OneTimeCode, ...]
    delegates: tuple[Delegate, ...]


class Mint:
    """Makes ids, waybills and codes that differ from all it made before."""

    def __init__(self, rng: random.Random) -> None:
        """Draw from `rng` alone, so that a seed gives the same community."""
        self.rng = rng
        self._made: set[str] = set()

    def opaque(self, prefix: str) -> str:
        """An id that says nothing, such as per-3f9a04c1."""
        return self._new(lambda: f"{prefix}-{self.rng.getrandbits(32):08x}")

    def digits(self, count: int) -> str:
        """A number of `count` digits that does not begin with zero."""
        return self._new(lambda: str(self.rng.randrange(10 ** (count - 1), 10**count)))

    def waybill(self) -> str:
        """What is printed on a parcel."""
        return self._new(lambda: f"YT{self.rng.randrange(10**9, 10**10)}")

    def _new(self, draw: Callable[[], str]) -> str:
        while (made := draw()) in self._made:
            pass
        self._made.add(made)
        return made


def found(mint: Mint) -> Community:
    """Twelve residents who enrol and two who do not, two couriers, an attendant, fourteen parcels and a delegate."""
    residents = tuple(_residents(mint))
    carriers = tuple((mint.opaque("car"), name) for name in CARRIERS)
    staff = (
        *(_staff(mint, "courier", carrier) for carrier in carriers),
        _staff(mint, "attendant", None),
    )
    parcels = tuple(_parcels(mint, residents, [carrier for carrier, _ in carriers]))
    enrolment = [
        OneTimeCode(mint.opaque("cred"), "enrolment", mint.digits(CODE_DIGITS), person=resident.person)
        for resident in residents
        if resident.camera_name
    ]
    fetched = parcels[0]
    delegated = OneTimeCode(
        mint.opaque("cred"), "delegate", mint.digits(CODE_DIGITS), fetched.recipient, fetched.consignment
    )
    delegate = Delegate(_name(mint.rng), fetched.consignment, delegated.credential)
    return Community(residents, staff, parcels, (*enrolment, delegated), (delegate,))


def _residents(mint: Mint) -> Iterator[Resident]:
    count = ENROLLING + 2
    homes = {place: place for place in range(count)} | {second: first for first, second in SHARED_HOUSEHOLDS}
    households = {home: (mint.opaque("hh"), _room(mint.rng)) for home in sorted(set(homes.values()))}
    names: set[str] = set()
    for place in range(count):
        while (name := _name(mint.rng)) in names:
            pass
        names.add(name)
        household, room = households[homes[place]]
        camera_name = f"r{place + 1:02d}" if place < ENROLLING else None
        yield Resident(mint.opaque("per"), household, name, room, mint.digits(4), camera_name)


def _parcels(mint: Mint, residents: tuple[Resident, ...], carriers: list[str]) -> Iterator[Parcel]:
    # The first household waits for two things, so that one look opens two doors; the eighth parcel is too large. Those
    # who do not enrol come first, so that each courier ends with a parcel for somebody who does.
    recipients = [len(residents) - 1, len(residents) - 2, *range(len(residents) - 2)]
    sizes = "SMSSMSSSSLSMSS"
    larger = {7: "M"}
    services = {9: "laundry", 11: "medicine"}
    for place, (recipient, size) in enumerate(zip(recipients, sizes, strict=True)):
        yield Parcel(
            consignment=mint.opaque("con"),
            waybill=mint.waybill(),
            recipient=residents[recipient].person,
            carrier=carriers[place % len(carriers)],
            service=services.get(place, "parcel"),
            direction="inbound",
            size=size,
            true_size=larger.get(place, size),
        )


def _staff(mint: Mint, role: str, carrier: tuple[str, str] | None) -> Staff:
    person, name = mint.opaque("per"), _name(mint.rng)
    number, pin = mint.digits(5), mint.digits(PIN_DIGITS)
    return Staff(person, role, name, number, pin, *(carrier or (None, None)))


def _name(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN_NAMES)


def _room(rng: random.Random) -> str:
    return f"{rng.randrange(1, 9)}-{rng.randrange(1, 19)}{rng.randrange(1, 5):02d}"
