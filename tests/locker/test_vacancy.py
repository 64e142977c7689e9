"""Which compartment a parcel is given."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Size
from locker.ledger import Compartment
from locker.ledger.records import Custody
from locker.vacancy import choose_compartment, count_by_size, vacancies
from mqtt.contract.base import Latch, ServiceState

FREE = Compartment(
    id="A01",
    size=Size.M,
    service=ServiceState.IN_SERVICE,
    reason="",
    door=Latch.LATCHED,
    custody="free",
    consignment=None,
    rev=1,
)


def latched(_id: str) -> Latch:
    return Latch.LATCHED


def free(name: str, size: Size = Size.M, rev: int = 1) -> Compartment:
    return replace(FREE, id=name, size=size, rev=rev)


banks = st.lists(
    st.builds(free, st.uuids().map(str), st.sampled_from(Size), st.integers(1, 5)),
    max_size=12,
    unique_by=lambda c: c.id,
)


def test_a_free_compartment_in_service_with_a_closed_door_is_vacant() -> None:
    assert vacancies([FREE], latched) == (FREE,)


@pytest.mark.parametrize("custody", [custody for custody in get_args(Custody) if custody != "free"])
def test_whatever_holds_or_awaits_something_is_not_vacant(custody: Custody) -> None:
    assert vacancies([replace(FREE, custody=custody)], latched) == ()


def test_a_compartment_out_of_service_is_not_vacant() -> None:
    for service in set(ServiceState) - {ServiceState.IN_SERVICE}:
        assert vacancies([replace(FREE, service=service)], latched) == ()


@pytest.mark.parametrize("latch", [latch for latch in Latch if latch is not Latch.LATCHED])
def test_the_door_as_it_is_now_counts_and_not_as_the_ledger_remembers_it(latch: Latch) -> None:
    others = [free("A02"), free("A03")]
    now = {"A01": latch, "A02": Latch.LATCHED, "A03": latch}
    assert vacancies([FREE, *others], now.__getitem__) == (others[0],)
    assert vacancies([replace(FREE, door=latch)], latched) != ()


@given(banks, st.sampled_from(Size))
def test_no_smaller_compartment_is_chosen_and_no_larger_one_while_a_smaller_fits(
    bank: list[Compartment], size: Size
) -> None:
    chosen = choose_compartment(bank, size, exact=False)
    fitting = [compartment for compartment in bank if compartment.size.rank >= size.rank]
    assert (chosen is None) == (not fitting)
    if chosen is not None:
        assert chosen.size.rank == min(compartment.size.rank for compartment in fitting)


@given(banks, st.sampled_from(Size))
def test_an_exact_size_is_that_size_or_nothing(bank: list[Compartment], size: Size) -> None:
    chosen = choose_compartment(bank, size, exact=True)
    assert (chosen is None) == all(compartment.size is not size for compartment in bank)
    assert chosen is None or chosen.size is size


@given(banks, st.sampled_from(Size), st.randoms(use_true_random=False))
def test_the_choice_spreads_wear_and_does_not_depend_on_the_order(
    bank: list[Compartment], size: Size, random: object
) -> None:
    chosen = choose_compartment(bank, size, exact=False)
    shuffled = list(bank)
    random.shuffle(shuffled)  # type: ignore[attr-defined] - hypothesis' random
    assert choose_compartment(shuffled, size, exact=False) == chosen
    if chosen is not None:
        assert chosen.rev == min(compartment.rev for compartment in bank if compartment.size is chosen.size)


@given(banks)
def test_counts_by_size_come_smallest_first_and_leave_out_what_there_is_none_of(bank: list[Compartment]) -> None:
    counts = count_by_size(bank)
    assert list(counts) == sorted(counts, key=lambda size: size.rank)
    assert all(counts.values())
    assert sum(counts.values()) == len(bank)
    for size, count in counts.items():
        assert count == sum(compartment.size is size for compartment in bank)
