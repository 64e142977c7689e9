"""Which part has drifted, and why: each lock against its own past, and against the locks that share its supply. Pure.

A lock's own sums only say that it has changed. The cause follows from the comparison: a weak supply slows its
neighbours as well, a stuck door fails and then moves, a sensor that lies moves alone or not at all.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from firmware_bridge.health.charts import Reference
from firmware_bridge.health.history import LIES, RETRIED, TROUBLE, LockHistory
from firmware_bridge.health.neighbours import (
    BOARD_WINDOW,
    LEAST_LOCKS,
    BoardHistory,
    SupplyHistory,
    binomial_tail,
    fisher_tail,
)
from firmware_bridge.health.remedies import REMEDIES
from firmware_bridge.reports import Drift

CABINET: Final = "cabinet"
COMMON_LOG: Final = math.log(1.25)
"""All locks of a board a quarter slower: more than cold grease or a hot summer makes of a sound supply."""
SOME_LOG: Final = math.log(1.15)
"""A neighbour that is so much slower shares the cause."""
HARDLY_LOG: Final = math.log(1.1)
"""Less than this is no longer a drift."""
SURE: Final = 5.0
"""Standard errors that a board's shift must be away from nothing."""
AGREEING: Final = 0.75
"""Share of a board's locks that must be slower."""
NEIGHBOURS_TROUBLED: Final = 0.03
"""Troubled openings that pass for ordinary on a board."""
UNLIKELY: Final = 1e-6
"""Chance that sound locks of a board fail so often together, by each look."""
NO_LONGER: Final = 1e-2
"""A drift of a whole board stays until what is seen is as likely as this."""
SUSPICIOUS: Final = 1e-3
"""Below this no single door or sensor is blamed: its neighbours are about to show whether they share its trouble."""
UNLIKELY_TOGETHER: Final = 1e-5
"""The same for failing when several fire, by each pulse."""
FAILED_TOGETHER: Final = 4


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One drifted part, why, and the figures that say so."""

    cause: Drift
    part: str
    evidence: str

    @property
    def remedy(self) -> str:
        """What a fitter does about it."""
        return REMEDIES[self.cause]


@dataclass(frozen=True, slots=True)
class Bank:
    """All that is kept of one cabinet: locks by compartment, boards by "line:address", and the supply."""

    locks: Mapping[str, LockHistory]
    boards: Mapping[str, BoardHistory]
    supply: SupplyHistory
    board_of: Mapping[str, str]

    def members(self, board: str) -> dict[str, LockHistory]:
        """The locks of a board."""
        return {name: lock for name, lock in self.locks.items() if self.board_of[name] == board}

    def references(self, board: str) -> dict[str, Reference]:
        """The references of a board's locks, where there are any."""
        return {name: lock.reference for name, lock in self.members(board).items() if lock.reference is not None}


def diagnose(bank: Bank, standing: Collection[tuple[Drift, str]]) -> tuple[Diagnosis, ...]:
    """What is wrong now. What is `standing` already stays until the evidence for its end is in."""
    boards = {board: text for board in bank.boards if (text := _board(bank, board, standing))}
    found = list(_supplies(bank, boards, standing))
    for name, lock in bank.locks.items():
        board = bank.board_of[name]
        if board not in boards:
            found += _alone(bank, name, lock, standing)
        if _lies(name, lock, standing):
            found.append(Diagnosis(Drift.LYING_SENSOR, name, _lying_words(lock)))
    return tuple(found)


def _supplies(bank: Bank, boards: Mapping[str, str], standing: Collection[tuple[Drift, str]]) -> list[Diagnosis]:
    known = (Drift.WEAK_SUPPLY, CABINET) in standing
    together = _several_fire(bank.supply, ending=known)
    begins = any((Drift.WEAK_SUPPLY, board) not in standing for board in boards)
    everywhere = bool(boards) and (known or _shared(bank, boards, begins=begins))
    if everywhere or together:
        words = [f"board {board}: {text}" for board, text in boards.items()] if everywhere else []
        return [Diagnosis(Drift.WEAK_SUPPLY, CABINET, "; ".join([*words, *together]))]
    return [Diagnosis(Drift.WEAK_SUPPLY, board, text) for board, text in boards.items()]


def _shared(bank: Bank, boards: Collection[str], *, begins: bool) -> bool:
    """Whether all boards show what these do: then it is one finding, of the supply that all share.

    When it `begins`, a board counts that has just begun to show it: it will be told of the cabinet, and not one by one.
    """
    shifts = {board: history.shift(bank.references(board)) for board, history in bank.boards.items()}
    slow = [shift[0] for board in boards if (shift := shifts[board]) and shift[0] > COMMON_LOG]
    half = max(SOME_LOG, min(slow) / 2) if slow else math.inf
    suspected, sound = set(boards), set[str]()
    for board in bank.boards.keys() - boards:
        history = bank.boards[board]
        if begins and (history.recent_log() > half or _chance(history) <= SUSPICIOUS):
            suspected.add(board)
        elif shifts[board] is not None:
            sound.add(board)
    return len(suspected) > 1 and not sound


def _board(bank: Bank, board: str, standing: Collection[tuple[Drift, str]]) -> str:
    """Why a board's supply is weak, in figures; empty while it is not."""
    ending = (Drift.WEAK_SUPPLY, board) in standing or (Drift.WEAK_SUPPLY, CABINET) in standing
    history, words = bank.boards[board], []
    shift = history.shift(bank.references(board))
    if shift is not None:
        size, error = shift
        medians = history.medians().values()
        agreeing = sum(each > HARDLY_LOG for each in medians) / len(medians)
        worth = HARDLY_LOG if ending else max(COMMON_LOG, SURE * error)
        if size > worth and (ending or agreeing >= AGREEING):
            words.append(f"{len(medians)} locks take {math.exp(size):.2f} times as long as they used to")
    locks = history.trouble_elsewhere()[-1]
    if locks >= LEAST_LOCKS - 1 and _chance(history) < (NO_LONGER if ending else UNLIKELY):
        words.append(f"{locks} locks were in trouble within the last {len(history.openings)} openings")
    return ", ".join(words)


def _chance(board: BoardHistory) -> float:
    """How likely sound locks are in so much trouble, all but the most troubled one."""
    failed, trials, _ = board.trouble_elsewhere()
    return binomial_tail(failed, trials, NEIGHBOURS_TROUBLED)


def _several_fire(supply: SupplyHistory, *, ending: bool) -> list[str]:
    failed, trials, alone_failed, alone = supply.table()
    chance = fisher_tail(failed, trials, alone_failed, alone)
    if failed < FAILED_TOGETHER or chance > (NO_LONGER if ending else UNLIKELY_TOGETHER):
        return []
    return [f"{failed} of {trials} pulses failed while another coil was driven, {alone_failed} of {alone} alone"]


def _alone(bank: Bank, name: str, lock: LockHistory, standing: Collection[tuple[Drift, str]]) -> list[Diagnosis]:
    """What ails one lock of a board whose supply is sound."""
    found = []
    known = (Drift.STUCK_DOOR, name) in standing or (Drift.LYING_SENSOR, name) in standing
    own = known or not _in_trouble_together(bank, name)
    if lock.frozen and own:
        words = f"its hook has not moved in {lock.unmoved} wishes to open it, though pulses were sent"
        found.append(Diagnosis(Drift.LYING_SENSOR, name, words))
    elif lock.troubled and own and not lock.frozen and not lock.clean(TROUBLE):
        found.append(Diagnosis(Drift.STUCK_DOOR, name, _stuck_words(lock)))
    if lock.slow and _slow_alone(bank, name, lock, known=(Drift.WEAK_LOCK, name) in standing):
        found.append(Diagnosis(Drift.WEAK_LOCK, name, _slow_words(lock)))
    return found


def _in_trouble_together(bank: Bank, name: str) -> bool:
    """Whether neighbours fail as well, of its board lately or of the cabinet since this lock began to."""
    failed, locks = bank.supply.elsewhere_since(name)
    shared = binomial_tail(failed, locks, NEIGHBOURS_TROUBLED) <= SUSPICIOUS
    return shared or _chance(bank.boards[bank.board_of[name]]) <= SUSPICIOUS


def _slow_alone(bank: Bank, name: str, lock: LockHistory, *, known: bool) -> bool:
    """Whether a slow lock is slow by itself. Its neighbours must have been opened since it began, or long have not."""
    if known:
        return math.log(lock.worst_ratio) > HARDLY_LOG
    board = bank.boards[bank.board_of[name]]
    others = board.medians(without=name, since=lock.slow_since)
    if len(others) >= LEAST_LOCKS - 1:
        return median(others.values()) < SOME_LOG
    few = len(bank.references(bank.board_of[name])) < LEAST_LOCKS
    return few or board.places - lock.slow_since >= BOARD_WINDOW


def _lies(name: str, lock: LockHistory, standing: Collection[tuple[Drift, str]]) -> bool:
    known = (Drift.LYING_SENSOR, name) in standing
    return lock.lying and not lock.frozen and not (known and lock.clean(LIES))


def _stuck_words(lock: LockHistory) -> str:
    return (
        f"of its last {len(lock.story)} openings {lock.count(frozenset(RETRIED))} took more than one pulse, "
        f"{lock.count(frozenset('l'))} came only after somebody pushed or pulled, {lock.count(frozenset('f'))} failed"
    )


def _lying_words(lock: LockHistory) -> str:
    return (
        f"in its last {len(lock.story)} movements the hook said open {lock.count(LIES)} times though no pulse was "
        f"sent, {lock.count(frozenset('b'))} times for less than a second or after less than a second"
    )


def _slow_words(lock: LockHistory) -> str:
    if lock.reference is None or lock.present_s is None:
        return ""
    return (
        f"it takes {1000 * lock.present_s:.0f} ms to open and used to take {1000 * lock.reference.seconds:.0f} ms "
        f"({lock.ratio:.2f} times as long); its neighbours do not"
    )
