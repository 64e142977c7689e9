"""The locks' health in words, for a fitter before the cabinet or at the telephone."""

from __future__ import annotations

from collections.abc import Iterator

from firmware_bridge.health.book import Records
from firmware_bridge.health.charts import REFERENCE_OPENINGS
from firmware_bridge.health.history import LockHistory
from firmware_bridge.health.remedies import REMEDIES
from firmware_bridge.words import DRIFTS, spoken

HEAD_ZH = "柜门   开门次数     平时     现在   倍数        通电未开 无故打开  状态"
"""A Chinese character is as wide as two others."""
HEAD = f"{'door':6}{'openings':>9}{'usual':>9}{'now':>9}{'times':>7}{'pulses failed':>16}{'unasked':>9}  state"


def health_lines(records: Records) -> Iterator[str]:
    """A row for each door, then each drift that stands, with its evidence and what to do about it."""
    yield HEAD_ZH
    yield HEAD
    for name, lock in sorted(records.locks.items()):
        causes = ", ".join(spoken(each.cause) for each in records.standing if each.part == name)
        yield f"{name:6}{_figures(lock)}  {causes or _learning(lock) or '正常 ok'}"
    for each in records.standing:
        yield ""
        yield f"{each.part}: {spoken(each.cause)}, 自 since {each.since}"
        yield f"  所见 seen: {each.evidence}"
        yield f"  {DRIFTS[each.cause][1]}"
        yield f"  {REMEDIES[each.cause]}"


def _figures(lock: LockHistory) -> str:
    usual = _milliseconds(lock.reference.seconds if lock.reference else None)
    now = _milliseconds(lock.present_s)
    times = "-" if lock.ratio is None else f"{lock.ratio:.2f}"
    failed = f"{lock.failed_pulses} of {lock.pulses}"
    return f"{lock.episodes - lock.unasked:9}{usual:>9}{now:>9}{times:>7}{failed:>16}{lock.unasked:9}"


def _learning(lock: LockHistory) -> str:
    """How far a lock's own measure has come; empty once it is known."""
    if lock.reference is not None:
        return ""
    return f"学习中 learning, {len(lock.first_latencies)} of {REFERENCE_OPENINGS} openings"


def _milliseconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{1000 * seconds:.0f} ms"
