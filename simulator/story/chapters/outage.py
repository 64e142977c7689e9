"""Evening: the broker dies for a while, and the daemon is killed with a door open."""

from __future__ import annotations

from simulator.story import people
from simulator.story.roles import Parcel, Worker
from simulator.story.town import Town


def broker_dies(town: Town) -> None:
    """Step 8, first half: deposits and pickups go on without a broker, and nothing of them is lost."""
    late = [_announce(town, courier, size) for courier, size in zip(town.couriers, ("M", "S"), strict=False)]
    town.parts["broker"].kill()
    for courier in town.couriers:
        mine = [parcel for parcel in late if parcel.carrier == courier.carrier]
        people.sign_in(town, courier)
        for parcel in mine:
            people.put_in(town, parcel)
            people.confirm(town)
        town.kiosk.press_on("courier_home", "finish")
    offline = town.cast.offline
    waiting = town.parcels_for(offline)[0]
    people.collect(town, offline)
    town.parts["broker"].start()
    town.expect(waiting.consignment, "collected")
    for parcel in late:
        town.expect(parcel.consignment, "deposited")
    town.tell(
        f"8. The broker dies: {len(late)} deposits and a pickup go on without it, and reach the platform afterwards"
    )


def _announce(town: Town, courier: Worker, size: str) -> Parcel:
    """One more parcel, announced while the broker is still there."""
    recipient = town.cast.several
    wish = {"recipient": recipient.person, "carrier": courier.carrier, "size": size}
    answer = town.platform.post("/api/expect", wish)
    parcel = Parcel(
        consignment=answer["consignment"],
        waybill=answer["waybill"],
        recipient=recipient.person,
        carrier=courier.carrier or "",
        size=size,
        true_size=size,
    )
    town.parcels.append(parcel)
    town.expect(parcel.consignment, "expected")
    return parcel


def daemon_is_killed(town: Town) -> None:
    """Step 8, second half: SIGKILL between the unlocking and the closing; every door is read before service resumes."""
    unlucky = town.cast.unlucky
    parcel = town.parcels_for(unlucky)[0]
    if not people.look(town, unlucky, "left"):
        people.type_code(town, town.platform.code_for(parcel.recipient, parcel.consignment))
    page = town.kiosk.until("pickup_open")
    door = page.doors[0]
    people.take(town, unlucky, door)
    pulses = {name: state["pulses"] for name, state in town.street.doors().items()}
    town.parts["daemon"].kill()
    town.parts["daemon"].start()
    town.kiosk.until("welcome")
    after = {name: state["pulses"] for name, state in town.street.doors().items()}
    town.check(after == pulses, "a door was pulsed by the restart itself")
    town.street.do(door, "close")
    town.expect(parcel.consignment, "collected")
    town.street.stand(None)
    last = town.cast.last
    people.collect(town, last, "right")
    town.expect(town.parcels_for(last)[0].consignment, "collected")
    town.tell(f"   Killed with {door} open and started again: doors are read, nothing opens by itself, nothing is lost")
