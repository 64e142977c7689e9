"""A ledger on a clock that the test moves, and the events of a small cabinet to put into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.settings import Service
from locker.keys import Keys
from locker.ledger import Ledger, LedgerThread, SetPersonRow, StorePerson
from mqtt.contract import events as told
from mqtt.contract.base import Direction, Latch, Means, Outcome, Purpose, SizeName, VisitKind, VisitResult
from mqtt.contract.messages import ResidentPersonal, StaffPersonal

CABINET = "gate-east"
COMPARTMENTS = {"A01": SizeName.S, "A02": SizeName.M, "A03": SizeName.L}
PLENTY = 10**12

KEYS = Keys(b"\x01" * 32, b"\x02" * 32, b"\x03" * 32)
WANG = ResidentPersonal(name="王小明", room="3-1204", phone_tail="4711")
COURIER = StaffPersonal(name="Courier Zhao", number="660011", pin_hash="$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA")


@dataclass
class BenchClock:
    """Both clocks, moved by hand."""

    mono: float = 1000.0
    wall: datetime = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    believed: bool = True

    def monotonic(self) -> float:
        return self.mono

    def now(self) -> datetime:
        return self.wall

    def synced(self) -> bool:
        return self.believed

    def wait(self, seconds: float) -> None:
        self.mono += seconds
        self.wall += timedelta(seconds=seconds)


@dataclass
class Bench:
    """Opens ledgers on one file, and counts up ids."""

    path: Path
    clock: BenchClock = field(default_factory=BenchClock)
    free: int = PLENTY
    last_id: int = 0

    def open(self, keys: Keys = KEYS, cabinet: str = CABINET) -> Ledger:
        return Ledger.open(
            self.path,
            keys=keys,
            clock=self.clock,
            cabinet=cabinet,
            watermark_mb=64,
            reserve_mb=1,
            free_bytes=lambda _folder: self.free,
        )

    async def thread(self, on_commit: Callable[[tuple[told.JournalRow, ...]], None] | None = None) -> LedgerThread:
        return await LedgerThread.start(self.open, on_commit)

    def id(self, prefix: str) -> str:
        self.last_id += 1
        return f"{prefix}-{self.last_id}"

    def installed(self) -> Ledger:
        """A ledger with three compartments, one resident and one courier."""
        ledger = self.open()
        ledger.record(
            told.DaemonStarted(cabinet=CABINET, boot=ledger.boot, version="0.1.0"),
            *(told.CompartmentInstalled(compartment=id_, size=size) for id_, size in COMPARTMENTS.items()),
            told.DirectoryApplied(cabinet=CABINET, version=1, full=True),
            personal=(
                SetPersonRow("res-1", "resident", household="home-1"),
                StorePerson("res-1", WANG),
                SetPersonRow("cou-1", "courier", carrier="swift"),
                StorePerson("cou-1", COURIER),
            ),
        )
        return ledger

    def visit(self, ledger: Ledger, kind: VisitKind = VisitKind.DEPOSIT) -> str:
        visit = self.id("vis")
        ledger.record(told.VisitStarted(visit=visit, visit_kind=kind, means=Means.PIN, person="cou-1"))
        return visit

    def attempt(self, ledger: Ledger, visit: str, compartment: str = "A01") -> str:
        attempt = self.id("att")
        ledger.record(started(attempt, visit, compartment))
        return attempt

    def expected(self, ledger: Ledger) -> str:
        consignment = self.id("con")
        ledger.record(expected(consignment))
        return consignment

    def reserved(self, ledger: Ledger, visit: str, compartment: str = "A01") -> str:
        consignment = self.expected(ledger)
        ledger.record(reserved(consignment, compartment, visit))
        return consignment

    def deposited(self, ledger: Ledger, visit: str, compartment: str = "A01") -> str:
        consignment = self.reserved(ledger, visit, compartment)
        ledger.record(deposited(consignment, compartment, visit))
        return consignment


def started(attempt: str, visit: str, compartment: str = "A01") -> told.AttemptStarted:
    return told.AttemptStarted(
        attempt=attempt, visit=visit, compartment=compartment, purpose=Purpose.DEPOSIT, cause="why-1", number=1
    )


def settled(attempt: str, outcome: Outcome = Outcome.OPENED) -> told.AttemptSettled:
    return told.AttemptSettled(attempt=attempt, outcome=outcome)


def ended(visit: str) -> told.VisitEnded:
    return told.VisitEnded(visit=visit, result=VisitResult.COMPLETED)


def door(compartment: str, latch: Latch, visit: str | None = None) -> told.DoorChanged:
    return told.DoorChanged(compartment=compartment, latch=latch, visit=visit)


def expected(consignment: str, recipient: str = "res-1") -> told.ConsignmentExpected:
    return told.ConsignmentExpected(
        consignment=consignment,
        service=Service.PARCEL,
        direction=Direction.INBOUND,
        recipient=recipient,
        carrier="swift",
    )


def reserved(consignment: str, compartment: str, visit: str) -> told.ConsignmentReserved:
    return told.ConsignmentReserved(consignment=consignment, compartment=compartment, visit=visit, by="cou-1")


def relocated(consignment: str, left: str, compartment: str, visit: str) -> told.ConsignmentRelocated:
    return told.ConsignmentRelocated(consignment=consignment, left=left, compartment=compartment, visit=visit)


def deposited(consignment: str, compartment: str, visit: str, *, confirmed: bool = True) -> told.ConsignmentDeposited:
    return told.ConsignmentDeposited(
        consignment=consignment, compartment=compartment, visit=visit, by="cou-1", confirmed=confirmed, nonce=0
    )


def collected(consignment: str, compartment: str, visit: str) -> told.ConsignmentCollected:
    return told.ConsignmentCollected(
        consignment=consignment, compartment=compartment, visit=visit, means=Means.IRIS, by="res-1"
    )


def refused(consignment: str, compartment: str, visit: str) -> told.ConsignmentRefused:
    return told.ConsignmentRefused(consignment=consignment, compartment=compartment, visit=visit, by="res-1")


def withdrawn(consignment: str, compartment: str, visit: str) -> told.ConsignmentWithdrawn:
    return told.ConsignmentWithdrawn(consignment=consignment, compartment=compartment, visit=visit, by="cou-1")
