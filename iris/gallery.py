"""Everybody's templates in memory: an exact one-to-many search that goes on while templates come and go."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iris.match import check_encoder, informs, sides_agree
from iris.planes import Planes, distances, planes, turned
from iris.template import EyeSide, Template

NEAR = 0.47
"""Normalised distance below which candidates are told one by one: several frames may yet make one of them certain."""
NEAR_AT_MOST = 64
"""Candidates told at most, the nearest ones: strangers in a large gallery are many below `NEAR`."""


class UnknownTemplate(KeyError):
    """No template of this id is in the gallery."""


class DuplicateTemplate(ValueError):
    """A template of this id is in the gallery already; remove it first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One template of the gallery, whose eye it is, and its normalised distance from the probe."""

    template_id: str
    person: str
    distance: float
    side: EyeSide = EyeSide.UNKNOWN


@dataclass(frozen=True, slots=True)
class Identification:
    """What one probe found.

    Attributes:
        best: the nearest template, or None where nothing could be compared.
        runner_up: the nearest template of another person, or None.
        compared: templates that gave a distance.
        skipped: templates that gave none: too little overlap, the other eye, or no information in a code.
        near: the templates below `NEAR`, nearest first, `NEAR_AT_MOST` of them at most.
    """

    best: Candidate | None
    runner_up: Candidate | None
    compared: int
    skipped: int
    near: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """A state of the gallery that never changes, so that a search needs no lock."""

    ids: tuple[str, ...]
    people: tuple[str, ...]
    sides: tuple[EyeSide, ...]
    packed: Planes
    silent: NDArray[np.bool_]
    """Templates without information: never compared."""


@dataclass(frozen=True, slots=True)
class _Entry:
    person: str
    template: Template
    silent: bool


class Gallery:
    """Thread-safe: a search sees the gallery as it was when the search began."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}
        self._snapshot: _Snapshot | None = None

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def __contains__(self, template_id: object) -> bool:
        with self._lock:
            return template_id in self._entries

    def add(self, template_id: str, person: str, template: Template) -> None:
        """Adds a template; raises `DuplicateTemplate`, or `ForeignEncoder` for one that cannot be compared here."""
        check_encoder(template)
        with self._lock:
            if template_id in self._entries:
                raise DuplicateTemplate(f"template {template_id!r} is in the gallery already; remove it first")
            self._entries[template_id] = _Entry(person, template, silent=not informs(template))
            self._snapshot = None

    def remove(self, template_id: str) -> None:
        """Forgets a template; raises `UnknownTemplate`."""
        with self._lock:
            if template_id not in self._entries:
                raise UnknownTemplate(f"template {template_id!r} is not in the gallery")
            del self._entries[template_id]
            self._snapshot = None

    def identify(self, probe: Template) -> Identification:
        """The nearest template and the nearest one of another person; raises `ForeignEncoder` for a foreign probe."""
        check_encoder(probe)
        snapshot = self._current()
        found = distances(turned(probe), snapshot.packed).distance.astype(np.float64)
        found[snapshot.silent | (not informs(probe))] = np.nan
        if probe.side is not EyeSide.UNKNOWN:
            other_eye = [not sides_agree(probe.side, side) for side in snapshot.sides]
            found[np.array(other_eye, bool)] = np.nan
        compared = int(np.isfinite(found).sum())
        ranked = np.argsort(np.where(np.isfinite(found), found, np.inf), kind="stable")[:compared]
        best = self._candidate(snapshot, found, int(ranked[0])) if compared else None
        other = next((int(i) for i in ranked if best is not None and snapshot.people[i] != best.person), None)
        runner_up = None if other is None else self._candidate(snapshot, found, other)
        near = tuple(self._candidate(snapshot, found, int(i)) for i in ranked[:NEAR_AT_MOST] if found[i] < NEAR)
        return Identification(best, runner_up, compared, len(snapshot.ids) - compared, near)

    @staticmethod
    def _candidate(snapshot: _Snapshot, found: np.ndarray, index: int) -> Candidate:
        return Candidate(snapshot.ids[index], snapshot.people[index], float(found[index]), snapshot.sides[index])

    def _current(self) -> _Snapshot:
        with self._lock:
            if self._snapshot is None:
                entries = list(self._entries.values())
                self._snapshot = _Snapshot(
                    tuple(self._entries),
                    tuple(entry.person for entry in entries),
                    tuple(entry.template.side for entry in entries),
                    planes([entry.template for entry in entries]),
                    np.array([entry.silent for entry in entries], bool),
                )
            return self._snapshot
