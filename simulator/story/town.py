"""What the story's chapters work with: the people, their parcels, and the places they go to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.story.cast import Cast
from simulator.story.kiosk import Kiosk, StoryFault
from simulator.story.processes import Part
from simulator.story.roles import Neighbour, Parcel, Worker
from simulator.story.site import Site
from simulator.story.surroundings import Platform, Street


@dataclass
class Tally:
    """What the looks of a run came to."""

    looks: int = 0
    misses: int = 0
    codes_instead: int = 0
    false_matches: int = 0
    enrolled: int = 0
    not_enrolled: int = 0


@dataclass
class Town:
    """Everything of one run."""

    site: Site
    kiosk: Kiosk
    street: Street
    platform: Platform
    parts: dict[str, Part]
    tell: Callable[[str], None]
    residents: list[Neighbour]
    couriers: list[Worker]
    attendant: Worker
    parcels: list[Parcel]
    cast: Cast
    delegate_code: str
    tally: Tally = field(default_factory=Tally)

    def parcel(self, consignment: str) -> Parcel:
        """A parcel by its consignment id."""
        return next(parcel for parcel in self.parcels if parcel.consignment == consignment)

    def parcels_for(self, neighbour: Neighbour) -> list[Parcel]:
        """What a resident's household is sent."""
        family = {n.person for n in self.residents if n.household == neighbour.household}
        return [parcel for parcel in self.parcels if parcel.recipient in family]

    def state(self, consignment: str) -> dict[str, object]:
        """A consignment in the platform's copy."""
        copy = self.platform.get("/api/copy")
        found: dict[str, object] = copy["consignments"].get(consignment, {})
        return found

    def expect(self, consignment: str, state: str) -> None:
        """Hold the story to it that a consignment comes to a state on the platform."""
        self.platform.until(
            lambda: self.state(consignment).get("state") == state,
            f"{consignment} {state}, but {self.state(consignment)}",
        )

    def behind(self, door: str) -> list[str]:
        """What truly lies behind a door."""
        items: list[str] = self.street.doors()[door]["items"]
        return items

    def check(self, held: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Hold the story to something.

        Raises:
            StoryFault: it does not hold.
        """
        if not held:
            raise StoryFault(otherwise)
