"""What a walk has learned so far, kept in a file so that it can be interrupted and resumed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pydantic import Field, ValidationError

from config.settings import Section, Size
from firmware_bridge.errors import BridgeError


class NotebookError(BridgeError):
    """The notebook cannot be read or written."""


class WalkBoard(Section):
    """A board that a scan found."""

    address: int
    channels: int


class WalkLine(Section):
    """A line that a scan found; `baud` is None where it is set in a serial server."""

    name: str
    port: str
    family: str
    baud: int | None
    echo: bool
    boards: tuple[WalkBoard, ...] = Field(min_length=1)


class ColumnPlan(Section):
    """A column as it stands in the cabinet: its letter and its sizes, top to bottom."""

    name: str
    sizes: tuple[Size, ...] = Field(min_length=1)

    @property
    def doors(self) -> tuple[str, ...]:
        """Names of its compartments, top to bottom."""
        return tuple(f"{self.name}{number:02d}" for number in range(1, len(self.sizes) + 1))


class Place(Section):
    """Where a hook is read: `channel` counts as the family's factory setting has it, from 0."""

    line: str
    board: int
    channel: int

    def __str__(self) -> str:
        return f"board {self.board} channel {self.channel} of {self.line}"


class LearnedDoor(Section):
    """Where a door's hook was found, and what it says; a hook bit is 0 or 1, a status byte 0 to 255.

    `number_one`: this is the hook that the board itself calls number 1; None where no read tells.
    """

    door: str
    place: Place
    latched: int
    unlatched: int
    number_one: bool | None = None


class Notebook(Section):
    """One walk."""

    lines: tuple[WalkLine, ...] = Field(min_length=1)
    columns: tuple[ColumnPlan, ...] = Field(min_length=1)
    doors: tuple[LearnedDoor, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Doors that are not known yet, column by column."""
        known = {each.door for each in self.doors}
        return tuple(door for column in self.columns for door in column.doors if door not in known)

    def with_door(self, learned: LearnedDoor) -> Notebook:
        """The same, one door wiser."""
        return self.model_copy(update={"doors": (*self.without_door(learned.door).doors, learned)})

    def without_door(self, door: str) -> Notebook:
        """The same, as if one door had not been learned."""
        return self.model_copy(update={"doors": tuple(each for each in self.doors if each.door != door)})


def load_notebook(path: Path) -> Notebook | None:
    """What an earlier walk left; None when there is nothing.

    Raises:
        NotebookError: the file is no notebook.
    """
    try:
        return Notebook.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise NotebookError(f"{path} cannot be used as a notebook ({error}); delete it to walk anew") from error


def save_notebook(path: Path, notebook: Notebook) -> None:
    """Keep what is known; a power cut leaves the old file or the new one.

    Raises:
        NotebookError: the file cannot be written.
    """
    try:
        write_whole(path, notebook.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise NotebookError(f"{path} cannot be written ({error.strerror}); name another --out") from error


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a power cut leaves the old one or the new one. Its mode, and a link to it, stay.

    Raises:
        OSError: it cannot be written.
    """
    path = path.resolve()
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        shutil.copymode(path, fresh)
    fresh.replace(path)
