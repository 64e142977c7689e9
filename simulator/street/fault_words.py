"""Faults in words, as the command line and `/api/faults` take them: `left.noise=0.01`, `A03.jam=hard`.

Before the first dot stands a line's name, a door's name or `supply`; behind it a fault of `LineFaults`, `DoorFaults` or
`SupplyFaults`, or one of the deeds below. Without `=...` the value is true; the value `ok` puts a fault right, and a
name alone with `=ok` all of its faults. Lists are written with commas: `left.dead=0,2`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from simulator.boards.faults import LineFaults
from simulator.boards.serial_line import SerialLine
from simulator.doors.door import Door
from simulator.doors.faults import DoorFaults
from simulator.doors.supply import SupplyFaults
from simulator.street.bodies import WarmBody, first_fault
from simulator.street.errors import BadRequest
from simulator.street.world import SUPPLY, World

FaultsT = TypeVar("FaultsT", bound=BaseModel)

Act = Callable[[], None]

OK = "ok"
"""The value that puts a fault right."""

ADAPTER_ACTS: dict[str, Callable[[SerialLine], None]] = {
    "in": SerialLine.plug,
    "out": SerialLine.unplug,
    "elsewhere": SerialLine.replug,
}
"""What `left.adapter=...` does."""

DOOR_ACTS: dict[str, Callable[[Door], None]] = {"pry": Door.pry, "push": Door.push, "close": Door.close}
"""What `A03.hand=...` does."""


def read_faults(world: World, words: Iterable[str]) -> list[Act]:
    """Read every word before any is done, so that a mistake in the last one changes nothing.

    Raises:
        BadRequest: a word is none, or names nothing of this site; the message says what would be right.
        UnknownDoor: it names a door that is not there.
    """
    return [_read(world, word) for word in words]


def present_faults(world: World) -> list[str]:
    """Everything that is wrong at present, in words that would make it so again."""
    words = []
    for line in world.lines.values():
        words += _words(line.name, line.faults)
        if not line.plugged:
            words.append(f"{line.name}.adapter=out")
    for name, compartment in world.cabinet.compartments.items():
        words += _words(name, compartment.door.faults)
    sound = f"{SUPPLY}.coils={world.coils}"
    return words + [word for word in _words(SUPPLY, world.cabinet.supply.faults) if word != sound]


def _read(world: World, word: str) -> Act:
    path, _, value = word.partition("=")
    where, _, what = path.partition(".")
    value = value or "true"
    if where == SUPPLY:
        supply = world.cabinet.supply
        whole = SupplyFaults(coils=world.coils)
        _changed(supply.faults, whole, what, value, word)
        return lambda: supply.set_faults(_changed(supply.faults, whole, what, value, word))
    if where in world.lines:
        return _line_act(world, where, what, value, word)
    if not where[:1].isupper():
        lines = ", ".join(world.lines)
        raise BadRequest(f"{word!r} is no fault: write WHERE.WHAT=VALUE; WHERE is {lines}, {SUPPLY} or a door like A01")
    return _door_act(world.cabinet.compartment(where).door, what, value, word)


def _line_act(world: World, name: str, what: str, value: str, word: str) -> Act:
    line = world.lines[name]
    if what == "adapter":
        return partial(_one_of(ADAPTER_ACTS, "in" if value == OK else value, word), line)
    if value == OK and not what:
        return lambda: _mend_line(world, name)
    world.check_faults(name, _changed(line.faults, LineFaults(), what, value, word))
    return lambda: world.set_faults(name, _changed(line.faults, LineFaults(), what, value, word))


def _mend_line(world: World, name: str) -> None:
    world.lines[name].plug()
    world.set_faults(name, LineFaults())


def _door_act(door: Door, what: str, value: str, word: str) -> Act:
    if what == "hand":
        return partial(_one_of(DOOR_ACTS, value, word), door)
    if what == "celsius":
        return partial(door.coil.warm, _value(WarmBody, what, value, word))
    if what and what not in DoorFaults.model_fields:
        raise BadRequest(f"{word!r}: no fault {what!r}; there are {', '.join(DoorFaults.model_fields)}, celsius, hand")
    _changed(door.faults, DoorFaults(), what, value, word)
    return lambda: door.set_faults(_changed(door.faults, DoorFaults(), what, value, word))


def _changed(present: FaultsT, whole: FaultsT, what: str, value: str, word: str) -> FaultsT:
    """The present faults with one of them set; `whole` says how each is when it is right."""
    if value == OK and not what:
        return whole
    known = type(present).model_fields
    if what not in known:
        raise BadRequest(f"{word!r}: no fault {what!r}; there are {', '.join(known)}")
    right = getattr(whole, what)
    return present.model_copy(update={what: right if value == OK else _value(type(present), what, value, word)})


def _value(model: type[BaseModel], what: str, value: str, word: str) -> Any:  # noqa: ANN401 - the field's own type
    listed = isinstance(model.model_fields[what].default, tuple)
    needed = {"coils": "1"} if model is SupplyFaults else {}
    try:
        made = model.model_validate({**needed, what: value.split(",") if listed else value})
    except ValidationError as error:
        raise BadRequest(f"{word!r}: {first_fault(error)}") from error
    return getattr(made, what)


def _one_of(acts: dict[str, Callable[[Any], None]], value: str, word: str) -> Callable[[Any], None]:
    if value not in acts:
        raise BadRequest(f"{word!r}: write one of {', '.join(acts)}")
    return acts[value]


def _words(where: str, faults: BaseModel) -> list[str]:
    wrong = faults.model_dump(mode="json", exclude_defaults=True)
    return [f"{where}.{what}={_written(value)}" for what, value in wrong.items()]


def _written(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(part) for part in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
