"""What people see of the street, as JSON."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, TypeAdapter

from config.settings import Size
from simulator.boards.faults import LineFaults
from simulator.boards.serial_line import SerialLine
from simulator.doors.compartment import Compartment
from simulator.doors.faults import DoorFaults, Jam
from simulator.doors.hook import Stuck
from simulator.doors.log import Entry
from simulator.doors.supply import PowerSupply, SupplyFaults
from simulator.street.camera import Standing
from simulator.street.world import World


class DoorView(BaseModel):
    """One compartment as it really is; `latched` is the truth, whatever the sensor says.

    `celsius` is its coil's temperature, and `cooling` whether a board that watches its coils lets it rest.
    """

    size: Size
    open: bool
    latched: bool
    jam: Jam
    hook: Stuck | None
    faults: DoorFaults
    items: list[str]
    pulses: int
    coil: bool
    celsius: int
    cooling: bool
    line: str
    board: int
    channel: int

    @classmethod
    def of(cls, compartment: Compartment) -> DoorView:
        """The view of one compartment."""
        door = compartment.door
        return cls(
            size=compartment.size,
            open=door.open,
            latched=door.latched,
            jam=door.jam,
            hook=door.hook.stuck,
            faults=door.faults,
            items=[item.label for item in compartment.items],
            pulses=door.coil.pulses,
            coil=door.coil.on,
            celsius=round(door.coil.winding.celsius),
            cooling=door.coil.cooling,
            line=door.place.line,
            board=door.place.board,
            channel=door.place.channel,
        )


class LineView(BaseModel):
    """One serial line; `device` is its adapter's own name on the computer, which may change."""

    family: str
    baud: int
    plugged: bool
    device: str | None
    boards: list[int]
    faults: LineFaults


class SupplyView(BaseModel):
    """The power supply: its voltage at present, and whether the boards run on it."""

    level: float
    boards_up: bool
    faults: SupplyFaults

    @classmethod
    def of(cls, supply: PowerSupply) -> SupplyView:
        """The view of the supply."""
        return cls(level=round(supply.level, 3), boards_up=supply.carries_boards, faults=supply.faults)


class LogView(BaseModel):
    """Entries of the physical log, and the number to ask from next time."""

    next: int
    entries: list[dict[str, Any]]


class StreetView(BaseModel):
    """Everything that the page shows."""

    title_zh: str
    title_en: str
    columns: list[list[str]]
    doors: dict[str, DoorView]
    lines: dict[str, LineView]
    supply: SupplyView
    camera: Standing
    log_next: int


_ENTRY = TypeAdapter(Entry)


def doors_view(world: World) -> dict[str, DoorView]:
    """Every compartment by name."""
    return {name: DoorView.of(compartment) for name, compartment in world.cabinet.compartments.items()}


def line_view(world: World, line: SerialLine) -> LineView:
    """One line."""
    family = next(settings.family for settings in world.settings.lines if settings.name == line.name)
    return LineView(
        family=family,
        baud=line.baud,
        plugged=line.plugged,
        device=line.device,
        boards=list(line.bus.addresses),
        faults=line.faults,
    )


def log_view(world: World, since: int) -> LogView:
    """The log from an entry on; absent fields are left out."""
    entries = world.log.since(since)
    return LogView(
        next=max(since, len(world.log)),
        entries=[_ENTRY.dump_python(entry, mode="json", exclude_none=True) for entry in entries],
    )


def street_view(world: World, standing: Standing) -> StreetView:
    """Everything at once."""
    names = [part.id for part in world.settings.compartments]
    columns = [[name for name in names if name[:-2] == column.name] for column in world.settings.columns]
    return StreetView(
        title_zh=world.settings.site.title_zh,
        title_en=world.settings.site.title_en,
        columns=columns,
        doors=doors_view(world),
        lines={name: line_view(world, line) for name, line in world.lines.items()},
        supply=SupplyView.of(world.cabinet.supply),
        camera=standing,
        log_next=len(world.log),
    )
