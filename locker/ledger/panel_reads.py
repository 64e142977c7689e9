"""What earlier runs of the daemon left of the panel: break-ins that nobody has seen to, and coils that may be warm."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from locker.clock import parse_instant
from locker.ledger.records import BreakIn, PastPulse
from mqtt.contract.base import Outcome
from mqtt.contract.events import AttemptSettled, DoorAlarmed, PanelFault

MAY_HAVE_PULSED = (Outcome.OPENED, Outcome.JAMMED, Outcome.UNCONFIRMED, Outcome.UNKNOWN)
"""The other outcomes say that no coil was driven."""


class PanelReads:
    """Questions about the panel's past, mixed into the ledger."""

    _db: sqlite3.Connection

    def break_ins(self) -> tuple[BreakIn, ...]:
        """Doors that opened by themselves and that staff has not seen to, however often the daemon was started since.

        Each further opening was an alarm of its own, and counts.
        """
        told = "SELECT seq, at, body FROM journal WHERE kind = ? AND instr(body, '\"door_opened\"') ORDER BY seq"
        standing: dict[str, tuple[int, str, PanelFault]] = {}
        for seq, at, body in self._db.execute(told, (PanelFault.kind,)):
            fault = PanelFault.model_validate_json(body)
            if fault.fault != "door_opened":
                continue
            if fault.over:
                standing.pop(fault.part, None)
            else:
                standing.setdefault(fault.part, (seq, at, fault))
        return tuple(self._break_in(*first) for first in standing.values())

    def _break_in(self, seq: int, at: str, fault: PanelFault) -> BreakIn:
        alarms = self._db.execute(
            "SELECT at FROM journal WHERE subject = ? AND seq > ? AND kind = ? "
            "AND instr(body, '\"opened_without_attempt\"') ORDER BY seq",
            (fault.part, seq, DoorAlarmed.kind),
        ).fetchall()
        last_at = alarms[-1]["at"] if alarms else at
        return BreakIn(fault, first_at=at, last_at=last_at, count=max(fault.count, len(alarms)))

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


_UNSETTLED = "SELECT compartment FROM attempts WHERE settled_seq IS NULL ORDER BY started_seq"
_SETTLED = "SELECT compartment, outcome FROM attempts WHERE attempt = ?"


@dataclass(frozen=True)
class _Row:
    at: str
    clock_synced: int
    boot: int
    kind: str
    subject: str

    def at_least_before_s(self, later: _Row) -> float:
        """Seconds that have certainly passed between two rows; none where the clock may have been set in between."""
        one_clock = self.clock_synced == later.clock_synced and (self.clock_synced or self.boot == later.boot)
        between = parse_instant(later.at) - parse_instant(self.at)
        return max(0.0, between.total_seconds()) if one_clock else 0.0


def _newest_first(db: sqlite3.Connection) -> Iterator[tuple[_Row, float]]:
    """The journal's rows, and how long before the newest of them each was written, at the least."""
    ago_s, later = 0.0, None
    for found in db.execute("SELECT at, clock_synced, boot, kind, subject FROM journal ORDER BY seq DESC"):
        row = _Row(*found)
        if later is not None:
            ago_s += row.at_least_before_s(later)
        later = row
        yield row, ago_s
