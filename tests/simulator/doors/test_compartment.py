"""What people can and cannot do with their hands."""

from __future__ import annotations

from typing import Any

import pytest

from config.settings import Size
from simulator.doors.compartment import Compartment, Item
from simulator.doors.errors import DoesNotFit, DoorShut, NotThere, UnknownDoor
from simulator.doors.log import Kind, Rule


@pytest.fixture
def medium(bench: Any) -> Compartment:
    """The M compartment, its door ajar."""
    bench.board.pulse(1, 0.3)
    bench.wait(1)
    return bench.cabinet.compartment("A02")


def test_what_was_put_in_can_be_taken_out(medium: Compartment, bench: Any) -> None:
    medium.put(Item("parcel 7", Size.M))
    assert medium.take("parcel 7") == Item("parcel 7", Size.M)
    assert medium.items == []
    assert [entry.item for entry in bench.log.since(0) if entry.item] == ["parcel 7", "parcel 7"]


def test_of_two_equal_labels_one_is_taken(medium: Compartment) -> None:
    medium.put(Item("shirt", Size.S))
    medium.put(Item("shirt", Size.S))
    medium.take("shirt")
    assert [item.label for item in medium.items] == ["shirt"]


@pytest.mark.parametrize("size", [Size.L, Size.XL])
def test_a_bigger_item_does_not_fit(medium: Compartment, size: Size) -> None:
    with pytest.raises(DoesNotFit, match=r"'sofa' \(size X?L\) does not fit into A02 \(size M\)"):
        medium.put(Item("sofa", size))
    assert medium.items == []


def test_nothing_passes_through_a_closed_door_and_the_try_is_recorded(bench: Any) -> None:
    shut = bench.cabinet.compartment("A01")
    with pytest.raises(DoorShut, match="cannot put 'letter' into A01"):
        shut.put(Item("letter", Size.S))
    with pytest.raises(DoorShut, match="cannot take 'letter' from A01"):
        shut.take("letter")
    assert bench.violations() == [Rule.PUT_INTO_CLOSED_DOOR, Rule.TAKE_FROM_CLOSED_DOOR]
    assert bench.entries(Kind.PUT) == []


def test_what_is_not_there_cannot_be_taken(medium: Compartment) -> None:
    with pytest.raises(NotThere, match="'ghost' does not lie in A02"):
        medium.take("ghost")


def test_an_unknown_door_is_named_with_those_that_exist(bench: Any) -> None:
    with pytest.raises(UnknownDoor, match="no door 'Z9' in this cabinet; it has A01 to A04"):
        bench.cabinet.compartment("Z9")
