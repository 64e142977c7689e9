"""The platform opens a door by a signed command; repeated, forged and expired ones open nothing."""

from __future__ import annotations

from simulator.story.town import Town


def platform_opens(town: Town) -> None:
    """Step 7: once and only once, and only for the platform's key."""
    owner = town.cast.caller
    parcel = town.parcels_for(owner)[0]
    door = str(town.state(parcel.consignment)["compartment"])
    body = {
        "kind": "open",
        "compartment": door,
        "purpose": "collect",
        "on_behalf_of": owner.person,
        "reason": "the resident telephoned",
    }
    pulses = town.street.doors()[door]["pulses"]
    command = town.platform.post("/api/commands", {"body": body})["command_id"]
    town.platform.reply(command, "done")
    town.street.wait_open(door)
    town.street.do(door, "take", {"item": parcel.waybill})
    town.street.do(door, "close")
    town.expect(parcel.consignment, "collected")
    heard = town.platform.reply(command, "done")["times"]
    town.platform.post("/api/commands/replay", {"command_id": command})
    town.platform.until(lambda: town.platform.reply(command, "done")["times"] > heard, "the stored reply again")
    forged = town.platform.post("/api/commands", {"body": body, "forge": "signature"})["command_id"]
    expired = town.platform.post("/api/commands", {"body": body, "expired": True})["command_id"]
    town.platform.reply(forged, "rejected")
    town.platform.reply(expired, "expired")
    now = town.street.doors()[door]["pulses"]
    town.check(now == pulses + 1, f"{door} was pulsed {now - pulses} times for one good command")
    town.tell(
        f"7. A signed command opens {door} for {owner.name}; repeated it opens nothing, forged and expired are rejected"
    )
