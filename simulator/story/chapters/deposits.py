"""Late morning: two couriers put fourteen consignments in."""

from __future__ import annotations

from simulator.story import people
from simulator.story.town import Town


def couriers_deposit(town: Town) -> None:
    """Step 2: sizes chosen or given, one parcel too large, one courier who walks away unconfirmed."""
    moved, unconfirmed, total = 0, "", 0
    for courier in town.couriers:
        mine = [p for p in town.parcels if p.carrier == courier.carrier]
        people.sign_in(town, courier)
        for number, parcel in enumerate(mine):
            size = parcel.size if number % 2 else None
            door = people.put_in(town, parcel, size)
            moved += town.street.doors()[door]["size"] != parcel.size
            total += 1
            last = courier is town.couriers[-1] and number == len(mine) - 1
            if last:
                unconfirmed = parcel.consignment
                town.kiosk.until("deposit_confirm")
            else:
                people.confirm(town)
        if unconfirmed:
            town.kiosk.until("welcome", timeout_s=30)
        else:
            town.kiosk.press_on("courier_home", "finish")
    for parcel in town.parcels:
        town.expect(parcel.consignment, "deposited")
    town.check(moved >= 1, "no parcel had to be moved to a larger compartment")
    town.check(town.state(unconfirmed)["confirmed"] is False, f"{unconfirmed} should be deposited but unconfirmed")
    town.tell(
        f"2. Two couriers deposited {total} consignments; one was moved to a larger compartment, one left unconfirmed"
    )
