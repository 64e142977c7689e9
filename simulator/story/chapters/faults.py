"""A door with a parcel behind it jams, and an attendant hands the parcel over."""

from __future__ import annotations

from simulator.story import people
from simulator.story.kiosk import StoryFault
from simulator.story.town import Town


def door_jams(town: Town) -> None:
    """Step 6: bounded attempts, a prompt, out of service, the owner told, an attendant with a service code."""
    owner = town.cast.jammed
    parcel = town.parcels_for(owner)[0]
    door = str(town.state(parcel.consignment)["compartment"])
    town.street.do(door, "jam", {"mode": "hard"})
    before = town.street.doors()[door]["pulses"]
    people.show_eye(town, owner, "left")
    if not people.look(town, owner, "left"):
        people.type_code(town, town.platform.code_for(parcel.recipient, parcel.consignment))
    prompts = _push_until_given_up(town, door)
    pulses = town.street.doors()[door]["pulses"] - before
    town.check(1 < pulses <= 5, f"door {door} was pulsed {pulses} times")  # noqa: PLR2004 - the settings allow 1 to 5
    town.check(prompts >= 1, "nobody was asked to push the door")
    town.platform.until(
        lambda: town.platform.get("/api/copy")["compartments"][door]["service"] == "out_of_service",
        f"{door} out of service",
    )
    town.platform.until(
        lambda: any(m["kind"] == "out_of_service" for m in town.platform.get(f"/api/inbox/{owner.person}")),
        f"a message that tells {owner.name} what happens next",
    )
    town.street.stand(None)
    town.tell(
        f"6. {door} jams: {pulses} attempts, a prompt, out of service, and {owner.name} is told what happens next"
    )
    _attendant_hands_over(town, door, parcel.waybill)
    town.expect(parcel.consignment, "collected")
    town.tell(f"   The attendant opens {door} with a service code and hands the parcel over")


def _push_until_given_up(town: Town, door: str) -> int:
    prompts = 0
    while True:
        page = town.kiosk.until("push", "jam", "opening")
        if page.name == "jam":
            town.kiosk.press(page, "continue")
            return prompts
        if page.name == "push":
            prompts += 1
            town.street.do(door, "push")
            try:
                town.kiosk.press(page, "again")
            except StoryFault:
                continue  # the prompt ended by itself


def _attendant_hands_over(town: Town, door: str, waybill: str) -> None:
    town.kiosk.until("welcome")
    people.sign_in(town, town.attendant)
    town.street.do(door, "free")
    town.kiosk.press_on("service_home", "open", door)
    town.kiosk.until("service_open")
    town.street.wait_open(door)
    town.street.do(door, "take", {"item": waybill})
    town.street.do(door, "close")
    town.kiosk.press_on("service_resolve", "handed_over")
    town.kiosk.press_on("service_home", "finish")
