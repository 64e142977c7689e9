"""What earlier runs of the daemon left of the panel: faults that have not ended, and coils that may be warm."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from locker.clock import parse_instant
from locker.ledger.records import PastPulse, StandingFault
from mqtt.contract.base import Outcome
from mqtt.contract.events import AttemptSettled, ClockStepped, DoorChanged, PanelFault

MAY_HAVE_PULSED = (Outcome.OPENED, Outcome.JAMMED, Outcome.UNCONFIRMED, Outcome.UNKNOWN)
"""The other outcomes say that no coil was driven."""


NO_START_ENDS = frozenset({"door_opened", "door_jammed"})
"""They tell of what has happened; all other faults are found again by looking."""


class PanelReads:
    """Questions about the panel's past, mixed into the ledger."""

    _db: sqlite3.Connection

    def standing_faults(self) -> tuple[StandingFault, ...]:
        """Faults of doors that no start of the daemon has ended, and no evidence, nor staff, since.

        A door that opened by itself stands until staff has looked behind it, one that jammed until it has opened.
        """
        told = (
            "SELECT seq, at, body FROM journal WHERE kind = ? "
            "AND (instr(body, '\"door_opened\"') OR instr(body, '\"door_jammed\"')) ORDER BY seq"
        )
        standing: dict[tuple[str, str], tuple[int, str, PanelFault]] = {}
        for seq, at, body in self._db.execute(told, (PanelFault.kind,)):
            fault = PanelFault.model_validate_json(body)
            key = fault.part, fault.fault
            if fault.over or fault.fault not in NO_START_ENDS:
                standing.pop(key, None)
            elif key not in standing or self._has_opened(fault, standing[key][0], seq):
                standing[key] = (seq, at, fault)
        last_seq = self._db.execute("SELECT COALESCE(MAX(seq), 0) FROM journal").fetchone()[0]
        lasting = [first for first in standing.values() if not self._has_opened(first[2], first[0], last_seq)]
        return tuple(self._counted(*first) for first in lasting)

    def _has_opened(self, fault: PanelFault, after: int, until: int) -> bool:
        """Whether a jammed door has opened meanwhile."""
        if fault.fault != "door_jammed":
            return False
        opened = (
            "SELECT EXISTS (SELECT 1 FROM journal WHERE subject = ? AND kind = ? AND seq > ? AND seq <= ? "
            "AND instr(body, '\"unlatched\"'))"
        )
        return bool(self._db.execute(opened, (fault.part, DoorChanged.kind, after, until)).fetchone()[0])

    def _counted(self, seq: int, at: str, fault: PanelFault) -> StandingFault:
        """With each time that it has happened since it was told: alarms of an opening, attempts that jammed."""
        again = _OPENED_AGAIN if fault.fault == "door_opened" else _JAMMED_AGAIN
        times = [row["at"] for row in self._db.execute(again, {"door": fault.part, "seq": seq})]
        last_at = max([at, *times])
        return StandingFault(fault, first_at=at, last_at=last_at, count=max(fault.count, len(times)))

    def pulses_within(self, seconds: float) -> tuple[PastPulse, ...]:
        """Pulses that may have begun within so many seconds of the end of the last run; ask before a run's first row.

        The time since then counts for nothing: how long it was, no clock can be trusted to say.
        """
        pulses = [PastPulse(compartment, 0.0) for (compartment,) in self._db.execute(_UNSETTLED)]
        for row, ago_s in _newest_first(self._db):
            if ago_s > seconds:
                break
            if row.kind == AttemptSettled.kind:
                (compartment, outcome) = self._db.execute(_SETTLED, (row.subject,)).fetchone()
                if outcome in MAY_HAVE_PULSED:
                    pulses.append(PastPulse(compartment, ago_s))
        return tuple(pulses)


_OPENED_AGAIN = (
    "SELECT at FROM journal WHERE subject = :door AND seq > :seq AND kind = 'door.alarm' "
    "AND instr(body, '\"opened_without_attempt\"')"
)
_JAMMED_AGAIN = (
    "SELECT j.at FROM attempts a JOIN journal j ON j.seq = a.settled_seq "
    "WHERE a.compartment = :door AND a.outcome = 'jammed' AND a.started_seq >= COALESCE("
    "(SELECT MAX(started_seq) FROM attempts WHERE compartment = :door AND started_seq < :seq), 0)"
)
_UNSETTLED = "SELECT compartment FROM attempts WHERE settled_seq IS NULL ORDER BY started_seq"
_SETTLED = "SELECT compartment, outcome FROM attempts WHERE attempt = ?"


@dataclass(frozen=True)
class _Row:
    at: str
    clock_synced: int
    boot: int
    kind: str
    subject: str
    body: str

    def comparable(self, later: _Row) -> bool:
        """Whether both times come from one clock, unless it was set in between."""
        return self.clock_synced == later.clock_synced and bool(self.clock_synced or self.boot == later.boot)

    def before_s(self, later: _Row) -> float:
        """Seconds between the times of two rows."""
        return max(0.0, (parse_instant(later.at) - parse_instant(self.at)).total_seconds())

    @property
    def stepped_s(self) -> float:
        """How far the clock was set forward, a moment before this row tells of it."""
        return max(0.0, ClockStepped.model_validate_json(self.body).by_s) if self.kind == ClockStepped.kind else 0.0


def _newest_first(db: sqlite3.Connection) -> Iterator[tuple[_Row, float]]:
    """The journal's rows, and how long before the newest of them each was written, at the least.

    A step of the clock is found some time after it, within the same run: so many seconds before its row never passed.
    """
    ago_s, never_passed_s, later = 0.0, 0.0, None
    for found in db.execute("SELECT at, clock_synced, boot, kind, subject, body FROM journal ORDER BY seq DESC"):
        row = _Row(*found)
        if later is not None:
            between_s = row.before_s(later) if row.comparable(later) else 0.0
            ago_s += max(0.0, between_s - never_passed_s)
            of_one_run = row.boot == later.boot and row.clock_synced == later.clock_synced
            never_passed_s = max(0.0, never_passed_s - between_s) if of_one_run else 0.0
        never_passed_s += row.stepped_s
        later = row
        yield row, ago_s
