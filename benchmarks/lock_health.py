"""How often sound locks are called drifted, and how soon drifted ones are: `python benchmarks/lock_health.py`.

The locks are a model (tests/firmware_bridge/lock_life.py, which states what it assumes); the detectors are real ones.
A cabinet is two boards of twelve locks, each opened seven or eight times a day.

With `--street 60` it plays each story of tests/firmware_bridge/lock_street.py with so many seeds instead: the
simulator's metal, the real panel, and what was told of each cabinet against what had happened to it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "firmware_bridge"))

from lock_life import DAY_S, LockLife
from lock_street import STORIES, Story

from firmware_bridge.reports import Drift

GROWN_UP = 50
MOST_OPENINGS = 12_000

Setting = Callable[[LockLife], None]


def one(**habits: float | bool) -> Setting:
    """One lock gets habits."""

    def change(life: LockLife) -> None:
        for name, value in habits.items():
            setattr(life.habits["A03"], name, value)

    return change


def supply(*boards: int, slower: float) -> Setting:
    def change(life: LockLife) -> None:
        life.supply |= dict.fromkeys(boards, slower)

    return change


def several_fire(life: LockLife) -> None:
    life.fires_together, life.fails_together = 0.3, 0.4


def board_fails(life: LockLife) -> None:
    for name, habits in life.habits.items():
        if name.startswith("A"):
            habits.jams = 0.5


FAULTS: tuple[tuple[str, Setting, Drift, str], ...] = (
    ("1.5 times as slow", one(slower=1.5), Drift.WEAK_LOCK, "A03"),
    ("2 times as slow", one(slower=2.0), Drift.WEAK_LOCK, "A03"),
    ("3 times as slow", one(slower=3.0), Drift.WEAK_LOCK, "A03"),
    ("20 % of pulses jam", one(jams=0.2), Drift.STUCK_DOOR, "A03"),
    ("50 % of pulses jam", one(jams=0.5), Drift.STUCK_DOOR, "A03"),
    ("hook never moves", one(frozen=True), Drift.LYING_SENSOR, "A03"),
    ("opens unasked after 30 %", one(unasked=0.3), Drift.LYING_SENSOR, "A03"),
    ("flutters after 30 %", one(flutters=0.3), Drift.LYING_SENSOR, "A03"),
    ("a board 1.5 times as slow", supply(0, slower=1.5), Drift.WEAK_SUPPLY, "line:0"),
    ("both boards 1.5 times as slow", supply(0, 1, slower=1.5), Drift.WEAK_SUPPLY, "cabinet"),
    ("40 % fail beside another coil", several_fire, Drift.WEAK_SUPPLY, "cabinet"),
    ("50 % of a board's pulses jam", board_fails, Drift.WEAK_SUPPLY, "line:0"),
)


def false_alarms(cabinets: int) -> None:
    """A year of sound cabinets each."""
    told: Counter[str] = Counter()
    openings = lock_years = 0.0
    for seed in range(cabinets):
        life = LockLife(1000 + seed)
        while life.now < 365.25 * DAY_S:
            life.live(100)
        told.update(f"{drift.cause}" for drift in life.drifts if not drift.over)
        openings += sum(life.openings.values())
        lock_years += len(life.habits) * life.now / (365.25 * DAY_S)
    print(f"sound locks: {lock_years:.0f} lock-years, {openings:.0f} openings")
    for cause in Drift:
        print(f"  {cause:14} {told[cause]:4d} told, {100 * told[cause] / lock_years:6.2f} in 100 lock-years")


def detection(seeds: int) -> None:
    """How many openings of the lock, or of the whole board or cabinet, a drift takes to be told, and what else is."""
    print("drifted locks: openings until told, of the lock itself or (supplies) of all locks concerned")
    for title, change, cause, part in FAULTS:
        taken, wrong, missed = [], 0, 0
        for seed in range(seeds):
            life = LockLife(seed)
            life.live(GROWN_UP * len(life.habits))
            life.drifts.clear()
            before = life.openings.copy()
            change(life)
            try:
                life.live_until(cause, part, MOST_OPENINGS)
            except AssertionError:
                missed += 1
                continue
            concerned = life.openings - before
            mine = [name for name, wiring in life.wiring.items() if part in (name, wiring.board, "cabinet")]
            taken.append(sum(concerned[name] for name in mine))
            wrong += any((drift.cause, drift.part) != (cause, part) and not drift.over for drift in life.drifts)
        median, most = (statistics.median(taken), max(taken)) if taken else (float("nan"), float("nan"))
        print(f"  {title:30} {cause:13} median {median:5.0f}  most {most:5.0f}  missed {missed}  other first {wrong}")


def verdicts(seeds: int, only: str) -> None:
    """What is told of each story: all that happened and nothing else, or what was missed, or told wrongly."""
    print(f"stories of the street, {seeds} seeds each: cabinets of which exactly the truth was told")
    for story in STORIES:
        if only in story.name:
            counted = Counter(verdict(story, seed) for seed in range(seeds))
            others = "; ".join(f"{count} {what}" for what, count in counted.most_common() if what)
            print(f"  {story.name:48} {counted['']:3d} of {seeds}  {others}", flush=True)


def verdict(story: Story, seed: int) -> str:
    """What was missed or told wrongly; empty when nothing was."""
    told = story.play(seed).told()
    missed = [f"missed {cause}" for cause, _ in sorted(story.told - told)]
    return ", ".join([*missed, *sorted({f"told {cause}" for cause, _ in told - story.told})])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--street", type=int, metavar="SEEDS", help="play the stories of the street instead")
    arguments.add_argument("--only", default="", metavar="WORDS", help="of these, those whose name has the words")
    arguments.add_argument("--cabinets", type=int, default=12, help="sound cabinets of 24 locks, a year each")
    arguments.add_argument("--seeds", type=int, default=20, help="cabinets for each kind of drift")
    chosen = arguments.parse_args()
    if chosen.street:
        verdicts(chosen.street, chosen.only)
        return
    detection(chosen.seeds)
    false_alarms(chosen.cabinets)


if __name__ == "__main__":
    main()
