"""What the locks of one board, and of one supply, have in common: the newest openings of all of them together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median
from typing import Final

from pydantic import Field

from firmware_bridge.health.charts import MEDIAN_ERROR, Reference, blurred_median
from firmware_bridge.health.history import Count, Kept

BOARD_WINDOW: Final = 32
"""Openings of a board that speak for its present: a day or two of a busy cabinet."""
SUPPLY_WINDOW: Final = 120
"""Pulses of the cabinet over which firing alone and firing together are compared."""
LEAST_LOCKS: Final = 4
"""Fewer locks that agree may be a coincidence, or simply the same fitter's work."""
LEAST_OPENINGS: Final = 12
NEWEST_OPENINGS: Final = 6
"""They give a board away that has begun to share another one's trouble: half of what a verdict on itself takes."""


class Residual(Kept):
    """How much slower than usual an opening was, as a natural logarithm.

    The hook moved somewhere between two reads: the truth is anywhere within `width_log` around `log`.
    """

    log: float
    width_log: float = Field(default=0.0, ge=0)


class Opening(Kept):
    """One episode of one lock, as its board remembers it. The residual is absent without a latency or a reference."""

    compartment: str
    place: Count
    residual_log: float | None = None
    width_log: float = Field(default=0.0, ge=0)
    troubled: bool = False

    @property
    def residual(self) -> Residual | None:
        """The residual with its width."""
        return None if self.residual_log is None else Residual(log=self.residual_log, width_log=self.width_log)


class BoardHistory(Kept):
    """The newest openings of one board; `places` counts all there ever were."""

    places: Count = 0
    openings: tuple[Opening, ...] = Field(default=(), max_length=BOARD_WINDOW)

    def after(self, compartment: str, residual: Residual | None, *, troubled: bool) -> BoardHistory:
        """The same after one more episode."""
        newest = Opening(
            compartment=compartment,
            place=self.places + 1,
            residual_log=None if residual is None else round(residual.log, 4),
            width_log=0.0 if residual is None else round(residual.width_log, 3),
            troubled=troubled,
        )
        return BoardHistory(places=self.places + 1, openings=(*self.openings, newest)[-BOARD_WINDOW:])

    def medians(self, *, without: str = "", since: int = 0) -> dict[str, float]:
        """Each lock's median residual among the newest openings, of those after place `since`."""
        residuals: defaultdict[str, list[Residual]] = defaultdict(list)
        for each in self.openings:
            if each.residual is not None and each.compartment != without and each.place > since:
                residuals[each.compartment].append(each.residual)
        return {compartment: _median(values) for compartment, values in residuals.items()}

    def common_log(self, *, without: str) -> float:
        """How much slower the other locks are at present; 0.0 while too few of them say so, and never less."""
        medians = self.medians(without=without)
        return max(0.0, median(medians.values())) if len(medians) >= LEAST_LOCKS - 1 else 0.0

    def recent_log(self) -> float:
        """How much slower the very newest openings are, in the middle; 0.0 while there are too few."""
        newest = [each.residual for each in self.openings if each.residual is not None][-NEWEST_OPENINGS:]
        return _median(newest) if len(newest) == NEWEST_OPENINGS else 0.0

    def shift(self, references: Mapping[str, Reference]) -> tuple[float, float] | None:
        """How much slower the locks are together, and the standard error of that; None while too few were opened."""
        medians = self.medians()
        counts = {
            lock: sum(o.compartment == lock and o.residual_log is not None for o in self.openings) for lock in medians
        }
        known = [lock for lock in medians if lock in references]
        if len(known) < LEAST_LOCKS or sum(counts[lock] for lock in known) < LEAST_OPENINGS:
            return None
        variances = [
            (MEDIAN_ERROR * references[lock].spread_log) ** 2 * (1 / counts[lock] + 1 / references[lock].count)
            for lock in known
        ]
        return median(medians[lock] for lock in known), MEDIAN_ERROR * math.sqrt(fmean(variances) / len(known))

    def trouble_elsewhere(self) -> tuple[int, int, int]:
        """Troubled episodes and all episodes of the locks but the most troubled one; how many locks were troubled."""
        troubles: defaultdict[str, int] = defaultdict(int)
        for each in self.openings:
            troubles[each.compartment] += each.troubled
        worst = max(troubles, key=lambda lock: troubles[lock], default="")
        others = [each for each in self.openings if each.compartment != worst]
        return sum(each.troubled for each in others), len(others), sum(count > 0 for count in troubles.values())


class Fired(Kept):
    """One pulse: of which lock, whether another coil was driven meanwhile, and whether it failed."""

    compartment: str
    together: bool
    failed: bool


class SupplyHistory(Kept):
    """The newest pulses of the cabinet."""

    fired: tuple[Fired, ...] = Field(default=(), max_length=SUPPLY_WINDOW)

    def after(self, pulses: Iterable[Fired]) -> SupplyHistory:
        """The same after more pulses."""
        return SupplyHistory(fired=(*self.fired, *pulses)[-SUPPLY_WINDOW:])

    def table(self) -> tuple[int, int, int, int]:
        """Failed and all pulses fired together, failed and all fired alone; without the lock that failed most."""
        failures: defaultdict[str, int] = defaultdict(int)
        for each in self.fired:
            failures[each.compartment] += each.failed
        worst = max(failures, key=lambda lock: failures[lock], default="")
        return _together_and_alone(each for each in self.fired if each.compartment != worst)

    def elsewhere_since(self, compartment: str) -> tuple[int, int]:
        """Of the other locks that were driven alone since this one, driven alone, began to fail: failing ones, and all.

        A lock fails that did so at its latest pulse.
        """
        latest: dict[str, bool] = {}
        since: dict[str, bool] = {}
        for each in reversed(self.fired):
            if each.together:
                continue
            if each.compartment != compartment:
                latest.setdefault(each.compartment, each.failed)
            elif each.failed:
                since = dict(latest)
            else:
                break
        return sum(since.values()), len(since)


def _median(residuals: Sequence[Residual]) -> float:
    """The median of residuals that the reads have blurred, as the references' own is."""
    return blurred_median([each.log for each in residuals], median(each.width_log for each in residuals))


def _together_and_alone(fired: Iterable[Fired]) -> tuple[int, int, int, int]:
    pulses = tuple(fired)
    together = [each.failed for each in pulses if each.together]
    alone = [each.failed for each in pulses if not each.together]
    return sum(together), len(together), sum(alone), len(alone)


def binomial_tail(successes: int, trials: int, share: float) -> float:
    """The probability of `successes` or more in `trials` at `share`."""
    return math.fsum(
        math.comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(successes, trials + 1)
    )


def fisher_tail(failed: int, trials: int, other_failed: int, other_trials: int) -> float:
    """Fisher's exact test, one-sided: how likely so many failures in the first group are if both are alike."""
    failures, everything = failed + other_failed, trials + other_trials
    ways = math.comb(everything, trials)
    most = min(failures, trials)
    extreme = sum(
        math.comb(failures, k) * math.comb(everything - failures, trials - k) for k in range(failed, most + 1)
    )
    return extreme / ways
