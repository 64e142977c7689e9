"""The packed readings of a gallery in arrays that grow: a column for each reading, an empty one where it was removed.

Columns are appended and never move within their arrays; what no longer fits, or holds too many empty columns, is copied
into new arrays. So a search that keeps the arrays it began with needs no lock, and a change costs a few columns: the
copies are rare enough that they come to a constant for each change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iris.planes import PLANE_WORDS, Planes, Words
from iris.template import EyeSide

SMALLEST = 64
"""Columns of an empty gallery's arrays."""
GROWTH = 1.5
"""How much larger than their content new arrays are; memory that nothing was written to is not taken up."""
MOST_EMPTY = 0.25
"""Part of the columns that may be empty: a search passes over them, but reads them."""
NONE = -1
"""Column of the enrolment that a template renews which renews none."""
_SIDES = tuple(EyeSide)


@dataclass(frozen=True, slots=True)
class Entry:
    """Whose a template is, and which enrolment it renews; `silent` ones hold no information and are never compared."""

    template_id: str
    person: str
    side: EyeSide
    silent: bool
    renews: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """The columns at one moment; nothing that is written later changes what it says.

    Attributes:
        planes: every column, with one reading each.
        entries: the template whose reading stands in a column; it grows behind the view's columns.
        comparable: (columns,) true where a first reading stands that may be compared.
        sides: (columns,) uint8 place of the side in `EyeSide`.
        seconds: columns of second readings, each right behind its first.
        renewals: columns of first readings of renewals.
        renewed: (renewals,) the columns of the enrolments that these renew.
        templates: how many there are, silent ones included.
    """

    planes: Planes
    entries: list[Entry | None]
    comparable: NDArray[np.bool_]
    sides: NDArray[np.uint8]
    seconds: NDArray[np.intp]
    renewals: NDArray[np.intp]
    renewed: NDArray[np.intp]
    templates: int

    def other_eye(self, side: EyeSide) -> NDArray[np.bool_]:
        """(columns,) true where a template cannot be of this side."""
        if side is EyeSide.UNKNOWN:
            return np.zeros(self.sides.size, bool)
        return np.asarray((self.sides != _SIDES.index(side)) & (self.sides != _SIDES.index(EyeSide.UNKNOWN)))


class Columns:
    """Not thread-safe: the gallery's lock is held around every call."""

    def __init__(self, capacity: int = SMALLEST) -> None:
        self._used = 0
        self._words = np.empty((3, PLANE_WORDS, capacity), np.uint64)
        self._entries: list[Entry | None] = []
        self._sides = np.zeros(capacity, np.uint8)
        self._kept, self._second, self._comparable = np.zeros((3, capacity), bool)
        self._renewed = np.full(capacity, NONE)
        self._where: dict[str, slice] = {}

    def __len__(self) -> int:
        return len(self._where)

    def __contains__(self, template_id: object) -> bool:
        return template_id in self._where

    @property
    def empty(self) -> int:
        """Columns of templates that were removed."""
        return self._used - int(np.count_nonzero(self._kept))

    @property
    def used(self) -> int:
        """Columns that a search reads."""
        return self._used

    def room(self, columns: int) -> bool:
        """Whether so many more columns fit."""
        return self._used + columns <= self._kept.size

    def append(self, entry: Entry, packed: Planes) -> None:
        """Puts the readings of one template behind all others; there must be room, and what it renews must be here."""
        place = slice(self._used, self._used + packed.columns)
        for part, words in enumerate((packed.real, packed.imaginary, packed.mask)):
            self._words[part, :, place] = words
        self._entries.extend([entry] * packed.columns)
        self._sides[place] = _SIDES.index(entry.side)
        self._kept[place] = True
        self._second[place.start + 1 : place.stop] = True
        self._comparable[place.start] = not entry.silent
        if entry.renews is not None:
            self._renewed[place.start] = self._where[entry.renews].start
        self._where[entry.template_id] = place
        self._used = place.stop

    def retire(self, template_id: str) -> slice:
        """Leaves a template's columns out of every later view, and says which they were; `wipe` should follow.

        What renews it stays, and is compared no more.
        """
        place = self._where.pop(template_id)
        for flags in (self._kept, self._second, self._comparable):
            flags[place] = False
        orphans = self._renewed == place.start
        self._comparable[orphans] = False
        self._renewed[orphans] = NONE
        self._renewed[place] = NONE
        return place

    def enrolment(self, template_id: str) -> bool:
        """Whether a template is here, and is no renewal."""
        place = self._where.get(template_id)
        entry = None if place is None else self._entries[place.start]
        return entry is not None and entry.renews is None

    def wipe(self, place: slice) -> None:
        """Overwrites retired columns that no view needs any more."""
        self._words[:, :, place] = 0
        self._entries[place] = [None] * (place.stop - place.start)

    def wipe_codes(self) -> None:
        """Overwrites every code, once all that was kept lies in other arrays; names may be shared with those."""
        self._words[:, :, : self._used] = 0

    def packed_together(self, more: int = 0) -> Columns:
        """The same without empty columns, in new arrays with room for `more` columns and to grow."""
        kept = np.flatnonzero(self._kept[: self._used])
        places: NDArray[np.intp] | slice = kept if self.empty else slice(self._used)
        fresh = Columns(max(SMALLEST, int(GROWTH * (kept.size + more))))
        fresh._used = kept.size
        for row, words in zip(fresh._rows(), self._rows(), strict=True):
            row[: kept.size] = words[places]
        for name in ("_sides", "_kept", "_second", "_comparable"):
            getattr(fresh, name)[: kept.size] = getattr(self, name)[places]
        renewed = self._renewed[places]
        fresh._renewed[: kept.size] = np.where(renewed == NONE, NONE, np.searchsorted(kept, renewed))
        if isinstance(places, slice):  # nothing moves: only appending adds to these
            fresh._entries, fresh._where = self._entries, self._where
        else:
            fresh._entries = [self._entries[column] for column in kept.tolist()]
            fresh._where = self._moved()
        return fresh

    def _rows(self) -> Words:
        """(3 * PLANE_WORDS, capacity) one row for each word of each part."""
        return self._words.reshape(-1, self._kept.size)

    def _moved(self) -> dict[str, slice]:
        """Where each template lies once there are no empty columns; they are in order, since all are appended."""
        moved, start = {}, 0
        for template_id, place in self._where.items():
            moved[template_id] = slice(start, start + place.stop - place.start)
            start += place.stop - place.start
        return moved

    def view(self) -> View:
        """What a search needs, as it is now."""
        used = slice(self._used)
        real, imaginary, mask = self._words[:, :, used]
        seconds = np.flatnonzero(self._second[used])
        renewals = np.flatnonzero(self._renewed[used] != NONE)
        return View(
            Planes(real, imaginary, mask),
            self._entries,
            self._comparable[used].copy(),
            self._sides[used],
            seconds,
            renewals,
            self._renewed[renewals],
            len(self),
        )
