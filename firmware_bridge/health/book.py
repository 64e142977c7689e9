"""The health of a cabinet's locks while the panel works: takes what the panel says, tells what has drifted.

Safe from any thread. It keeps no file: `snapshot` gives what `store` writes, and a book begins from what was read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from pydantic import Field

from config.settings import CompartmentSettings, LineSettings
from firmware_bridge.health.diagnosis import CABINET, Bank, Diagnosis, diagnose
from firmware_bridge.health.episodes import Episode, EpisodeFinder
from firmware_bridge.health.history import TROUBLE, Kept, LockHistory
from firmware_bridge.health.neighbours import BoardHistory, Fired, Residual, SupplyHistory
from firmware_bridge.reports import DoorChanged, Drift, Latch, LockDrifted, LockPulsed, Outcome, PanelEvent

BEGINS_AGAIN: Final[Mapping[Drift, dict[str, float]]] = MappingProxyType(
    {
        Drift.STUCK_DOOR: {"trouble": 0.0},
        Drift.LYING_SENSOR: {"lies": 0.0},
        Drift.WEAK_LOCK: {"slowness": 0.0},
        Drift.WEAK_SUPPLY: {"trouble": 0.0, "slowness": 0.0},
    }
)
"""The sums that begin from zero when a drift is over."""


class Standing(Kept):
    """A drift that was told and has not ended."""

    cause: Drift
    part: str
    since: str
    """RFC 3339, UTC, by the wall clock of that moment."""
    evidence: str


class Records(Kept):
    """All that is kept of one cabinet's locks."""

    version: int = Field(default=1, ge=1, le=1)
    locks: dict[str, LockHistory] = Field(default_factory=dict)
    boards: dict[str, BoardHistory] = Field(default_factory=dict)
    supply: SupplyHistory = SupplyHistory()
    standing: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where a compartment's lock is."""

    board: str
    lock: str


def wiring_of(lines: Iterable[LineSettings], compartments: Iterable[CompartmentSettings]) -> dict[str, Wiring]:
    """The wiring of every compartment on these lines."""
    names = {line.name for line in lines}
    return {
        each.id: Wiring(board, f"{board}:{each.channel}")
        for each in compartments
        if each.line in names
        for board in (f"{each.line}:{each.board}",)
    }


class HealthBook:
    """What is known of every lock. Of another lock behind a door than before, nothing is known."""

    def __init__(
        self,
        wiring: Mapping[str, Wiring],
        records: Records | None = None,
        *,
        on_drift: Callable[[LockDrifted], None],
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`on_drift` is called from the thread that brought the evidence, and must be quick."""
        kept = records or Records()
        self._wiring = dict(wiring)
        self._on_drift = on_drift
        self._wall = wall
        self._guard = threading.RLock()
        self._finder = EpisodeFinder()
        self._locks = {
            name: kept.locks[name]
            if name in kept.locks and kept.locks[name].wiring == each.lock
            else LockHistory(wiring=each.lock)
            for name, each in self._wiring.items()
        }
        self._boards = {each.board: kept.boards.get(each.board, BoardHistory()) for each in self._wiring.values()}
        self._supply = kept.supply
        self._standing = {(each.cause, each.part): each for each in kept.standing if self._exists(each.part)}
        self.changes = 0
        """Grows with everything that is learned."""

    def take(self, event: PanelEvent) -> None:
        """Take an event of the panel, in the order in which it told them."""
        if not isinstance(event, DoorChanged | LockPulsed) or event.compartment not in self._wiring:
            return
        with self._guard:
            if isinstance(event, LockPulsed):
                self._supply = self._supply.after(_fired(event))
                self._learn(self._finder.pulsed(event), event.at)
            else:
                if Latch.UNKNOWN not in (event.latch, event.previous):
                    self._locks[event.compartment] = self._locks[event.compartment].hook_moved()
                self._learn(self._finder.moved(event), event.at)

    def pass_time(self, now: float) -> None:
        """Let time pass, so that what has to be waited for is over at some time; monotonic seconds."""
        with self._guard:
            self._learn(self._finder.passed(now), now)

    def snapshot(self) -> Records:
        """All of it, to be written down."""
        with self._guard:
            return Records(
                locks=dict(self._locks),
                boards=dict(self._boards),
                supply=self._supply,
                standing=tuple(self._standing.values()),
            )

    def _exists(self, part: str) -> bool:
        return part == CABINET or part in self._wiring or part in {each.board for each in self._wiring.values()}

    def _learn(self, episodes: Iterable[Episode], now: float) -> None:
        ended = tuple(episodes)
        for episode in ended:
            self._remember(episode)
        if ended:
            self.changes += 1
            self._tell(now)

    def _remember(self, episode: Episode) -> None:
        name = episode.compartment
        lock, board_name = self._locks[name], self._wiring[name].board
        board = self._boards[board_name]
        residual = None
        if episode.latency is not None and lock.reference is not None and lock.measures(episode.latency):
            seconds, granularity_s = episode.latency.seconds, episode.latency.granularity_s
            residual = Residual(log=lock.reference.residual(seconds), width_log=granularity_s / seconds)
        self._locks[name] = lock.after(episode, common_log=board.common_log(without=name), place=board.places + 1)
        if episode.alone:
            mark = self._locks[name].story[-1]
            self._boards[board_name] = board.after(name, residual, troubled=mark in TROUBLE)

    def _tell(self, now: float) -> None:
        """Tell what began and what is over."""
        bank = Bank(self._locks, self._boards, self._supply, {name: w.board for name, w in self._wiring.items()})
        found = {(each.cause, each.part): each for each in diagnose(bank, tuple(self._standing))}
        for key in [key for key in self._standing if key not in found]:
            self._end(self._standing.pop(key), found.values(), now)
        for key, diagnosis in found.items():
            if key not in self._standing:
                self._begin(diagnosis, now)

    def _begin(self, diagnosis: Diagnosis, now: float) -> None:
        since = self._wall().isoformat(timespec="seconds")
        cause, part, evidence = diagnosis.cause, diagnosis.part, diagnosis.evidence
        self._standing[cause, part] = Standing(cause=cause, part=part, since=since, evidence=evidence)
        self._on_drift(LockDrifted(cause, part, over=False, evidence=evidence, remedy=diagnosis.remedy, at=now))

    def _end(self, was: Standing, found: Iterable[Diagnosis], now: float) -> None:
        """What signalled begins from zero again; otherwise old evidence would signal at the first sign of anything."""
        for name in self._blamed(was):
            self._locks[name] = self._locks[name].model_copy(update=BEGINS_AGAIN[was.cause])
        board = self._wiring[was.part].board if was.part in self._wiring else was.part
        instead = [f"{each.cause} of {each.part}" for each in found if each.part in (was.part, board, CABINET)]
        why = f"it is told as {' and '.join(instead)} instead" if instead else "it is again what it was"
        evidence = f"{why}; since {was.since}: {was.evidence}"
        self._on_drift(LockDrifted(was.cause, was.part, over=True, evidence=evidence, remedy="", at=now))

    def _blamed(self, was: Standing) -> list[str]:
        """The locks whose sums stood behind a drift."""
        return [name for name, each in self._wiring.items() if was.part in (name, each.board, CABINET)]


def _fired(pulse: LockPulsed) -> tuple[Fired, ...]:
    """What a pulse tells of the supply; nothing where nobody knows what its door did."""
    if pulse.outcome is Outcome.UNCONFIRMED:
        return ()
    failed = pulse.outcome is not Outcome.OPENED
    return (Fired(compartment=pulse.compartment, together=pulse.company > 0, failed=failed),)
