"""One request in flight on one open port: silence before it, a time limit after it, and our own echo taken out.

It never repeats anything; who asks decides whether asking again is safe.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from typing import Final

from firmware_bridge.boards.driver import AnyRequest, Declined, EchoHeard, Reply
from firmware_bridge.errors import NoReplyError
from firmware_bridge.frames import Decoder, Found
from firmware_bridge.port import Port

BITS_PER_BYTE: Final = 10
"""8N1: a start bit, eight data bits, a stop bit."""
LEAST_GAP_BYTES: Final = 3.5
LEAST_GAP_EXTRA_S: Final = 0.001
"""A board that was given less than 3.5 characters and a millisecond failed 56 requests of 56."""


class Echo(Enum):
    """Whether the adapter sends our own bytes back to us."""

    UNKNOWN = "not found out yet"
    ABSENT = "does not echo"
    PRESENT = "echoes"


@dataclass(slots=True)
class WireCounts:
    """What a line has seen since the start; grows only."""

    requests: int = 0
    silences: int = 0
    noise_bytes: int = 0
    foreign_frames: int = 0
    unasked_bytes: int = 0
    echoes: int = 0
    """Requests that came back from the adapter."""
    second_answers: int = 0
    """Requests after whose answer something else came, although no late answer was due."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Times of one line, seconds."""

    baud: int
    reply_timeout_s: float
    gap_s: float

    @property
    def silence_s(self) -> float:
        """Least silence between two frames."""
        return max(self.gap_s, self.on_the_wire_s(LEAST_GAP_BYTES) + LEAST_GAP_EXTRA_S)

    def on_the_wire_s(self, length: float) -> float:
        """How long `length` bytes take to pass."""
        return length * BITS_PER_BYTE / self.baud


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, the least silence before it included, seconds.

    `wire_s` is what the wire needs for that: the bits at the set rate, or what it took where answers come faster than
    that (a pseudo-terminal, a serial server with a rate of its own). So `took_s` is never below it.
    """

    took_s: float
    wire_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer to a request: its bytes, and what they mean."""

    raw: bytes
    reply: Reply


BETWEEN_PIECES_S: Final = 0.03
"""Silence between two pieces of one answer: USB adapters hand over what has come every 16 ms."""
LATE_WITHIN_S: Final = 2.0
"""An answer that did not come in time may still come for so long."""


class Wire:
    """An open port with the manners of a half-duplex bus."""

    def __init__(
        self,
        port: Port,
        pace: Pace,
        *,
        clock: Callable[[], float],
        pause: Callable[[float], None],
        echo: Echo = Echo.ABSENT,
        counts: WireCounts | None = None,
        finish_s: float = 0.0,
    ) -> None:
        """`finish_s`: how long after its time limit an answer may go on that has begun within it."""
        self.echo = echo
        self.counts = counts or WireCounts()
        self._port = port
        self._pace = pace
        self._clock = clock
        self._pause = pause
        self._busy_until = self._began = clock()
        self._heard = b""
        self._finish_s = finish_s
        self._late_until = clock() + LATE_WITHIN_S
        self._answered = False
        self.last = Exchange(0.0, 0.0)
        """The last exchange that had an answer."""
        self.answer: Answer | None = None
        """The last answer; None when other bytes came with it."""

    def ask(self, request: AnyRequest, *, within_s: float | None = None, usual: Answer | None = None) -> Reply:
        """Send a request once and wait for its answer, for as long as the line allows or for `within_s`.

        `usual` is an earlier answer to the same request: when the same bytes come again they are not decoded again,
        which is what nearly every read of a day is.

        Raises:
            NoReplyError: nothing that answers it came in time.
            PortLostError: the port went away; the request may have gone out.
        """
        self._send(request.frame)
        end = self._busy_until + (self._pace.reply_timeout_s if within_s is None else within_s)
        if usual is not None and self._hears_again(usual.raw, end):
            self._take(request, usual)
            return usual.reply
        noise = self.counts.noise_bytes
        with closing(self._replies(request, end)) as replies:
            for reply in replies:
                self._take(request, _whole_answer(request, self._heard, reply))
                return reply
        misfit = self._misfit(request)
        if misfit is None:
            raise self._silence(request)
        self.counts.noise_bytes = noise  # what has been understood is none
        self._take(request, None)
        return misfit

    def _misfit(self, request: AnyRequest) -> Declined | None:
        """What was heard, if it answers the request in a shape that was not expected."""
        if request.misfit is None or self._heard == request.frame:
            return None
        heard = self._heard.removeprefix(request.frame) if self.echo is Echo.PRESENT else self._heard
        return request.misfit(heard)

    def _take(self, request: AnyRequest, answer: Answer | None) -> None:
        took_s = self._clock() - self._began
        bits_s = self._pace.on_the_wire_s(len(request.frame) + len(self._heard))
        self.last = Exchange(took_s, min(took_s, bits_s + self._pace.silence_s))
        self.answer = answer
        self._answered = True

    def _hears_again(self, raw: bytes, end: float) -> bool:
        """Whether these very bytes come by `end`; what has come instead is kept to be decoded."""
        while raw.startswith(self._heard) and (left := end - self._clock()) > 0:
            data = self._port.read(left)
            if data:
                self._busy_until = self._clock()
                self._heard += data
                if self._heard == raw:
                    return True
        return False

    def tell(self, request: AnyRequest) -> None:
        """Send a request that is not answered; the next one waits until it has passed.

        Raises:
            PortLostError: the port went away; the request may have gone out.
        """
        self._send(request.frame)

    def find_echo(self, probe: AnyRequest) -> Reply | None:
        """Learn from a read whether the adapter echoes; give the board's own answer, or None when only the echo came.

        The read is made twice: one damaged echo must not pass for none.

        Raises:
            NoReplyError: neither an echo nor an answer came, or the two reads disagree; nothing was learned.
            PortLostError: the port went away.
        """
        self.echo = Echo.UNKNOWN
        first, _ = self._hear_echo(probe)
        again, reply = self._hear_echo(probe)
        if first is not again:
            raise NoReplyError(f"one {probe.what!r} was echoed and another was not")
        self.echo = first
        return reply

    def close(self) -> None:
        """Give the port back."""
        self._port.close()

    def _hear_echo(self, probe: AnyRequest) -> tuple[Echo, Reply | None]:
        """Whether a read is echoed, and the answer after that; by then the board has said it and the line is free."""
        echo = Echo.ABSENT
        self._send(probe.frame)
        with closing(self._replies(probe, self._busy_until + self._pace.reply_timeout_s)) as replies:
            for reply in replies:
                if not isinstance(reply, EchoHeard):
                    return echo, reply
                echo = Echo.PRESENT
        if echo is Echo.ABSENT:
            raise self._silence(probe)
        return echo, None

    def _replies(self, request: AnyRequest, end: float) -> Generator[Reply]:
        """Everything that answers a request that has been sent, from what has been heard since and until `end`."""
        echo_to_skip = request.frame if self.echo is Echo.PRESENT else b""
        decoder = Decoder(request.parse)
        heard = first = b""
        echoed, own = 0, False
        try:
            for piece in self._pieces(end):
                data = piece
                if not echoed and len(first) < len(request.frame):
                    first += data
                    if first.startswith(request.frame):
                        echoed, own = len(request.frame), True
                        self.counts.echoes += 1
                if echo_to_skip:
                    heard += data
                    _, found, data = heard.partition(echo_to_skip)
                    if not found:
                        continue
                    echo_to_skip = b""
                for frame in decoder.feed(data):
                    reply = request.interpret(frame)
                    if reply is None:
                        self.counts.foreign_frames += not own
                        own = False
                    else:
                        yield reply
        finally:
            self.counts.noise_bytes += max(0, decoder.noise - (echoed if self.echo is Echo.ABSENT else 0))

    def _pieces(self, end: float) -> Iterator[bytes]:
        """What has been heard since the request, and what comes until `end`; nothing for each wait that was in vain."""
        if self._heard:
            yield self._heard
        last = end + self._finish_s
        while (left := end - self._clock()) > 0:
            data = self._port.read(left)
            if data:
                self._busy_until = self._clock()
                self._heard += data
                end = max(end, min(last, self._busy_until + BETWEEN_PIECES_S))
            yield data

    def _send(self, frame: bytes) -> None:
        began = self._clock()
        left = self._busy_until + self._pace.silence_s - began
        if left > 0:
            self._pause(left)
        unasked = self._port.discard_input()
        if unasked:  # somebody is late and may still be talking: let that end, or both are lost
            self._pause(self._pace.silence_s)
            unasked += self._port.discard_input()
            if self._answered and self._clock() > self._late_until:
                self.counts.second_answers += 1
        self._answered, self._heard = False, b""
        self.counts.unasked_bytes += unasked
        self.counts.requests += 1
        self._began = min(began, self._clock() - self._pace.silence_s)
        self._port.write(frame)
        self._busy_until = self._clock() + self._pace.on_the_wire_s(len(frame))

    def _silence(self, request: AnyRequest) -> NoReplyError:
        self.counts.silences += 1
        self._late_until = self._clock() + LATE_WITHIN_S
        return NoReplyError(f"no answer to {request.what!r} within {self._pace.reply_timeout_s:g} s")


def _whole_answer(request: AnyRequest, heard: bytes, reply: Reply) -> Answer | None:
    """What was heard, if it is one frame with this meaning and nothing else, not even our own echo."""
    found = request.parse(heard, 0)
    if not isinstance(found, Found) or found.length != len(heard) or heard.startswith(request.frame):
        return None
    return Answer(heard, reply) if request.interpret(found.frame) == reply else None
