"""How often one presence before the cabinet may be looked at: by what a visit's promise was divided, and no oftener.

Glances at somebody who comes near and looks at a touch are spent from one budget. What ends a presence is quiet; what
fills the budget again, that or a recognition.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from locker.look import NotRecognised, Recognised

PRESENCE_ENDS_S = 30.0
"""So long with neither motion before the camera nor a touch, and the next who comes is somebody else."""
KEPT_FOR_TOUCHES = 2
"""Looks that glances leave for whoever touches: of 404 visits by looks of one frame each, 401 needed one, two needed
two, and one was not known in three (`benchmarks/looks_needed.py`)."""
COMPARED_NOTHING = frozenset({"poor_pictures", "camera"})
"""Looks that end so gave no template, so they were no chance for anybody and cost nothing."""


class Presence:
    """The looks that are left for whoever is there."""

    def __init__(self, monotonic: Callable[[], float], looks: int) -> None:
        """`looks` is what the policy divides its promise by."""
        self._monotonic = monotonic
        self._looks = looks
        self._until = -math.inf
        self._begin()

    def _begin(self) -> None:
        self._left, self._glances, self._known = self._looks, 0, False

    def stirs(self) -> None:
        """Somebody moved, or touched the welcome screen: the same one, unless it was quiet long enough before."""
        if self._monotonic() - self._until >= PRESENCE_ENDS_S:
            self._begin()
        self.lasts()

    def lasts(self) -> None:
        """Somebody had the screen until now, seen to or not: quiet begins here."""
        self._until = self._monotonic()

    def may_look(self) -> bool:
        """Whether a touch may begin another look; else there are only codes."""
        return self._left > 0

    def may_glance(self) -> bool:
        """Whether to look without a touch: not at somebody known, and so that a touch finds some left."""
        return not self._known and self._glances < self._looks and self._left > KEPT_FOR_TOUCHES

    def glances(self) -> None:
        """A look without a touch begins."""
        self._glances += 1
        self.looks()

    def looks(self) -> None:
        """A look begins; one that is broken off stays spent, for it may have compared."""
        self._left -= 1

    def judge(self, result: Recognised | NotRecognised) -> None:
        """A look ended."""
        if isinstance(result, Recognised):
            self._left, self._known = self._looks, True
        elif result.reason in COMPARED_NOTHING:
            self._left += 1
