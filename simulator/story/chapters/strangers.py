"""Somebody tries: a stranger looks, and wrong codes are typed, while a resident's look still works."""

from __future__ import annotations

from simulator.story import people
from simulator.story.town import Town

WRONG_CODES = 2
"""With the delegate's spent code these make three, from which on the platform is alarmed."""


def strangers_try(town: Town) -> None:
    """Step 5: refused in plain words; the keypad slows down and the platform is alarmed."""
    town.street.stand("stranger", "left", "look")
    town.kiosk.press_on("welcome", "look")
    page = town.kiosk.until("look_refused")
    town.check(not page.doors, "a stranger was shown a door")
    said = page.words.strip()
    town.kiosk.press_on("look_refused", "cancel")
    town.check(not people.left_open(town), "a door opened for a stranger")
    town.street.stand(None)
    town.tell(f"5. A stranger looks and is refused: “{' '.join(said.split())[:40]}…”")
    _type_wrong_codes(town)
    hurried = town.cast.hurried
    people.collect(town, hurried, "left")
    town.expect(town.parcels_for(hurried)[0].consignment, "collected")
    town.tell(f"   Wrong codes slow the keypad and alarm the platform; {hurried.name}'s look works all the same")


def _type_wrong_codes(town: Town) -> None:
    town.kiosk.press_on("welcome", "code")
    for number in range(WRONG_CODES):
        page = town.kiosk.press_on("code", "enter", code=f"0000000{number}")
        town.check(page.name == "code", "a made-up code opened something")
    town.kiosk.press_on("code", "cancel")
    town.platform.until(
        lambda: any(alarm["kind"] == "keypad.slowed" for alarm in town.platform.get("/api/alarms")),
        "the keypad's alarm",
    )
