"""The frames of one look put together: three frames of one eye fused into a code with less noise than any of them.

Averaging distances instead gains nothing: a stranger's frames go together so closely that the mean of several promises
little more than the nearest, while one poor frame spoils it (`benchmarks/look_rules.py`). Fusing takes noise out of the
bits themselves.
"""

from __future__ import annotations

from iris.enrolment import fused
from iris.match import Incomparable
from iris.template import EyeSide, Template

FUSED = 3
"""Frames behind a fused code: the least in which two can outvote one."""


class Burst:
    """Collects the codes of one look."""

    def __init__(self) -> None:
        self._frames: list[Template] = []

    @property
    def empty(self) -> bool:
        """Whether the next frame begins a new burst."""
        return not self._frames

    def add(self, frame: Template) -> Template | None:
        """The fused code of the last three frames, with every third frame; None else, or where they do not compare.

        A fused code is one more code of the look: `Look` must be told of it, and counts it.
        """
        self._frames.append(frame)
        if len(self._frames) < FUSED:
            return None
        frames, self._frames = sorted(self._frames, key=lambda template: -template.quality), []
        sides = {template.side for template in frames}
        try:
            return fused(frames, sides.pop() if len(sides) == 1 else EyeSide.UNKNOWN)
        except Incomparable:
            return None
