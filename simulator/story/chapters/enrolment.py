"""Morning: the platform sends its directory, and residents enrol both eyes."""

from __future__ import annotations

from simulator.story.roles import Neighbour
from simulator.story.town import Town


def directory_arrives(town: Town) -> None:
    """Step 0: residents, couriers, expected consignments and one-time codes, signed."""
    town.platform.post("/api/directory", {"full": True})
    town.platform.until(lambda: town.platform.get("/api/copy")["directory_version"], "the directory in force")
    town.tell(f"0. The directory is in force: {len(town.residents)} residents, {len(town.parcels)} parcels expected")


def residents_enrol(town: Town) -> None:
    """Step 1: everybody with an enrolment code consents and shows both eyes."""
    willing = [neighbour for neighbour in town.residents if neighbour.enrolment_code]
    for neighbour in willing:
        if _enrol(town, neighbour):
            town.tally.enrolled += 1
        else:
            town.tally.not_enrolled += 1
            town.tell(f"    {neighbour.name} could not be enrolled and will use codes")
    town.street.stand(None)
    town.tell(f"1. {town.tally.enrolled} of {len(willing)} residents consented and enrolled both eyes")


def _enrol(town: Town, neighbour: Neighbour) -> bool:
    kiosk = town.kiosk
    kiosk.press_on("welcome", "enrol")
    kiosk.press_on("code", "enter", code=neighbour.enrolment_code or "")
    kiosk.press_on("consent", "agree")
    refused = 0
    while True:
        page = kiosk.until("enrol_ready_left", "enrol_ready_right", "enrol_done", "enrol_refused")
        if page.name == "enrol_done":
            kiosk.press(page, "continue")
            return True
        if page.name == "enrol_refused":
            refused += 1
            if refused > 2:  # noqa: PLR2004 - a person's patience
                kiosk.press(page, "cancel")
                return False
            kiosk.press(page, "again")
            continue
        eye = page.name.removeprefix("enrol_ready_")
        town.street.stand(neighbour.camera_name, eye, "enrol")
        kiosk.press_on(page.name, "ready")
