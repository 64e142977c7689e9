"""Collections of real eye pictures on disk: which subjects there are, and which pictures of which eye.

Nothing is copied or written; the files stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from simulator.eyes import Side

SUFFIXES = {".bmp", ".jpg", ".jpeg", ".png", ".tif", ".tiff"}

IITD_TWINS = {"042": "008", "176": "012", "183": "053", "134": "074", "150": "094", "144": "140"}
"""Subject numbers of the IIT Delhi set that are a second number of a person already there."""


class Layout(StrEnum):
    """How a collection is laid out in folders."""

    CASIA_INTERVAL = "casia-interval"
    """SUBJECT/L and SUBJECT/R."""
    IITD = "iitd"
    """SUBJECT/..._L.bmp and SUBJECT/..._R.bmp."""
    FOLDERS = "folders"
    """One folder per eye; XL and XR are the two eyes of subject X."""


class CollectionError(Exception):
    """A folder is not such a collection; the message names the folder, what was looked for, and the remedy."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One person of a collection."""

    name: str
    eyes: dict[Side, tuple[Path, ...]]
    """The pictures of each eye, in the order of their names."""

    @property
    def fewest(self) -> int:
        """Pictures of the eye that has fewer; 0 when an eye is missing."""
        return min(len(self.eyes.get(side, ())) for side in Side)


def read_collection(folder: Path, layout: Layout) -> tuple[Subject, ...]:
    """Find the subjects of a collection, one per person, in the order of their names.

    Raises:
        CollectionError: there is no such folder, or no picture in that layout.
    """
    if not folder.is_dir():
        raise CollectionError(f"{folder} is not a folder; give --eyes the folder that holds the collection")
    eyes: dict[str, dict[Side, list[Path]]] = {}
    for subject, side, picture in _WALKS[layout](folder):
        eyes.setdefault(subject, {}).setdefault(side, []).append(picture)
    if not eyes:
        raise CollectionError(f"{folder} holds no picture in the layout {layout.value}; is --layout right?")
    return tuple(
        Subject(name, {side: tuple(sorted(pictures)) for side, pictures in sides.items()})
        for name, sides in sorted(eyes.items())
    )


def _pictures(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES)


def _folders(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.is_dir())


def _side(letter: str) -> Side | None:
    return {"L": Side.LEFT, "R": Side.RIGHT}.get(letter.upper())


def _walk_casia_interval(folder: Path) -> Iterator[tuple[str, Side, Path]]:
    for subject in _folders(folder):
        for eye in _folders(subject):
            side = _side(eye.name)
            if side is not None:
                yield from ((subject.name, side, picture) for picture in _pictures(eye))


def _walk_iitd(folder: Path) -> Iterator[tuple[str, Side, Path]]:
    for subject in _folders(folder):
        if subject.name in IITD_TWINS:
            continue
        for picture in _pictures(subject):
            side = _side(picture.stem[-1])
            if side is not None:
                yield subject.name, side, picture


def _walk_folders(folder: Path) -> Iterator[tuple[str, Side, Path]]:
    for eye in _folders(folder):
        side = _side(eye.name[-1])
        if side is not None and len(eye.name) > 1:
            yield from ((eye.name[:-1], side, picture) for picture in _pictures(eye))


_WALKS: dict[Layout, Callable[[Path], Iterator[tuple[str, Side, Path]]]] = {
    Layout.CASIA_INTERVAL: _walk_casia_interval,
    Layout.IITD: _walk_iitd,
    Layout.FOLDERS: _walk_folders,
}
