"""How far an evaluation is: a bar that overwrites itself on a terminal, one line for each finished stage elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

BAR_CELLS = 30
REFRESH_S = 0.2
"""Seconds between two drawings of the bar: smooth to the eye, and nothing to the machine."""


class Progress:
    """Called with a stage's name, what is done of it and its total; a stage begins with its first call."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._terminal = stream.isatty()
        self._stage = ""
        self._began = self._drawn = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tells that `done` of `total` pieces of a stage are finished."""
        now = self._clock()
        if stage != self._stage:
            self._stage, self._began, self._drawn = stage, now, -REFRESH_S
        if done >= total:
            line = f"{stage}: {_summed(total, now - self._began)}"
            self._stream.write(f"\r{line}\x1b[K\n" if self._terminal else f"{line}\n")
        elif self._terminal and now - self._drawn >= REFRESH_S:
            self._drawn = now
            self._stream.write(f"\r{_bar(stage, done, total, now - self._began)}\x1b[K")
        self._stream.flush()


def _bar(stage: str, done: int, total: int, seconds: float) -> str:
    full = BAR_CELLS * done // total
    left = f", {_span(seconds / done * (total - done))} left" if done and seconds > 0 else ""
    cells = "#" * full + "." * (BAR_CELLS - full)
    return f"{stage} [{cells}] {done}/{total} ({100 * done // total} %){_rate(done, seconds)}{left}"


def _summed(total: int, seconds: float) -> str:
    return _span(seconds) if total == 1 else f"{total} in {_span(seconds)}{_rate(total, seconds)}"


def _rate(done: int, seconds: float) -> str:
    return f", {done / seconds:.1f}/s" if seconds > 0 and done else ""


def _span(seconds: float) -> str:
    whole = round(seconds)
    return f"{seconds:.1f} s" if seconds < 10 else f"{whole // 60}:{whole % 60:02d}"  # noqa: PLR2004 - short spans
