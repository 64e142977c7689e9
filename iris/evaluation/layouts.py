"""Which picture shows which eye of which person, in the three folder layouts that are read."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from iris.evaluation.picture_file import shown

PICTURES = {".bmp", ".jpg", ".jpeg", ".png", ".pgm", ".tif", ".tiff"}
IITD_SAME_PERSON = {"042": "008", "176": "012", "183": "053", "134": "074", "150": "094", "144": "140"}
"""IIT Delhi 1.0 numbers six people twice; a pair across two numbers of one person is neither genuine nor impostor."""

SIDES = (("L", "R"), ("left", "right"), ("Left", "Right"), ("LEFT", "RIGHT"), ("左眼", "右眼"), ("左", "右"))
"""Ends of the names of two folders that are the left and the right eye of one person."""


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
        name: the path inside the data set, with slashes.
    """

    path: Path
    eye: str
    person: str
    number: int | None
    side: str
    name: str

    @property
    def identity(self) -> str:
        """Equal for pictures that show one eye, even under two subject numbers."""
        return f"{self.person}{self.side}"


def items(folder: Path, layout: Layout, subjects: tuple[int, int] | None = None) -> list[Item]:
    """Every picture of a data set, in the order of its paths; raises `LayoutError`.

    `subjects` keeps the subject numbers of an inclusive range; with `folders` it counts the folders from 1.
    """
    readers = {Layout.CASIA_INTERVAL: _casia, Layout.IITD: _iitd, Layout.FOLDERS: _folders}
    try:
        there = pictures(folder)
        every = list(readers[layout](folder, there))
    except PermissionError as error:
        raise _closed(error) from error
    found = [item for item in every if _within(item.number, subjects)]
    if not every:
        raise LayoutError(
            f"没有符合布局的图像 no pictures of layout {layout.value} among {len(there)} in {shown(folder)}: "
            f"应为 expected {_EXPECTED[layout]}; 例如 found for example {shown(there[0].relative_to(folder))}"
        )
    if not found and subjects is not None:
        have = sorted({item.number for item in every if item.number is not None})
        raise LayoutError(
            f"没有这些编号的图像 no pictures of subjects {subjects[0]}-{subjects[1]} in {shown(folder)}; "
            f"编号有 it holds {have[0]} to {have[-1]}"
        )
    return found


def pictures(folder: Path) -> list[Path]:
    """Every picture at any depth of a folder, in the order of the paths; raises `LayoutError`."""
    if not folder.is_dir():
        what = "不是文件夹 is not a folder" if folder.exists() else "没有这个文件夹 is not a folder: there is none"
        raise LayoutError(f"{shown(folder)} {what}")
    try:
        found = list(_pictures(folder, folder.resolve(), frozenset()))
    except PermissionError as error:
        raise _closed(error) from error
    if not found:
        endings = ", ".join(sorted(PICTURES))
        raise LayoutError(f"没有图像 no pictures in {shown(folder)} (文件名结尾 files that end in {endings})")
    return found


def _closed(error: PermissionError) -> LayoutError:
    return LayoutError(f"{error.filename}: 没有权限读取 may not be read; mend its permissions")


def ambiguous(a: Item, b: Item) -> bool:
    """Whether nobody can say if the two pictures show one eye: same person under two numbers."""
    return a.person == b.person and a.number != b.number and a.number is not None


def _within(number: int | None, subjects: tuple[int, int] | None) -> bool:
    return subjects is None or (number is not None and subjects[0] <= number <= subjects[1])


_EXPECTED = {
    Layout.CASIA_INTERVAL: "这样的文件名 names like S1001L01.jpg",
    Layout.IITD: "这样的文件名 names like 001/01_L.bmp",
    Layout.FOLDERS: "每只眼睛一个文件夹，图像在内 one folder per eye with its pictures inside",
}


def _pictures(folder: Path, data_set: Path, above: frozenset[Path]) -> Iterator[Path]:
    """Files by their ending in any case, hidden ones and hidden folders left out; raises `PermissionError`.

    Links out of the data set are followed. A link back into it would show a picture twice, and one to a folder that is
    being read already would never end: both are left out.
    """
    above |= {folder.resolve()}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or (path.is_symlink() and _leads_inside(path, data_set)):
            continue
        if path.is_dir():
            if path.resolve() not in above:
                yield from _pictures(path, data_set, above)
        elif path.suffix.lower() in PICTURES and path.is_file():
            yield path


def _leads_inside(link: Path, data_set: Path) -> bool:
    """Whether a link ends in the data set itself, or nowhere."""
    try:
        return link.resolve(strict=True).is_relative_to(data_set)
    except PermissionError:
        raise
    except (OSError, RuntimeError):
        return True


def _casia(folder: Path, pictures: list[Path]) -> Iterator[Item]:
    for path in pictures:
        match = re.fullmatch(r"S1(\d{3})([LR])\d{2}", path.stem.upper())
        if match:
            number, side = match.groups()
            yield Item(path, f"{number}{side}", number, int(number), side, _name(path, folder))


def _iitd(folder: Path, pictures: list[Path]) -> Iterator[Item]:
    for path in pictures:
        match = re.fullmatch(r"\d{2}_([LR])", path.stem.upper())
        if match and re.fullmatch(r"\d{3}", path.parent.name):
            number, side = path.parent.name, match.group(1)
            person = IITD_SAME_PERSON.get(number, number)
            yield Item(path, f"{number}{side}", person, int(number), side, _name(path, folder))


def _folders(folder: Path, pictures: list[Path]) -> Iterator[Item]:
    """One folder per eye; two folders XL and XR (or X/left and X/right; see `SIDES`) are the eyes of one person X."""
    eyes: dict[Path, list[Path]] = {}
    for path in pictures:
        if path.parent != folder:
            eyes.setdefault(path.parent, []).append(path)
    people: dict[str, int] = {}
    for eye in sorted(eyes):
        name = _name(eye, folder)
        person, side = _of_person(name, eye, eyes)
        number = people.setdefault(person, len(people) + 1)
        for path in eyes[eye]:
            yield Item(path, name, person, number, side, _name(path, folder))


def _of_person(name: str, eye: Path, eyes: Container[Path]) -> tuple[str, str]:
    """Whose eye a folder shows and which, where the folder of the other eye is there too; else its name and ""."""
    for ends in SIDES:
        for side, own, other in (("L", *ends), ("R", *reversed(ends))):
            if name.endswith(own) and eye.parent / (eye.name.removesuffix(own) + other) in eyes:
                return name.removesuffix(own), side
    return name, ""


def _name(path: Path, folder: Path) -> str:
    """The path inside the data set as text; bytes that are no UTF-8 are escaped, so that JSON can hold them."""
    return shown(path.relative_to(folder))
