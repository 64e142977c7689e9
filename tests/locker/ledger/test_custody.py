"""Custody: what may follow what, and that what may not changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ledger_bench import Bench, collected, deposited, door, ended, expected, refused, relocated, reserved, withdrawn

from config.settings import Size
from locker.ledger import IllegalTransition, Ledger
from mqtt.contract.base import ConsignmentState, Latch, ServiceState, VisitKind
from mqtt.contract.events import (
    CompartmentServiceChanged,
    ConsignmentConfirmed,
    ConsignmentDoubted,
    ConsignmentReleased,
    Event,
)

State = ConsignmentState


def released(consignment: str, state: State) -> ConsignmentReleased:
    return ConsignmentReleased.model_validate({"consignment": consignment, "state": state, "reason": "test"})


def custody(ledger: Ledger, compartment: str = "A01") -> tuple[str, str | None]:
    found = ledger.compartment(compartment)
    assert found is not None
    return found.custody, found.consignment


def state(ledger: Ledger, consignment: str) -> State:
    found = ledger.consignment(consignment)
    assert found is not None
    return found.state


def in_state(bench: Bench, ledger: Ledger, wanted: State, visit: str) -> str:
    """A consignment that has come to a state within one visit, by way of A01."""
    id_ = bench.expected(ledger)
    ways: dict[State, tuple[Event, ...]] = {
        State.EXPECTED: (),
        State.RESERVED: (reserved(id_, "A01", visit),),
        State.DEPOSITED: (reserved(id_, "A01", visit), deposited(id_, "A01", visit)),
        State.COLLECTED: (reserved(id_, "A01", visit), deposited(id_, "A01", visit), collected(id_, "A01", visit)),
        State.REFUSED: (reserved(id_, "A01", visit), deposited(id_, "A01", visit), refused(id_, "A01", visit)),
        State.WITHDRAWN: (reserved(id_, "A01", visit), withdrawn(id_, "A01", visit)),
        State.EXPIRED: (released(id_, State.EXPIRED),),
        State.CANCELLED: (released(id_, State.CANCELLED),),
    }
    ledger.record(*ways[wanted])
    assert state(ledger, id_) is wanted
    return id_


MOVES: dict[str, tuple[Callable[[str, str], Event], dict[State, State]]] = {
    "expected": (lambda id_, _visit: expected(id_), {State.EXPECTED: State.EXPECTED}),
    "reserved": (lambda id_, visit: reserved(id_, "A01", visit), {State.EXPECTED: State.RESERVED}),
    "relocated": (lambda id_, visit: relocated(id_, "A01", "A02", visit), {State.RESERVED: State.RESERVED}),
    "deposited": (lambda id_, visit: deposited(id_, "A01", visit), {State.RESERVED: State.DEPOSITED}),
    "collected": (
        lambda id_, visit: collected(id_, "A01", visit),
        {State.DEPOSITED: State.COLLECTED, State.REFUSED: State.COLLECTED},
    ),
    "refused": (
        lambda id_, visit: refused(id_, "A01", visit),
        {State.DEPOSITED: State.REFUSED, State.COLLECTED: State.REFUSED},
    ),
    "withdrawn": (
        lambda id_, visit: withdrawn(id_, "A01", visit),
        {
            State.RESERVED: State.WITHDRAWN,
            State.DEPOSITED: State.WITHDRAWN,
            State.REFUSED: State.WITHDRAWN,
        },
    ),
    "released": (lambda id_, _visit: released(id_, State.EXPECTED), {State.RESERVED: State.EXPECTED}),
    "expired": (
        lambda id_, _visit: released(id_, State.EXPIRED),
        {State.EXPECTED: State.EXPIRED, State.RESERVED: State.EXPIRED},
    ),
    "cancelled": (
        lambda id_, _visit: released(id_, State.CANCELLED),
        {State.EXPECTED: State.CANCELLED, State.RESERVED: State.CANCELLED},
    ),
}


@pytest.mark.parametrize("before", list(State))
@pytest.mark.parametrize("move", MOVES)
def test_every_move_from_every_state_leads_where_the_design_says_or_nowhere(
    bench: Bench, ledger: Ledger, move: str, before: State
) -> None:
    visit = bench.visit(ledger)
    consignment = in_state(bench, ledger, before, visit)
    make, legal = MOVES[move]
    seq = ledger.last_seq
    if before in legal:
        ledger.record(make(consignment, visit))
        assert state(ledger, consignment) is legal[before]
    else:
        with pytest.raises(IllegalTransition):
            ledger.record(make(consignment, visit))
        assert (state(ledger, consignment), ledger.last_seq) == (before, seq)
    assert ledger.verify().holds


def test_a_compartment_follows_its_consignment(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    consignment = bench.reserved(ledger, visit)
    assert custody(ledger) == ("reserved", consignment)
    ledger.record(relocated(consignment, "A01", "A02", visit))
    assert custody(ledger, "A01") == ("free", None)
    ledger.record(deposited(consignment, "A02", visit))
    assert custody(ledger, "A02") == ("occupied", consignment)
    ledger.record(refused(consignment, "A02", visit))
    assert custody(ledger, "A02") == ("occupied", consignment)
    ledger.record(withdrawn(consignment, "A02", visit))
    assert custody(ledger, "A02") == ("free", None)
    found = ledger.consignment(consignment)
    assert found is not None
    assert (found.compartment, found.last_compartment) == (None, "A02")


def test_a_deposit_is_kept_with_who_when_and_until_when(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    found = ledger.consignment(bench.deposited(ledger, visit))
    assert found is not None
    assert (found.deposited_by, found.deposit_visit, found.nonce) == ("cou-1", visit, 0)
    assert found.deposited_at == "2026-03-01T08:00:00.000Z"
    assert (found.confirmed, found.doubted, found.deadline) == (True, False, None)


def test_a_compartment_holds_at_most_one_consignment(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    bench.deposited(ledger, visit)
    other = bench.expected(ledger)
    with pytest.raises(IllegalTransition, match=r"A01 cannot take con-\d+: it is occupied"):
        ledger.record(reserved(other, "A01", visit))


@pytest.mark.parametrize("service", [ServiceState.OUT_OF_SERVICE, ServiceState.NEEDS_CHECK])
def test_nothing_is_reserved_in_a_compartment_out_of_service(
    bench: Bench, ledger: Ledger, service: ServiceState
) -> None:
    visit = bench.visit(ledger)
    consignment = bench.expected(ledger)
    ledger.record(CompartmentServiceChanged(compartment="A01", state=service, reason="jammed"))
    with pytest.raises(IllegalTransition, match="jammed"):
        ledger.record(reserved(consignment, "A01", visit))


def test_only_the_visit_that_collected_may_put_back_and_only_there(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger, VisitKind.PICKUP)
    other = bench.visit(ledger, VisitKind.PICKUP)
    consignment = bench.deposited(ledger, visit)
    ledger.record(collected(consignment, "A01", visit))
    with pytest.raises(IllegalTransition, match="only that visit may put it back"):
        ledger.record(refused(consignment, "A01", other))
    with pytest.raises(IllegalTransition, match="only there"):
        ledger.record(refused(consignment, "A02", visit))
    ledger.record(refused(consignment, "A01", visit))
    with pytest.raises(IllegalTransition, match="only that visit may collect it"):
        ledger.record(collected(consignment, "A01", other))


def test_nothing_is_put_back_where_another_consignment_lies_by_now(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger, VisitKind.PICKUP)
    consignment = bench.deposited(ledger, visit)
    ledger.record(collected(consignment, "A01", visit))
    bench.deposited(ledger, visit)
    with pytest.raises(IllegalTransition, match="A01 cannot take"):
        ledger.record(refused(consignment, "A01", visit))


def test_custody_changes_only_in_a_visit_that_goes_on(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    consignment = bench.reserved(ledger, visit)
    with pytest.raises(IllegalTransition, match="never started"):
        ledger.record(deposited(consignment, "A01", "vis-nobody"))
    ledger.record(ended(visit))
    with pytest.raises(IllegalTransition, match="is over"):
        ledger.record(deposited(consignment, "A01", visit))


def test_an_event_at_another_compartment_than_the_ledger_has_is_illegal(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    consignment = bench.deposited(ledger, visit)
    for event in (collected(consignment, "A02", visit), withdrawn(consignment, "A02", visit)):
        with pytest.raises(IllegalTransition, match="is in A01, the event says A02"):
            ledger.record(event)


def test_an_unconfirmed_deposit_is_confirmed_once(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    consignment = bench.reserved(ledger, visit)
    ledger.record(deposited(consignment, "A01", visit, confirmed=False))
    ledger.record(ConsignmentConfirmed(consignment=consignment, by="cou-1"))
    with pytest.raises(IllegalTransition, match="confirmed already"):
        ledger.record(ConsignmentConfirmed(consignment=consignment, by="cou-1"))


def test_doubt_is_set_and_cleared(bench: Bench, ledger: Ledger) -> None:
    consignment = bench.deposited(ledger, bench.visit(ledger))
    for doubt in (True, False):
        ledger.record(ConsignmentDoubted(consignment=consignment, doubted=doubt, reason="power cut"))
        found = ledger.consignment(consignment)
        assert found is not None
        assert found.doubted is doubt


def test_one_illegal_event_takes_its_whole_transaction_with_it(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    seq = ledger.last_seq
    with pytest.raises(IllegalTransition):
        ledger.record(expected("con-x"), reserved("con-x", "A01", visit), deposited("con-x", "A02", visit))
    assert ledger.consignment("con-x") is None
    assert custody(ledger) == ("free", None)
    assert ledger.last_seq == seq
    assert ledger.record(expected("con-y"))[0].seq == seq + 1


def test_consignments_are_found_by_any_of_their_traits(bench: Bench, ledger: Ledger) -> None:
    visit = bench.visit(ledger)
    lies, waits = bench.deposited(ledger, visit), bench.expected(ledger)
    ledger.record(expected("con-z", recipient="res-2"))

    def ids(**traits: object) -> list[str]:
        return [found.id for found in ledger.consignments(**traits)]  # type: ignore[arg-type]

    assert ids() == [lies, waits, "con-z"]
    assert ids(state={State.EXPECTED}) == [waits, "con-z"]
    assert ids(state={State.EXPECTED, State.DEPOSITED}, recipients={"res-1"}) == [lies, waits]
    assert ids(recipients={"res-2", "res-3"}) == ["con-z"]
    assert ids(compartment="A01") == ids(by="cou-1") == [lies]
    assert ids(state=set()) == ids(carrier="slow") == []


def test_a_revision_grows_with_each_change_and_with_nothing_else(bench: Bench, ledger: Ledger) -> None:
    def rev() -> int:
        found = ledger.compartment("A01")
        assert found is not None
        return found.rev

    assert rev() == 1
    ledger.record(door("A01", Latch.LATCHED))
    ledger.record(door("A01", Latch.LATCHED))
    assert rev() == 2
    visit = bench.visit(ledger)
    consignment = bench.deposited(ledger, visit)
    assert rev() == 4
    ledger.record(refused(consignment, "A01", visit))
    assert rev() == 4
    ledger.record(CompartmentServiceChanged(compartment="A01", state=ServiceState.NEEDS_CHECK, reason="look"))
    assert rev() == 5
    found = ledger.compartment("A02")
    assert found is not None
    assert (found.rev, found.size) == (1, Size.M)
