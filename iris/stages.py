"""How long each stage of encoding takes: its functions are wrapped while somebody measures, and at no other time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

STAGES = {
    "detection copy": (
        "iris.segment.search.detection_copy",
        "iris.segment.search.coarser_copy",
        "iris.segment.search.finer_copy",
        "iris.segment.search.close_up",
        "iris.segment.search.opened",
    ),
    "pupil": ("iris.segment.hypotheses.pupil_candidates",),
    "limbus": ("iris.segment.hypotheses.limbus_candidates",),
    "curves": ("iris.segment.contour.draw", "iris.segment.contour.rim"),
    "choice of boundaries": ("iris.segment.eye.readings", "iris.frontal.boundaries_near"),
    "strip": ("iris.segment.eye.unwrap", "iris.segment.eye.iris_grey"),
    "lids": ("iris.segment.eye.eyelids",),
    "cover": ("iris.segment.eye.cover",),
    "gaze": ("iris.frontal.pupil_edge",),
    "code": ("iris.encode.iris_code",),
    "quality": ("iris.encode.quality",),
}
"""Where each stage's functions are called by name. A stage that calls another does not count the other's time."""


class Watch:
    """Milliseconds by stage since the last `take`."""

    def __init__(self) -> None:
        self._spent = dict.fromkeys(STAGES, 0.0)
        self._within: list[float] = []

    def take(self) -> dict[str, float]:
        """What was spent so far; counting begins anew."""
        spent, self._spent = self._spent, dict.fromkeys(STAGES, 0.0)
        return spent

    def timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with what it spends itself put down to the stage."""

        def measured(*arguments: object, **named: object) -> object:
            self._within.append(0.0)
            start = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                whole = 1e3 * (time.perf_counter() - start)
                self._spent[stage] += whole - self._within.pop()
                if self._within:
                    self._within[-1] += whole

        return measured


@contextmanager
def watched() -> Iterator[Watch]:
    """Wraps every stage's functions; for one thread, and not while others encode."""
    watch = Watch()
    before: list[tuple[ModuleType, str, Any]] = []
    try:
        for stage, places in STAGES.items():
            for place in places:
                module_name, name = place.rsplit(".", 1)
                module = import_module(module_name)
                work = getattr(module, name)
                before.append((module, name, work))
                setattr(module, name, watch.timed(stage, work))
        yield watch
    finally:
        for module, name, work in before:
            setattr(module, name, work)
