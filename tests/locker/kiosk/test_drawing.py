from __future__ import annotations

from locker.kiosk.drawing import DOOR_HEIGHT, draw_cabinet

PLAN = (("A", (("A01", "S"), ("A02", "XL"))), ("B", (("B01", "M"),)))


def test_doors_are_drawn_to_scale_and_never_overlap() -> None:
    drawing = draw_cabinet(PLAN, ())
    first, second, third = drawing.doors
    assert (first.height, second.height) == (DOOR_HEIGHT["S"], DOOR_HEIGHT["XL"])
    assert second.y == first.y + first.height
    assert third.x == first.x + first.width
    assert all(door.x + door.width <= drawing.width for door in drawing.doors)
    assert all(door.y + door.height <= drawing.height for door in drawing.doors)


def test_larger_sizes_are_drawn_higher() -> None:
    assert list(DOOR_HEIGHT.values()) == sorted(set(DOOR_HEIGHT.values()))


def test_only_the_named_compartments_are_pointed_out() -> None:
    drawing = draw_cabinet(PLAN, ("A02",))
    assert [(door.compartment, door.column, door.place) for door in drawing.pointed_out] == [("A02", "A", 2)]


def test_a_compartment_that_the_plan_does_not_know_is_still_named() -> None:
    assert draw_cabinet(PLAN, ("Z09",)).elsewhere == ("Z09",)


def test_a_cabinet_without_doors_can_be_drawn() -> None:
    assert draw_cabinet((), ()).doors == ()
