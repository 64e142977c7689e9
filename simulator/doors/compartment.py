"""What lies behind a door, and the hands that put it there and take it out."""

from __future__ import annotations

from dataclasses import dataclass

from config.settings import Size
from simulator.doors.door import Door
from simulator.doors.errors import DoesNotFit, DoorShut, NotThere
from simulator.doors.log import Kind, PhysicalLog, Rule


@dataclass(frozen=True)
class Item:
    """A thing with a label and a size."""

    label: str
    size: Size


class Compartment:
    """A space of one size behind one door.

    Attributes:
        size: the biggest item that fits.
        door: the door before it.
        items: what lies in it, in the order in which it was put there.
    """

    def __init__(self, size: Size, door: Door, log: PhysicalLog) -> None:
        self.size = size
        self.door = door
        self.items: list[Item] = []
        self._log = log

    def put(self, item: Item) -> None:
        """Put an item in.

        Raises:
            DoorShut: the door is shut.
            DoesNotFit: the item is bigger than the compartment.
        """
        if not self.door.open:
            self._violation(Rule.PUT_INTO_CLOSED_DOOR, item.label)
            raise DoorShut(f"cannot put {item.label!r} into {self.door.name}: the door is shut")
        if item.size.rank > self.size.rank:
            raise DoesNotFit(f"{item.label!r} (size {item.size}) does not fit into {self.door.name} (size {self.size})")
        self.items.append(item)
        self._log.record(Kind.PUT, door=self.door.name, place=self.door.place, item=item.label)

    def take(self, label: str) -> Item:
        """Take an item out.

        Raises:
            DoorShut: the door is shut.
            NotThere: no item with this label lies here.
        """
        if not self.door.open:
            self._violation(Rule.TAKE_FROM_CLOSED_DOOR, label)
            raise DoorShut(f"cannot take {label!r} from {self.door.name}: the door is shut")
        item = next((item for item in self.items if item.label == label), None)
        if item is None:
            raise NotThere(f"{label!r} does not lie in {self.door.name}")
        self.items.remove(item)
        self._log.record(Kind.TAKE, door=self.door.name, place=self.door.place, item=label)
        return item

    def _violation(self, rule: Rule, label: str) -> None:
        self._log.record(Kind.VIOLATION, rule=rule, door=self.door.name, place=self.door.place, item=label)
