"""The health of a cabinet's locks while the panel works: takes what the panel says, tells what has drifted.

Safe from any thread. It keeps no file: `snapshot` gives what `store` writes, and a book begins from what was read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from pydantic import Field

from config.settings import CompartmentSettings, LineSettings
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.health.diagnosis import CABINET, Bank, Diagnosis, diagnose
from firmware_bridge.health.episodes import Ending, Episode, EpisodeFinder
from firmware_bridge.health.history import TROUBLE, Kept, LockHistory
from firmware_bridge.health.neighbours import BoardHistory, Fired, SupplyHistory
from firmware_bridge.reports import DoorChanged, Drift, Latch, LockDrifted, LockPulsed, Outcome, PanelEvent

REMEMBERED_S: Final = 30.0
"""Pulses are compared with those of so long before: no report comes later, and no pulse lasts longer."""

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
    """Where a compartment's lock is, and for how long its board drives the coil, seconds."""

    board: str
    lock: str
    pulse_s: float


@dataclass(frozen=True, slots=True)
class Shot:
    """A pulse whose neighbours in time may not all be known yet; monotonic seconds."""

    compartment: str
    sent: float
    end: float
    outcome: Outcome
    together: bool = False

    def overlaps(self, other: Shot) -> bool:
        """Whether both coils were driven at one time."""
        return self.compartment != other.compartment and self.sent < other.end and other.sent < self.end


def wiring_of(lines: Iterable[LineSettings], compartments: Iterable[CompartmentSettings]) -> dict[str, Wiring]:
    """The wiring of every compartment.

    Raises:
        UnknownFamilyError: a line's family has no driver.
    """
    pulses = {
        f"{line.name}:{board.address}": driver_named(line.family).pulse_s(board)
        for line in lines
        for board in line.boards
    }
    return {
        each.id: Wiring(board, f"{board}:{each.channel}", pulses[board])
        for each in compartments
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
        self._shots: list[Shot] = []
        self.changes = 0
        """Grows with everything that is learned."""

    def take(self, event: PanelEvent) -> None:
        """Take an event of the panel, in the order in which it told them."""
        if not isinstance(event, DoorChanged | LockPulsed) or event.compartment not in self._wiring:
            return
        with self._guard:
            if isinstance(event, LockPulsed):
                self._fired(event)
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

    def _fired(self, pulse: LockPulsed) -> None:
        """Note a pulse beside those that may have been driven with it."""
        sent, end = pulse.sent, pulse.sent + self._wiring[pulse.compartment].pulse_s
        shot = Shot(pulse.compartment, sent, end, pulse.outcome)
        near = [replace(each, together=each.together or each.overlaps(shot)) for each in self._shots]
        near.append(replace(shot, together=any(each.overlaps(shot) for each in self._shots)))
        old = [each for each in near if sent - each.sent > REMEMBERED_S]
        self._shots = [each for each in near if sent - each.sent <= REMEMBERED_S]
        self._supply = self._supply.after(
            Fired(compartment=each.compartment, together=each.together, failed=each.outcome is not Outcome.OPENED)
            for each in old
            if each.outcome is not Outcome.UNCONFIRMED  # a line that went dead says nothing of the supply
        )

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
        if episode.latency is not None and lock.reference is not None:
            residual = lock.reference.residual(episode.latency.seconds)
        self._locks[name] = lock.after(episode, common_log=board.common_log(without=name), place=board.places + 1)
        if episode.ending not in (Ending.UNASKED, Ending.FLUTTERED):
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
