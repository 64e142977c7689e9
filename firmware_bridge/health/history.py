"""What is kept of one lock: a reference from its first openings, a short window of the newest, and two running sums.

Frozen and bounded: about 700 bytes of JSON a lock, however long it lives.
"""

from __future__ import annotations

import math
from statistics import median
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from firmware_bridge.health.charts import (
    REFERENCE_OPENINGS,
    Reference,
    healthy_share,
    latency_signals,
    latency_step,
    reference_of,
    share_signals,
    share_step,
)
from firmware_bridge.health.episodes import Ending, Episode, Latency

RECENT_OPENINGS: Final = 16
"""Latencies that are kept: a lock is well again when the middle one of them is, which takes nine good ones."""
PRESENT_OPENINGS: Final = 5
"""Latencies that make the present one: a signal takes three slow ones at the least, and two may be odd."""
STORY_LENGTH: Final = 40
"""Episodes that the evidence counts over."""
CLEAN_AFTER: Final = 20
"""Good episodes in a row that end a trouble: at the healthy share one trouble would be expected among 33."""
FROZEN_AFTER: Final = 4
"""Failed wishes, each with all its tries, between which the hook has not moved at all, not even by hand."""
FASTER_LOG: Final = -0.22
"""A lock that is a fifth faster for a whole window was repaired or replaced: it gets a new reference."""

MARKS: Final = {
    Ending.OPENED: ".",
    Ending.LATE: "l",
    Ending.FAILED: "f",
    Ending.UNASKED: "u",
    Ending.FLUTTERED: "b",
}
RETRIED: Final = "r"
"""An opening before which a pulse failed that was driven alone."""
IN_COMPANY: Final = "c"
"""No pulse failed but beside another coil: that is no trouble of this lock."""
TROUBLE: Final = frozenset({RETRIED, MARKS[Ending.LATE], MARKS[Ending.FAILED]})
LIES: Final = frozenset({MARKS[Ending.UNASKED], MARKS[Ending.FLUTTERED]})


class Kept(BaseModel):
    """A value of the history: immutable, and strict about its fields, which may come from a damaged file."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Count = Annotated[int, Field(ge=0)]
Score = Annotated[float, Field(ge=0)]
Seconds = Annotated[float, Field(gt=0)]


def mark_of(episode: Episode) -> str:
    """An episode's letter in the story of its lock."""
    if episode.pulses == 0 or episode.failed_alone:
        return RETRIED if episode.ending is Ending.OPENED else MARKS[episode.ending]
    opened_at_once = episode.ending is Ending.OPENED and episode.pulses == 1
    return MARKS[Ending.OPENED] if opened_at_once else IN_COMPANY


class LockHistory(Kept):
    """One lock's past. `story` has a letter for each of the newest episodes, the newest last (see MARKS)."""

    wiring: str
    """Line, board and channel; another lock behind the same door begins anew."""
    episodes: Count = 0
    pulses: Count = 0
    failed_pulses: Count = 0
    unasked: Count = 0
    fluttered: Count = 0
    first_latencies: tuple[Latency, ...] = Field(default=(), max_length=REFERENCE_OPENINGS - 1)
    """Only until there are enough of them for a reference."""
    reference: Reference | None = None
    recent_s: tuple[Seconds, ...] = Field(default=(), max_length=RECENT_OPENINGS)
    story: str = Field(default="", max_length=STORY_LENGTH)
    early_trials: Count = 0
    early_trouble: Count = 0
    early_lies: Count = 0
    slowness: Score = 0.0
    slow_since: Count = 0
    """The board's count of episodes when `slowness` last was zero."""
    trouble: Score = 0.0
    lies: Score = 0.0
    unmoved: Count = 0
    """Failed episodes since the hook last moved."""

    @property
    def present_s(self) -> float | None:
        """The present latency; None before any is known."""
        return median(self.recent_s[-PRESENT_OPENINGS:]) if self.recent_s else None

    @property
    def ratio(self) -> float | None:
        """The present latency over the usual one; None before both are known."""
        present = self.present_s
        return None if self.reference is None or present is None else present / self.reference.seconds

    @property
    def worst_ratio(self) -> float:
        """The same for the whole window or the newest openings, whichever is slower; 1.0 before both are known."""
        if self.reference is None or self.ratio is None:
            return 1.0
        return max(self.ratio, median(self.recent_s) / self.reference.seconds)

    @property
    def slow(self) -> bool:
        """Whether its latency has drifted."""
        return self.reference is not None and latency_signals(self.slowness, self.reference)

    @property
    def troubled(self) -> bool:
        """Whether it fails, or needs more pulses, more often than is ordinary for it."""
        return share_signals(self.trouble) or self.frozen

    @property
    def frozen(self) -> bool:
        """Whether its hook has not moved for several wishes."""
        return self.unmoved >= FROZEN_AFTER

    @property
    def lying(self) -> bool:
        """Whether its hook moves without a pulse more often than is ordinary for it."""
        return share_signals(self.lies)

    def count(self, marks: frozenset[str]) -> int:
        """How many of the newest episodes have one of these marks."""
        return sum(mark in marks for mark in self.story)

    def clean(self, marks: frozenset[str]) -> bool:
        """Whether none of the newest twenty episodes has one of these marks."""
        return len(self.story) >= CLEAN_AFTER and not marks & set(self.story[-CLEAN_AFTER:])

    def hook_moved(self) -> LockHistory:
        """The same after any move of its hook."""
        return self if self.unmoved == 0 else self.model_copy(update={"unmoved": 0})

    def measures(self, latency: Latency) -> bool:
        """Whether a latency is worth comparing with this lock's own: fine reads and coarse ones are not alike."""
        return self.reference is None or self.reference.comparable(latency.granularity_s)

    def after(self, episode: Episode, *, common_log: float, place: int) -> LockHistory:
        """The same after one more episode.

        `common_log` is how much slower the other locks of its board are at present, `place` the board's count of
        episodes: a lock is compared with its own past, less what all its neighbours share.
        """
        counted = self._counted(episode, mark_of(episode))
        if episode.latency is None or not self.measures(episode.latency):
            return counted
        return counted.model_copy(update=self._timed(episode.latency, common_log, place))

    def _counted(self, episode: Episode, mark: str) -> LockHistory:
        learning = self.early_trials < REFERENCE_OPENINGS and mark != IN_COMPANY
        failed = episode.pulses - (episode.ending is Ending.OPENED)
        in_trouble, lied = mark in TROUBLE, mark in LIES
        update: dict[str, object] = {
            "episodes": self.episodes + 1,
            "pulses": self.pulses + episode.pulses,
            "failed_pulses": self.failed_pulses + failed,
            "unasked": self.unasked + lied,
            "fluttered": self.fluttered + (episode.ending is Ending.FLUTTERED),
            "story": (self.story + mark)[-STORY_LENGTH:],
            "early_trials": self.early_trials + learning,
            "early_trouble": self.early_trouble + (learning and in_trouble),
            "early_lies": self.early_lies + (learning and lied),
            "unmoved": self.unmoved + (episode.failed_alone > 0) if episode.ending is Ending.FAILED else 0,
            "lies": share_step(self.lies, failed=lied, healthy=healthy_share(self.early_lies, self.early_trials)),
        }
        if episode.alone:  # what nobody asked for says nothing of pulses, and a pulse in company nothing of its lock
            healthy = healthy_share(self.early_trouble, self.early_trials)
            update["trouble"] = share_step(self.trouble, failed=in_trouble, healthy=healthy)
        return self.model_copy(update=update)

    def _timed(self, latency: Latency, common_log: float, place: int) -> dict[str, object]:
        recent = (*self.recent_s, round(latency.seconds, 4))[-RECENT_OPENINGS:]
        if self.reference is None:
            return self._learnt((*self.first_latencies, latency)) | {"recent_s": recent}
        slowness = latency_step(self.slowness, self.reference, latency.seconds * math.exp(-common_log))
        update: dict[str, object] = {"recent_s": recent, "slowness": slowness}
        if slowness == 0.0:
            update["slow_since"] = place
        if len(recent) == RECENT_OPENINGS and self._faster(self.reference, median(recent), latency.granularity_s):
            window = tuple(Latency(seconds, latency.granularity_s) for seconds in recent)
            update |= {"reference": None, "first_latencies": window, "slowness": 0.0}
        return update

    @staticmethod
    def _faster(reference: Reference, seconds: float, granularity_s: float) -> bool:
        """Whether it has become faster, and by more than the reads lie apart: less is how they happen to fall."""
        return reference.residual(seconds) < FASTER_LOG and reference.seconds - seconds > granularity_s

    def _learnt(self, first: tuple[Latency, ...]) -> dict[str, object]:
        if len(first) < REFERENCE_OPENINGS:
            return {"first_latencies": first}
        granularity_s = median(each.granularity_s for each in first)
        return {"first_latencies": (), "reference": reference_of([each.seconds for each in first], granularity_s)}
