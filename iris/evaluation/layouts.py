"""Which picture shows which eye of which person, in the three folder layouts that are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PICTURES = {".bmp", ".jpg", ".jpeg", ".png", ".pgm", ".tif", ".tiff"}
IITD_SAME_PERSON = {"042": "008", "176": "012", "183": "053", "134": "074", "150": "094", "144": "140"}
"""IIT Delhi 1.0 numbers six people twice; a pair across two numbers of one person is neither genuine nor impostor."""


class Layout(StrEnum):
    """How a data set names its pictures."""

    CASIA_INTERVAL = "casia-interval"
    IITD = "iitd"
    FOLDERS = "folders"


class LayoutError(ValueError):
    """A data set that does not look as its layout says."""


@dataclass(frozen=True, slots=True)
class Item:
    """One picture.

    Attributes:
        path: the file.
        eye: the class it belongs to; equal for genuine pairs.
        person: equal for two numbers of one person.
        number: the subject number as the data set has it; None where there is none.
        side: "L", "R" or "".
    """

    path: Path
    eye: str
    person: str
    number: int | None
    side: str


def items(folder: Path, layout: Layout, subjects: tuple[int, int] | None = None) -> list[Item]:
    """Every picture of a data set, in the order of its paths; raises `LayoutError`.

    `subjects` keeps the subject numbers of an inclusive range; with `folders` it counts the folders from 1.
    """
    if not folder.is_dir():
        raise LayoutError(f"{folder} is not a folder")
    readers = {Layout.CASIA_INTERVAL: _casia, Layout.IITD: _iitd, Layout.FOLDERS: _folders}
    found = [item for item in readers[layout](folder) if _within(item.number, subjects)]
    if not found:
        raise LayoutError(f"no pictures of layout {layout.value} in {folder} for these subjects")
    return found


def ambiguous(a: Item, b: Item) -> bool:
    """Whether nobody can say if the two pictures show one eye: same person under two numbers."""
    return a.person == b.person and a.number != b.number and a.number is not None


def _within(number: int | None, subjects: tuple[int, int] | None) -> bool:
    return subjects is None or (number is not None and subjects[0] <= number <= subjects[1])


def _pictures(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in PICTURES)


def _casia(folder: Path) -> Iterator[Item]:
    for path in _pictures(folder):
        match = re.fullmatch(r"S1(\d{3})([LR])\d{2}", path.stem)
        if match:
            number, side = match.groups()
            yield Item(path, f"{number}{side}", number, int(number), side)


def _iitd(folder: Path) -> Iterator[Item]:
    for path in _pictures(folder):
        match = re.fullmatch(r"\d{2}_([LR])", path.stem)
        if match and re.fullmatch(r"\d{3}", path.parent.name):
            number, side = path.parent.name, match.group(1)
            yield Item(path, f"{number}{side}", IITD_SAME_PERSON.get(number, number), int(number), side)


def _folders(folder: Path) -> Iterator[Item]:
    """One folder per eye; two folders XL and XR are the eyes of one person X."""
    eyes = sorted({path.parent for path in _pictures(folder)} - {folder})
    people: dict[str, int] = {}
    for eye in eyes:
        name = eye.relative_to(folder).as_posix()
        paired = name[-1] in "LR" and (eye.parent / (eye.name[:-1] + ("R" if name[-1] == "L" else "L"))).is_dir()
        person, side = (name[:-1], name[-1]) if paired else (name, "")
        number = people.setdefault(person, len(people) + 1)
        for path in sorted(eye.iterdir()):
            if path.suffix.lower() in PICTURES:
                yield Item(path, name, person, number, side)
