"""How simulated people behave at the cabinet: couriers put parcels in, residents look and take what is theirs."""

from __future__ import annotations

from collections.abc import Callable

from simulator.story.kiosk import Page, StoryFault
from simulator.story.roles import Neighbour, Parcel, Worker
from simulator.story.surroundings import DoesNotFit
from simulator.story.town import Town

LOOKS = 3
"""Looks before somebody takes the code instead."""

AtDoor = Callable[[Town, Neighbour, Page], None]


# Couriers


def sign_in(town: Town, worker: Worker) -> Page:
    """A courier or attendant signs in with number and PIN."""
    town.kiosk.press_on("welcome", "courier" if worker.carrier else "staff")
    return town.kiosk.press_on("sign_in", "enter", number=worker.number, pin=worker.pin)


def put_in(town: Town, parcel: Parcel, size: str | None = None) -> str:
    """Type the waybill, choose a size, put the parcel in and close the door; returns the compartment.

    A parcel that does not fit goes into the larger compartment that the screen offers.
    """
    town.kiosk.press_on("courier_home", "deposit", waybill=parcel.waybill)
    if size is None:
        town.kiosk.press_on("size", "auto")
    else:
        town.kiosk.press_on("size", "size", size)
    page = town.kiosk.until("deposit_open")
    door = page.doors[0]
    town.street.wait_open(door)
    try:
        town.street.do(door, "put", {"item": parcel.waybill, "size": parcel.true_size})
    except DoesNotFit:
        town.kiosk.press(page, "larger")
        small, door = door, _other_door(town, door)
        town.street.wait_open(door)
        town.street.do(door, "put", {"item": parcel.waybill, "size": parcel.true_size})
        town.street.do(small, "close")
        town.tell(f"    {parcel.waybill} does not fit into {small} and goes into {door}")
    town.street.do(door, "close")
    return door


def _other_door(town: Town, door: str) -> str:
    """The compartment that the screen points out instead of `door`."""
    page = town.kiosk.until("deposit_open", such_that=lambda page: bool(set(page.doors) - {door}))
    return next(other for other in page.doors if other != door)


def confirm(town: Town) -> None:
    """Say that the parcel is in."""
    town.kiosk.press_on("deposit_confirm", "confirm")
    town.kiosk.press_on("deposit_done", "continue")


# Residents


def show_eye(town: Town, neighbour: Neighbour, eye: str) -> None:
    """Stand before the camera."""
    town.street.stand(neighbour.camera_name, eye, "look")


def look(town: Town, neighbour: Neighbour, eye: str = "left") -> bool:
    """Look into the camera, at most three times; false when nobody was recognised."""
    show_eye(town, neighbour, eye)
    town.kiosk.press_on("welcome", "look")
    for number in range(1, LOOKS + 1):
        town.tally.looks += 1
        page = town.kiosk.until("pickup_open", "push", "jam", "pickup_nothing", "look_refused")
        if page.name != "look_refused":
            return True
        town.tally.misses += 1
        if number < LOOKS and page.offers("again"):
            show_eye(town, neighbour, "right" if eye == "left" else "left")
            town.kiosk.press(page, "again")
            continue
        return False
    return False


def type_code(town: Town, code: str) -> Page:
    """Type a code at the keypad; returns the screen after it."""
    page = town.kiosk.until("welcome", "look_refused", "code")
    if page.name != "code":
        town.kiosk.press(page, "code")
    return town.kiosk.press_on("code", "enter", code=code)


def take_and_close(town: Town, neighbour: Neighbour, page: Page) -> None:
    """Take everything out of the door that opened, and close it."""
    door = page.doors[0]
    take(town, neighbour, door)
    town.street.do(door, "close")


def take(town: Town, neighbour: Neighbour, door: str) -> None:
    """Take everything out of a door; a parcel of somebody else's household is a false match."""
    town.street.wait_open(door)
    ours = {parcel.waybill for parcel in town.parcels_for(neighbour)}
    for item in town.behind(door):
        if item not in ours:
            town.tally.false_matches += 1
            raise StoryFault(f"{neighbour.name} was given {item}, which belongs to somebody else")
        town.street.do(door, "take", {"item": item})


def serve_self(town: Town, neighbour: Neighbour, at_door: AtDoor = take_and_close) -> list[str]:
    """At every door that opens, do what `at_door` does; returns the doors, in order."""
    doors: list[str] = []
    while True:
        page = town.kiosk.until("pickup_open", "pickup_done", "pickup_nothing", "jam", "welcome")
        if page.name == "pickup_open" and page.doors[0] not in doors:
            doors.append(page.doors[0])
            at_door(town, neighbour, page)
            if page.doors[0] in left_open(town):
                return doors
        elif page.name in {"pickup_done", "pickup_nothing"}:
            town.kiosk.press(page, "finish" if page.name == "pickup_done" else "continue")
            return doors
        elif page.name in {"jam", "welcome"}:
            return doors


def left_open(town: Town) -> set[str]:
    """Doors that stand open."""
    return {door for door, state in town.street.doors().items() if state["open"]}


def collect(town: Town, neighbour: Neighbour, eye: str = "left", at_door: AtDoor = take_and_close) -> list[str]:
    """Collect by looking; where the eye is not recognised three times, by the codes on the telephone."""
    if look(town, neighbour, eye):
        doors = serve_self(town, neighbour, at_door)
    else:
        doors = collect_by_codes(town, neighbour, at_door)
    town.street.stand(None)
    return doors


def collect_by_codes(town: Town, neighbour: Neighbour, at_door: AtDoor = take_and_close) -> list[str]:
    """Collect with a pickup code for each parcel."""
    doors: list[str] = []
    for parcel in town.parcels_for(neighbour):
        if town.state(parcel.consignment).get("state") != "deposited":
            continue
        town.tally.codes_instead += 1
        type_code(town, town.platform.code_for(parcel.recipient, parcel.consignment))
        doors += serve_self(town, neighbour, at_door)
    return doors
