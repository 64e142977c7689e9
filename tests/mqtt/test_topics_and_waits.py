"""Topics, waits between attempts, and slots: the small parts of the link."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt.backoff import FIRST_CEILING_S, Backoff
from mqtt.contract.messages import Status
from mqtt.errors import NotConnected
from mqtt.slots import Slots
from mqtt.status_watch import StatusWatch
from mqtt.topics import Inbound, Topics

ONLINE = Status(state="online", session=3)


def test_only_the_cabinets_own_inbound_topics_are_known() -> None:
    topics = Topics("willow", "east-1")
    assert topics.inbound("lockers/v1/willow/east-1/commands") is Inbound.COMMANDS
    for stranger in (
        "lockers/v1/willow/east-2/commands",
        "lockers/v1/willow/east-1/events",
        "lockers/v1/willow/east-1/commands/",
        "commands",
        "",
    ):
        assert topics.inbound(stranger) is None


@given(st.text(alphabet="ab-", min_size=1, max_size=4), st.text(alphabet="ab-", min_size=1, max_size=4))
def test_no_two_cabinets_share_a_client_id(first: str, second: str) -> None:
    other = Topics(first + "-" + second, "a")
    assert Topics(first, second).client_id != other.client_id


def test_waits_grow_to_the_ceiling_and_are_spread_over_all_of_it() -> None:
    waits = [Backoff(60, random.Random(seed)).next_wait_s() for seed in range(400)]
    assert min(waits) < 0.1 * FIRST_CEILING_S
    assert max(waits) > 0.9 * FIRST_CEILING_S
    backoff = Backoff(60, random.Random(1))
    late = [backoff.next_wait_s() for _ in range(2000)][10:]
    assert max(late) <= 60
    assert 28 < sum(late) / len(late) < 32
    backoff.reset()
    assert backoff.next_wait_s() <= FIRST_CEILING_S


async def test_slots_are_given_in_the_order_of_asking() -> None:
    slots, order = Slots(1), list[int]()

    async def ask(number: int) -> None:
        await slots.take()
        order.append(number)
        slots.give()

    await slots.take()
    asking = [asyncio.create_task(ask(number)) for number in range(3)]
    await asyncio.sleep(0)
    slots.give()
    await asyncio.gather(*asking)
    assert order == [0, 1, 2]


async def test_a_cancelled_waiter_costs_no_slot() -> None:
    slots = Slots(1)
    await slots.take()
    waiter = asyncio.create_task(slots.take())
    await asyncio.sleep(0)
    slots.give()  # handed over to the waiter, which is cancelled before it runs
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    await asyncio.wait_for(slots.take(), 1)


async def test_the_end_of_a_connection_fails_everybody_who_waits() -> None:
    slots = Slots(1)
    await slots.take()
    waiter = asyncio.create_task(slots.take())
    await asyncio.sleep(0)
    slots.close("the line was cut")
    with pytest.raises(NotConnected, match="cut"):
        await waiter
    with pytest.raises(NotConnected):
        await slots.take()


@pytest.mark.parametrize(
    "payload", [b"", b"nonsense", b'{"state":"offline","session":3}', b'{"state":"online","session":2}']
)
async def test_a_wrong_status_is_repeated_at_once_and_then_at_a_bounded_rate(payload: bytes) -> None:
    said = asyncio.Event()
    watch = StatusWatch(ONLINE, said.set, repeat_s=3600)
    watch.seen(payload)
    await asyncio.wait_for(said.wait(), 1)
    said.clear()
    watch.seen(payload)
    watch.seen(payload)
    await asyncio.sleep(0)
    assert not said.is_set()
    watch.rest()


async def test_the_right_status_is_left_alone() -> None:
    said = asyncio.Event()
    watch = StatusWatch(ONLINE, said.set)
    watch.seen(ONLINE.model_dump_json().encode())
    await asyncio.sleep(0)
    assert not said.is_set()
