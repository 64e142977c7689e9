"""One look of one visitor, from templates to an ending: the one way in which cabinet and evaluation decide.

Each frame is searched for, every third one brings a code fused of three, and a look that ends with nobody is asked
whether it shows somebody the wrong way. Nothing here knows of a camera or of time.
"""

from __future__ import annotations

from collections.abc import Callable

from iris.burst import Burst
from iris.decision import Accepted, Decision, Ending, Look, Policy
from iris.gallery import Gallery, Identification
from iris.template import Template
from iris.wrong_view import view_fault

Search = Callable[[Template], Identification]


class Visitor:
    """Who it is, frame by frame: frames are added until one is accepted, none is left, or the look is closed."""

    def __init__(self, policy: Policy, gallery: Gallery, search: Search | None = None) -> None:
        """`search` stands in for the gallery's own, for example to time it."""
        self._gallery = gallery
        self._search = search or gallery.identify
        self._look, self._burst = Look(policy, len(gallery)), Burst()
        self._best: Template | None = None

    @property
    def between_bursts(self) -> bool:
        """Whether the next frame begins a new burst."""
        return self._burst.empty

    @property
    def seen(self) -> bool:
        """Whether any frame was added."""
        return self._best is not None

    def add(self, frame: Template) -> Decision:
        """The decision after one more frame and, with every third, after what three frames together show."""
        self._best = frame if self._best is None or frame.quality > self._best.quality else self._best
        decision = self._look.add(self._search(frame))
        fused = self._burst.add(frame)
        if fused is None or isinstance(decision, Accepted) or not decision.frames_left:
            return decision
        return self._look.add(self._search(fused))

    def close(self, *, ask_why: bool = True) -> Ending:
        """How a look ended that was not accepted; raises `RuntimeError` after an acceptance.

        With `ask_why` the best frame is searched for the wrong way round, which takes about as long as three frames.
        """
        fault = None
        if ask_why and self._best is not None:
            fault = view_fault(self._best, self._gallery, self._look.threshold)
        return self._look.close(fault)
