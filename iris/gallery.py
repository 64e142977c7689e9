"""Everybody's templates in memory: an exact one-to-many search that goes on while templates come and go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from iris.columns import MOST_EMPTY, SMALLEST, Columns, Entry, View
from iris.match import check_encoder, informs
from iris.planes import Scan, distances, plain_scan, planes, turned
from iris.template import EyeSide, Template

NEAR = 0.47
"""Normalised distance below which candidates are told one by one: several frames may yet make one of them certain."""
NEAR_AT_MOST = 64
"""Candidates told at most, the nearest ones: strangers in a large gallery are many below `NEAR`."""
RENEWAL_LEADS = 0.03
"""How much nearer than its enrolment a renewal may bring a probe. Owners lose next to nothing by it; without it, who
chose by a painted eye which places go came below the threshold (docs/decisions/iris-renewal.md)."""


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


class Gallery:
    """Thread-safe: a search sees the gallery as it was when the search began."""

    def __init__(self, scan: Scan = plain_scan) -> None:
        """`scan` compares a probe with all columns; `iris.accelerated.Accelerator` is a faster one."""
        self._scan = scan
        self._lock = threading.Lock()
        self._columns = Columns()
        self._searches = 0
        self._retired: list[Callable[[], None]] = []
        """Wipes of removed templates and of outgrown arrays, due when no search can be reading them."""

    def __len__(self) -> int:
        with self._lock:
            return len(self._columns)

    def __contains__(self, template_id: object) -> bool:
        with self._lock:
            return template_id in self._columns

    def add(self, template_id: str, person: str, template: Template, *, renews: str | None = None) -> None:
        """Adds a template; `renews` names the enrolment that it is a renewal of, which stays beside it.

        Raises `DuplicateTemplate`, `UnknownTemplate` where that enrolment is not here, or is itself a renewal, and
        `ForeignEncoder` for a template that cannot be compared here.
        """
        check_encoder(template)
        entry = Entry(template_id, person, template.side, not informs(template), renews)
        packed = planes([template])
        with self._lock:
            if template_id in self._columns:
                raise DuplicateTemplate(f"template {template_id!r} is in the gallery already; remove it first")
            if renews is not None and not self._columns.enrolment(renews):
                raise UnknownTemplate(f"enrolment {renews!r} is not in the gallery; add it before what renews it")
            if not self._columns.room(packed.columns):
                self._pack_together(packed.columns)
            self._columns.append(entry, packed)

    def remove(self, template_id: str) -> None:
        """Forgets a template and overwrites it in memory; raises `UnknownTemplate`."""
        with self._lock:
            if template_id not in self._columns:
                raise UnknownTemplate(f"template {template_id!r} is not in the gallery")
            self._retired.append(partial(self._columns.wipe, self._columns.retire(template_id)))
            self._wipe()
            if self._columns.empty > SMALLEST + MOST_EMPTY * self._columns.used:
                self._pack_together()

    def identify(self, probe: Template) -> Identification:
        """The nearest template and the nearest one of another person; raises `ForeignEncoder` for a foreign probe."""
        check_encoder(probe)
        with self._searching() as view:
            found = distances(turned(probe), view.planes, self._scan).distance.astype(np.float64)
            owners = view.seconds - 1
            found[owners] = np.fmin(found[owners], found[view.seconds])
            usable = view.comparable & np.isfinite(found)
            usable &= informs(probe) & ~view.other_eye(probe.side)
            found[~usable] = np.inf
            found[view.renewals] = np.maximum(found[view.renewals], found[view.renewed] - RENEWAL_LEADS)
            return _identification(found, view)

    def _pack_together(self, more: int = 0) -> None:
        """Moves everything into new arrays and overwrites the old: no copy outlives a later removal."""
        outgrown, self._columns = self._columns, self._columns.packed_together(more)
        self._retired.append(outgrown.wipe_codes)
        self._wipe()

    @contextmanager
    def _searching(self) -> Iterator[View]:
        with self._lock:
            self._searches += 1
            view = self._columns.view()
        try:
            yield view
        finally:
            with self._lock:
                self._searches -= 1
                self._wipe()

    def _wipe(self) -> None:
        """Overwrites what was removed, unless a search may still be reading it: the last one to end does it then."""
        if self._searches:
            return
        for wipe in self._retired:
            wipe()
        self._retired.clear()


def _identification(found: NDArray[np.float64], view: View) -> Identification:
    """What distances say, infinite where there is none. Of equally near templates the one added first is named."""
    compared = int(np.count_nonzero(found < np.inf))
    ranked = _nearest(found, min(compared, NEAR_AT_MOST))
    told = [_candidate(found, view, index) for index in ranked]
    best = told[0] if told else None
    rivals = (each for each in told if best is not None and each.person != best.person)
    runner_up = next(rivals, None)
    if runner_up is None and compared > len(told):  # one person has that many templates
        beyond = (_candidate(found, view, index) for index in _nearest(found, compared))
        runner_up = next((each for each in beyond if best is not None and each.person != best.person), None)
    near = tuple(each for each in told if each.distance < NEAR)
    return Identification(best, runner_up, compared, view.templates - compared, near)


def _nearest(found: NDArray[np.float64], count: int) -> list[int]:
    """Places of the `count` least values, least first, equal ones in their order."""
    if not count:
        return []
    furthest = np.partition(found, count - 1)[count - 1]
    places = np.flatnonzero(found <= furthest)
    return [int(place) for place in places[np.argsort(found[places], kind="stable")][:count]]


def _candidate(found: NDArray[np.float64], view: View, index: int) -> Candidate:
    entry = view.entries[index]
    assert entry is not None, "columns are wiped only when no search is reading them"
    return Candidate(entry.template_id, entry.person, float(found[index]), entry.side)
