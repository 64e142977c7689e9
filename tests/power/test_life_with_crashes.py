"""A ledger's whole life, drawn at random, with power cuts in between, against a model of a dozen lines."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from ledger_bench import (
    COMPARTMENTS,
    Bench,
    collected,
    deposited,
    door,
    ended,
    expected,
    refused,
    relocated,
    reserved,
    settled,
    started,
    withdrawn,
)
from power import after, cut

from locker.ledger import ErasePerson, IllegalTransition, Ledger, SetPersonRow, StoreTemplate
from mqtt.contract.base import ConsignmentState as State
from mqtt.contract.base import EyeSideName, Latch, Outcome
from mqtt.contract.events import (
    ConsentGiven,
    ConsentWithdrawn,
    ConsignmentReleased,
    Event,
    TemplateRevoked,
    TemplateStored,
)

DOORS = st.sampled_from(list(COMPARTMENTS))
OUT = {State.COLLECTED, State.WITHDRAWN, State.EXPIRED, State.CANCELLED, State.EXPECTED}


class Life(RuleBasedStateMachine):
    """What the model says must be what the ledger says, whatever was interrupted."""

    consignments = Bundle("consignments")
    visits = Bundle("visits")
    attempts = Bundle("attempts")
    templates = Bundle("templates")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / "box-0").mkdir()
        self.bench = Bench(self.folder / "box-0" / "ledger.sqlite3")
        self.ledger: Ledger = self.bench.installed()
        self.boots = 1
        self.custody: dict[str, tuple[State, str | None]] = {}
        self.hashes: list[str] = [row.hash for row in self.ledger.events()]
        self.gallery: dict[str, str] = {}
        self.unsettled: dict[str, str] = {}
        self.going_on: set[str] = set()
        self.acked = 0

    def tell(self, *events: Event, **personal: object) -> bool:
        """Record; True when it was legal. Either way the journal is what it must be."""
        try:
            rows = self.ledger.record(*events, **personal)  # type: ignore[arg-type]
        except IllegalTransition:
            return False
        self.hashes += [row.hash for row in rows]
        return True

    def move(self, consignment: str, event: Event, state: State, compartment: str | None) -> None:
        if self.tell(event):
            self.custody[consignment] = (state, compartment)

    @rule(target=consignments)
    def expect(self) -> str:
        id_ = self.bench.id("con")
        assert self.tell(expected(id_))
        self.custody[id_] = (State.EXPECTED, None)
        return id_

    @rule(target=visits)
    def arrive(self) -> str:
        visit = self.bench.visit(self.ledger)
        self.hashes.append(self.ledger.events(self.ledger.last_seq - 1)[0].hash)
        self.going_on.add(visit)
        return visit

    @rule(consignment=consignments, visit=visits, compartment=DOORS)
    def reserve(self, consignment: str, visit: str, compartment: str) -> None:
        taken = {where for _, where in self.custody.values()}
        legal = self.custody[consignment][0] is State.EXPECTED and compartment not in taken and visit in self.going_on
        before = self.ledger.last_seq
        self.move(consignment, reserved(consignment, compartment, visit), State.RESERVED, compartment)
        assert (self.ledger.last_seq > before) is legal

    @rule(consignment=consignments, visit=visits, compartment=DOORS)
    def relocate(self, consignment: str, visit: str, compartment: str) -> None:
        left = self.custody[consignment][1] or "A01"
        self.move(consignment, relocated(consignment, left, compartment, visit), State.RESERVED, compartment)

    @rule(consignment=consignments, visit=visits, confirmed=st.booleans())
    def deposit(self, consignment: str, visit: str, *, confirmed: bool) -> None:
        state, where = self.custody[consignment]
        before = self.ledger.last_seq
        event = deposited(consignment, where or "A01", visit, confirmed=confirmed)
        self.move(consignment, event, State.DEPOSITED, where)
        assert (self.ledger.last_seq > before) is (state is State.RESERVED and visit in self.going_on)

    @rule(consignment=consignments, visit=visits, compartment=DOORS)
    def collect(self, consignment: str, visit: str, compartment: str) -> None:
        where = self.custody[consignment][1] or compartment
        self.move(consignment, collected(consignment, where, visit), State.COLLECTED, None)

    @rule(consignment=consignments, visit=visits, compartment=DOORS)
    def put_back(self, consignment: str, visit: str, compartment: str) -> None:
        where = self.custody[consignment][1] or compartment
        self.move(consignment, refused(consignment, where, visit), State.REFUSED, where)

    @rule(consignment=consignments, visit=visits, compartment=DOORS)
    def withdraw(self, consignment: str, visit: str, compartment: str) -> None:
        where = self.custody[consignment][1] or compartment
        self.move(consignment, withdrawn(consignment, where, visit), State.WITHDRAWN, None)

    @rule(consignment=consignments, state=st.sampled_from([State.EXPECTED, State.EXPIRED, State.CANCELLED]))
    def release(self, consignment: str, state: State) -> None:
        event = ConsignmentReleased.model_validate({"consignment": consignment, "state": state, "reason": "drawn"})
        self.move(consignment, event, state, None)

    @rule(target=attempts, visit=visits, compartment=DOORS)
    def attempt(self, visit: str, compartment: str) -> object:
        id_ = self.bench.id("att")
        legal = visit in self.going_on and compartment not in self.unsettled.values()
        assert self.tell(started(id_, visit, compartment)) is legal
        if not legal:
            return multiple()
        self.unsettled[id_] = compartment
        return id_

    @rule(attempt=attempts, outcome=st.sampled_from(list(Outcome)))
    def settle(self, attempt: str, outcome: Outcome) -> None:
        assert self.tell(settled(attempt, outcome)) is (self.unsettled.pop(attempt, None) is not None)

    @rule(visit=consumes(visits))
    def leave(self, visit: str) -> None:
        if self.tell(ended(visit)):
            self.going_on.discard(visit)

    @rule(compartment=DOORS, latch=st.sampled_from(list(Latch)))
    def swing(self, compartment: str, latch: Latch) -> None:
        assert self.tell(door(compartment, latch))

    @rule(target=templates)
    def enrol(self) -> str:
        consent, template = self.bench.id("cst"), self.bench.id("tpl")
        person = f"res-{consent}"
        assert self.tell(
            ConsentGiven(consent=consent, person=person, text_version="1"),
            TemplateStored(template=template, person=person, side=EyeSideName.LEFT, encoder="gabor-1", consent=consent),
            personal=(SetPersonRow(person, "resident"), StoreTemplate(template, person, template.encode() * 50)),
        )
        self.gallery[template] = consent
        return template

    @rule(template=templates)
    def erase(self, template: str) -> None:
        consent = self.gallery.pop(template, None)
        person = f"res-{consent}"
        told = self.tell(
            TemplateRevoked(template=template, reason="drawn"),
            ConsentWithdrawn(consent=consent or "cst-none", person=person),
            personal=(ErasePerson(person),),
        )
        assert told is (consent is not None)

    @rule(share=st.floats(0, 1))
    def acknowledge(self, share: float) -> None:
        self.ledger.mark_published(self.ledger.last_seq)
        self.ledger.acknowledge(self.ledger.ledger_id, int(share * self.ledger.last_seq))
        self.acked = self.ledger.acked_seq

    @rule(inside=st.booleans())
    def power_fails(self, *, inside: bool) -> None:
        if inside:
            self.ledger._db.execute("BEGIN IMMEDIATE")
            with contextlib.suppress(IllegalTransition):
                self.ledger._append([expected("con-lost"), door("A01", Latch.UNKNOWN)], ())
        moment = cut(self.bench, self.ledger, self.folder / f"box-{self.boots}")
        if inside:
            self.ledger._db.execute("ROLLBACK")
        self.ledger.close()
        self.ledger = after(self.bench, moment)
        self.bench.path = moment.files / self.bench.path.name
        self.boots += 1
        assert self.ledger.boot == self.boots

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        found = {c.id: (c.state, c.compartment) for c in self.ledger.consignments()}
        assert found == self.custody
        held = {c.id: c.consignment for c in self.ledger.compartments()}
        in_model = {where: id_ for id_, (_, where) in self.custody.items() if where is not None}
        assert held == {compartment: in_model.get(compartment) for compartment in COMPARTMENTS}
        assert all((where is None) is (state in OUT) for state, where in self.custody.values())
        assert {a.attempt: a.compartment for a in self.ledger.unsettled_attempts()} == self.unsettled
        assert {t.template for t in self.ledger.templates()} == set(self.gallery)
        assert {visit.visit for visit in self.ledger.open_visits()} == self.going_on
        assert (self.ledger.acked_seq, self.ledger.last_seq) == (self.acked, len(self.hashes))

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            assert [row.hash for row in self.ledger.events(0, 10_000)] == self.hashes
            assert self.ledger.verify().holds
            self.ledger.close()
            shutil.rmtree(self.folder)


Life.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestLife = Life.TestCase
