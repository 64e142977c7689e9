"""Whatever bytes arrive on whatever topic, the reading goes on and every message is acknowledged to the broker."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from cabinet_side import Listener
from hypothesis import given, settings
from hypothesis import strategies as st

from mqtt.connection import Received
from mqtt.contract.messages import Ack
from mqtt.inbox import Inbox
from mqtt.topics import Topics

TOPICS = Topics("willow", "east-1")


@dataclass
class Ear:
    """The part of a session that the inbox touches: it is told what has been handled."""

    handled: asyncio.Queue[int] = field(default_factory=asyncio.Queue)

    @property
    def connection(self) -> Ear:
        return self

    def acknowledge(self, message: Received) -> None:
        self.handled.put_nowait(message.mid)


MESSAGES = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(TOPICS.subscriptions), st.text(max_size=40)),
        st.one_of(
            st.binary(max_size=80),
            st.sampled_from(
                [b'{"seq":1}', b'{"from_seq":0}', b'{"ledger_id":"L","seq":1e3}', b"\xef\xbb\xbf{}", b"{}"]
            ),
        ),
    ),
    max_size=12,
)


@given(MESSAGES)
@settings(max_examples=200, deadline=None)
def test_no_message_stops_the_reading(messages: list[tuple[str, bytes]]) -> None:
    async def read() -> None:
        listener, ear = Listener(), Ear()
        inbox = Inbox(TOPICS, listener, on_status=lambda _payload: None, before_resync=lambda: asyncio.sleep(0))
        reading = asyncio.create_task(inbox.run())
        last = (TOPICS.root + "/acks", b'{"ledger_id":"L-last","seq":7}')
        for mid, (topic, payload) in enumerate([*messages, last]):
            inbox.put(ear, Received(topic, payload, mid, 1))  # type: ignore[arg-type] # an Ear is enough of a session
        assert [await ear.handled.get() for _ in range(len(messages) + 1)] == list(range(len(messages) + 1))
        heard = [listener.acks.get_nowait() for _ in range(listener.acks.qsize())]
        assert heard[-1] == Ack(ledger_id="L-last", seq=7)
        reading.cancel()

    asyncio.run(read())
