from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.debounce import Debounce
from firmware_bridge.reports import Latch

L, U = Latch.LATCHED, Latch.UNLATCHED


def test_one_read_is_not_believed() -> None:
    hook = Debounce(reads=2)
    hook.read(L)
    assert hook.latch is Latch.UNKNOWN
    hook.read(L)
    assert hook.latch is L


def test_reads_that_disagree_keep_the_believed_state() -> None:
    hook = Debounce(reads=2)
    for latch in (L, L, U, L, U, L, U):
        hook.read(latch)
    assert hook.latch is L
    assert hook.undecided


def test_a_restart_lets_only_later_reads_count() -> None:
    hook = Debounce(reads=2)
    for latch in (L, L, U):
        hook.read(latch)
    hook.restart()
    hook.read(U)
    assert hook.latch is L
    hook.read(U)
    assert hook.latch is U


def test_a_state_is_confirmed_by_as_many_reads_in_a_row_as_make_one() -> None:
    hook = Debounce(reads=2)
    for latch in (L, L):
        hook.read(latch)
    assert hook.confirmed()
    assert not hook.confirmed(reads=3)
    hook.restart()
    hook.read(L)
    assert not hook.confirmed()
    hook.read(L)
    assert hook.confirmed()
    hook.read(U)
    assert not hook.confirmed()


def test_a_lost_hook_is_unknown_until_it_agrees_with_itself_again() -> None:
    hook = Debounce(reads=2)
    for latch in (L, L):
        hook.read(latch)
    hook.lose()
    assert hook.latch is Latch.UNKNOWN
    hook.read(L)
    assert hook.latch is Latch.UNKNOWN


@given(st.integers(2, 5), st.lists(st.sampled_from([L, U]), max_size=60))
def test_a_state_always_stands_on_enough_agreeing_reads(reads: int, seen: list[Latch]) -> None:
    hook = Debounce(reads)
    for number, latch in enumerate(seen, start=1):
        before = hook.latch
        hook.read(latch)
        if hook.latch is not before:
            assert seen[number - reads : number] == [hook.latch] * reads
