"""The cabinet drawn to scale: a rectangle for every door, so that people find theirs at a glance."""

from __future__ import annotations

from dataclasses import dataclass

COLUMN_WIDTH = 45
DOOR_HEIGHT = {"S": 12, "M": 20, "L": 32, "XL": 48}
"""Usual proportions of parcel compartments, in centimetres; the drawing needs only their ratio."""

FRAME = 4
"""Width of the cabinet's frame, in the same unit."""

Plan = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Columns: name, then (compartment, size) from top to bottom, as `Desk.plan` has them."""


@dataclass(frozen=True)
class Door:
    """One door of the drawing; `place` counts from 1 at the top of its column."""

    compartment: str
    column: str
    place: int
    x: int
    y: int
    width: int
    height: int
    pointed_out: bool


@dataclass(frozen=True)
class Drawing:
    """The whole cabinet. `elsewhere` are compartments pointed out that the plan does not know."""

    width: int
    height: int
    doors: tuple[Door, ...]
    elsewhere: tuple[str, ...]

    @property
    def pointed_out(self) -> tuple[Door, ...]:
        """Only the doors that the screen speaks of."""
        return tuple(door for door in self.doors if door.pointed_out)


def draw_cabinet(plan: Plan, compartments: tuple[str, ...]) -> Drawing:
    """Draw the cabinet with some compartments pointed out."""
    doors = tuple(
        door
        for index, (column, cells) in enumerate(plan)
        for door in _column(column, cells, FRAME + index * COLUMN_WIDTH, compartments)
    )
    known = {door.compartment for door in doors}
    return Drawing(
        width=2 * FRAME + COLUMN_WIDTH * len(plan),
        height=2 * FRAME + max((door.y + door.height - FRAME for door in doors), default=0),
        doors=doors,
        elsewhere=tuple(compartment for compartment in compartments if compartment not in known),
    )


def _column(column: str, cells: tuple[tuple[str, str], ...], x: int, compartments: tuple[str, ...]) -> tuple[Door, ...]:
    doors: list[Door] = []
    y = FRAME
    for place, (compartment, size) in enumerate(cells, start=1):
        height = DOOR_HEIGHT.get(size, DOOR_HEIGHT["M"])
        doors.append(Door(compartment, column, place, x, y, COLUMN_WIDTH, height, compartment in compartments))
        y += height
    return tuple(doors)
