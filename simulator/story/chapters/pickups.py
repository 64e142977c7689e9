"""Afternoon: residents collect by looking, by code, and through a delegate."""

from __future__ import annotations

from simulator.story import people
from simulator.story.kiosk import Page
from simulator.story.roles import Neighbour
from simulator.story.town import Town


def residents_look(town: Town) -> None:
    """Step 3: every compartment with something of theirs; one refuses a parcel, one walks off with the door open."""
    several, refuser, forgetful, others = town.cast.several, town.cast.refuser, town.cast.forgetful, town.cast.others
    doors = people.collect(town, several, "right")
    town.check(len(doors) >= 2, f"{several.name} has several parcels, but doors {doors} opened")  # noqa: PLR2004
    town.tell(f"3. {several.name} looks; doors {', '.join(doors)} open one after another")
    refused = town.parcels_for(refuser)[0]
    people.collect(town, refuser, "left", _put_back)
    town.expect(refused.consignment, "refused")
    town.tell(f"   {refuser.name} finds a wrong parcel, puts it back and says so")
    left = town.parcels_for(forgetful)[0]
    (door,) = people.collect(town, forgetful, "right", _walk_off)
    town.kiosk.until("welcome", timeout_s=30)
    _alarmed(town, door)
    town.street.do(door, "close")
    town.expect(left.consignment, "collected")
    town.tell(f"   {forgetful.name} walks off from the open door {door}: reminder, alarm, and closed by a passer-by")
    for number, neighbour in enumerate(others):
        people.collect(town, neighbour, ("left", "right")[number % 2])
        town.expect(town.parcels_for(neighbour)[0].consignment, "collected")
    courier = next(c for c in town.couriers if c.carrier == refused.carrier)
    people.sign_in(town, courier)
    _withdraw(town, refused.waybill)
    town.expect(refused.consignment, "withdrawn")
    town.tell(f"   {len(others)} more residents collect; the courier takes the refused parcel back")


def codes_collect(town: Town) -> None:
    """Step 4: a resident without enrolment by pickup code, a delegate by a one-parcel code."""
    unenrolled = town.cast.unenrolled
    parcel = town.parcels_for(unenrolled)[0]
    people.type_code(town, town.platform.code_for(parcel.recipient, parcel.consignment))
    people.serve_self(town, unenrolled)
    town.expect(parcel.consignment, "collected")
    owner, code = town.cast.delegating, town.delegate_code
    parcel = town.parcels_for(owner)[0]
    people.type_code(town, code)
    people.serve_self(town, owner)
    town.expect(parcel.consignment, "collected")
    page = people.type_code(town, code)
    town.check(page.name == "code", "a delegate's code worked twice")
    town.kiosk.press_on("code", "cancel")
    town.tell(
        f"4. {unenrolled.name} collects with the pickup code; a delegate collects one parcel of {owner.name}'s, once"
    )


def _put_back(town: Town, neighbour: Neighbour, page: Page) -> None:
    door = page.doors[0]
    town.street.wait_open(door)
    (item,) = town.behind(door)
    size = next(parcel.true_size for parcel in town.parcels if parcel.waybill == item)
    town.street.do(door, "take", {"item": item})
    town.kiosk.press_on("pickup_open", "not_mine")
    town.street.do(door, "put", {"item": item, "size": size})
    town.street.do(door, "close")
    del neighbour


def _walk_off(town: Town, neighbour: Neighbour, page: Page) -> None:
    people.take(town, neighbour, page.doors[0])


def _withdraw(town: Town, waybill: str) -> None:
    town.kiosk.press_on("courier_home", "takeback")
    page = town.kiosk.until("withdraw_open")
    door = page.doors[0]
    town.street.wait_open(door)
    town.street.do(door, "take", {"item": waybill})
    town.street.do(door, "close")
    town.kiosk.press_on("courier_home", "finish")


def _alarmed(town: Town, door: str) -> None:
    def seen() -> bool:
        alarms = town.platform.get("/api/alarms")
        return any(a["kind"] == "door.alarm" and a["subject"] == door for a in alarms)

    town.platform.until(seen, f"the alarm of the open door {door}")
