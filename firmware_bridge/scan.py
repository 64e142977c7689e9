"""Finding the boards on a port by reads alone: every family, baud rate and address until something answers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from firmware_bridge.boards.driver import AnyRequest, BoardDriver, EchoHeard, Hooks, Reply, driver_named
from firmware_bridge.commissioning.channel_count import MISSES, count_channels, patient, readable_board
from firmware_bridge.commissioning.search_order import FEW_ADDRESSES, Search, SearchOrder
from firmware_bridge.errors import ReadFailedError
from firmware_bridge.port import OpenPort, Port, open_serial
from firmware_bridge.wire import Echo, Pace, Wire

SCAN_TIMEOUT_S: Final = 0.12
"""Boards answer a read within some tens of milliseconds, and a scan asks a thousand times."""
NETWORK_TIMEOUT_S: Final = 0.4
"""The same through a serial server somewhere in a network."""
LONGEST_ANSWER_BYTES: Final = 60
"""A wkly board of fifty channels says so much: half of the time limit at 9600 baud, more than all of it at 4800."""
SCAN_GAP_S: Final = 0.01
"""Twice the usual silence: a board of another family may be puzzling over what it heard."""
SURE_AFTER: Final = 2
MOST_ASKED: Final = 5
"""Answers that make a board, of so many requests at most: where frames carry no checksum, noise passes for one answer
now and then, and it damages others. Who says nothing at all is asked once."""
MOST_GARBLED: Final = 16
"""At so many addresses at most are damaged bytes alone a reason to ask again: on an open line they come everywhere."""
ENOUGH_SILENCE: Final = 32
"""So many silent addresses in a row beyond a board end the search on its line: fitters count on from the first."""
PATIENCE: Final = 3.0
PATIENCE_EXTRA_S: Final = 0.03
"""Boards of one line are of one family behind one adapter: once one has answered, others are given three times as long
as the slowest answer so far took beyond its bits, and some. It is a guess: the first boards may be the quick ones."""
ASKED_AGAIN: Final = 8
"""So many addresses that were silent in such haste are asked once more with the whole time limit, and as many beyond
each that answers then. Fitters count on from the first, so a slow board is among these."""
ROGUE_FROM: Final = 3
"""So many boards or more that fill every address are one board that answers to all."""


@dataclass(frozen=True, slots=True)
class FoundBoard:
    """A board that answered reads.

    `channels` is how many it reports, used or not, None when it does not tell; `hooks` are all its bits, or the first
    alone where each is a read of its own.
    """

    port: str
    family: str
    baud: int
    address: int
    channels: int | None
    hooks: tuple[bool | None, ...]
    echo: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is; `seconds_left` at most, when nothing more answers."""

    search: Search
    asked: int
    left: int
    seconds_left: float


def speed_is_settable(port: str) -> bool:
    """Whether opening the port sets the line's speed; most TCP serial servers keep it in their own settings."""
    return "://" not in port or port.startswith(("rfc2217://", "spy://", "hwgrep://"))


class PortScan:
    """One look at one port. What was heard besides boards stays in `echo` and `garbage`."""

    def __init__(
        self,
        port: str,
        families: Iterable[str],
        bauds: Iterable[int] = (),
        *,
        every_address: bool = False,
        open_port: OpenPort = open_serial,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """`every_address`: leave none out, at any rate or after silence, and give each the whole time limit."""
        self.port = port
        self.echo = False
        """Whether the adapter sends back what it is given."""
        self.garbage: Counter[int] = Counter()
        """Bytes that were neither an echo nor an answer, by baud rate: somebody talks, perhaps at another speed."""
        self.found: list[FoundBoard] = []
        self.not_asked: tuple[int, ...] = ()
        """Addresses that were left out after enough silence."""
        self.hasty_s = 0.0
        """The least time that an address of `in_haste` was given."""
        self.lost = 0
        """Requests to boards that answer which had to be repeated."""
        self.doubtful: list[Search] = []
        """What answered, but not often enough to be sure of it."""
        self._garbled_left = MOST_GARBLED
        self.stopped = False
        """Whether it was stopped before its end."""
        self._every_address = every_address
        self._stop = threading.Event()
        self._silent = 0
        self._in_haste: list[Search] = []
        self._again = False
        self._again_silent = 0
        self._slowest_s: float | None = None
        self._order = SearchOrder(families, bauds, one_baud=not speed_is_settable(port), every_address=every_address)
        self._open_port = open_port
        self._clock = clock
        self._pause = pause
        self._on_progress = on_progress
        self._timeout_s = NETWORK_TIMEOUT_S if "://" in port else SCAN_TIMEOUT_S

    @property
    def seconds(self) -> float:
        """How long the rest of the scan takes at most."""
        each_s, again_s = self._patience_s + 2 * SCAN_GAP_S, self._timeout_s + 2 * SCAN_GAP_S
        garbled = self._garbled_left if self._garbled_left < MOST_GARBLED else 0
        return (
            self._order.left * self._misses * each_s
            + (self._left_again * self._misses + garbled * MOST_ASKED) * again_s
        )

    @property
    def _left_again(self) -> int:
        """How many addresses are asked once more, at most, when nothing more answers."""
        coming = self._order.left if self._patience_s < self._timeout_s else 0
        return min(ASKED_AGAIN - self._again_silent, len(self._in_haste) + coming)

    @property
    def left_out(self) -> tuple[Search, ...]:
        """High addresses that were not asked at rates which their family does not come with."""
        return self._order.left_out

    @property
    def in_haste(self) -> tuple[int, ...]:
        """Addresses that were silent and were not given the whole time limit."""
        return tuple(search.address for search in self._in_haste)

    @property
    def _patience_s(self) -> float:
        """How long an answer is waited for."""
        if self._slowest_s is None or self._every_address:
            return self._timeout_s
        return min(self._timeout_s, PATIENCE * self._slowest_s + PATIENCE_EXTRA_S)

    def stop(self) -> None:
        """End the look after the read in flight; from any thread."""
        self._stop.set()

    def boards(self) -> Iterator[FoundBoard]:
        """Every board, as it is found.

        Raises:
            PortError: the port is not there, is held by another program, or went away.
        """
        asker: _Asker | None = None
        try:
            for asked, (search, patience_s) in enumerate(self._searches()):
                if self._stop.is_set():
                    self.stopped = True
                    return
                left = self._order.left + self._left_again
                self._on_progress(Progress(search, asked, left, self.seconds))
                if asker is None or asker.baud != search.baud:
                    asker = self._reopen(asker, search.baud)
                reply = self._sure_answer(asker, search, patience_s)
                if reply is None:
                    self._was_silent(search, patience_s)
                else:
                    self._silent = self._again_silent = 0
                    self._order.answered(search)
                    self.found.append(self._describe(asker, search, reply))
                    yield self.found[-1]
        finally:
            if asker is not None:
                self._done(asker)

    def _searches(self) -> Iterator[tuple[Search, float]]:
        """What to ask and how long to wait: everything once, then the first that were given little time once more."""
        for search in self._order:
            yield search, self._patience_s
        self._again = True
        while self._left_again:
            yield self._in_haste.pop(0), self._timeout_s

    def _was_silent(self, search: Search, patience_s: float) -> None:
        """Note it, and end the search where boards have been found and there is nothing but silence beyond them."""
        if self._again:
            self._again_silent += 1
            return
        if patience_s < self._timeout_s:
            self.hasty_s = min(self.hasty_s or patience_s, patience_s)
            self._in_haste.append(search)
        self._silent += 1
        if not self.found or self._every_address or self._silent < ENOUGH_SILENCE:
            return
        if len(driver_named(self.found[0].family).addresses) > FEW_ADDRESSES:
            self.not_asked = self._order.end()

    @property
    def rogue(self) -> bool:
        """Whether every address of a family answered: that is one damaged board, or several over it."""
        if len(self.found) < ROGUE_FROM:
            return False
        return {board.address for board in self.found} == set(driver_named(self.found[0].family).addresses)

    def _reopen(self, asker: _Asker | None, baud: int) -> _Asker:
        if asker is not None:
            self._done(asker)
        tap = _Tap(self._open_port(self.port, baud))
        pace = Pace(baud, self._timeout_s, SCAN_GAP_S)
        wire = Wire(
            tap,
            pace,
            clock=self._clock,
            pause=self._pause,
            finish_s=pace.on_the_wire_s(LONGEST_ANSWER_BYTES),
        )
        return _Asker(tap, wire, baud, echo=self.echo)

    def _done(self, asker: _Asker) -> None:
        self.echo = asker.echo
        self.garbage[asker.baud] += asker.garbage
        asker.wire.close()

    def _sure_answer(self, asker: _Asker, search: Search, patience_s: float) -> Reply | None:
        """The second answer of a few requests; what is silent, no damaged bytes heard either, is not asked again."""
        replies: list[Reply] = []
        for asked in range(1, MOST_ASKED + 1):
            reply = asker.ask(search.probe, patience_s)
            if reply is not None:
                replies.append(reply)
                if len(replies) == SURE_AFTER:
                    self.lost += asked - SURE_AFTER
                    self._slowest_s = max(self._slowest_s or 0.0, asker.slowest_s)
                    return reply
            elif (
                not replies and asked >= self._misses and not self._garbled(asker, search, first=asked == self._misses)
            ):
                return None
        if replies:
            self.doubtful.append(search)
        return None

    @property
    def _misses(self) -> int:
        """How often who says nothing is asked: on a line known to lose answers a request may be lost as well."""
        return MISSES if self.lost else 1

    def _garbled(self, asker: _Asker, search: Search, *, first: bool) -> bool:
        """Whether damaged bytes, and neither silence nor an echo, came instead of an answer, and may be asked about."""
        if not first:
            return True
        worth = asker.heard_besides(search.probe) and self._garbled_left > 0
        self._garbled_left -= worth
        return worth

    def _describe(self, asker: _Asker, search: Search, reply: Reply) -> FoundBoard:
        hooks = reply.bits if isinstance(reply, Hooks) else ()
        driver: BoardDriver = driver_named(search.family)
        given_time: list[AnyRequest] = []

        def ask(request: AnyRequest) -> Reply | None:
            """With the whole time limit: a longer answer may take a board longer than the probe's.

            An answer of another length is known by the silence after it, and is first looked for in haste; so is what
            was given that time already.
            """
            again = any(each is request for each in given_time)  # requests about other sizes may have the same bytes
            within_s = self._patience_s if again or request.misfit is not None else self._timeout_s
            answer = asker.ask(request, within_s)
            given_time.append(request)
            if answer is not None or again or within_s == self._timeout_s:
                return answer
            self._pause(self._timeout_s - within_s)  # what comes late is no answer to the next
            return asker.ask(request, self._timeout_s)

        def lose() -> None:
            self.lost += 1

        channels = count_channels(driver, search.address, len(hooks), ask, lose)
        reads = driver.hook_reads(readable_board(driver, search.address, channels)) if channels else ()
        if len(reads) == 1 and isinstance(whole := patient(ask, lose)(reads[0].request), Hooks):
            hooks = whole.bits
        return FoundBoard(self.port, search.family, search.baud, search.address, channels, hooks, asker.echo)


class _Asker:
    """Asks at one baud rate, and learns by the way whether the adapter echoes."""

    def __init__(self, tap: _Tap, wire: Wire, baud: int, *, echo: bool) -> None:
        self.wire = wire
        self.baud = baud
        self.garbage = 0
        self.slowest_s = 0.0
        """The longest that an answer took beyond its bits and the silence before it."""
        self._tap = tap
        self.wire.echo = Echo.PRESENT if echo else Echo.ABSENT

    @property
    def echo(self) -> bool:
        return self.wire.echo is Echo.PRESENT

    def ask(self, request: AnyRequest, within_s: float | None = None) -> Reply | None:
        """What answers a read; no reply of any family begins with its own request, so what does is an echo."""
        reply = self._once(request, within_s)
        if not self.echo and self._tap.heard.startswith(request.frame):
            self.wire.echo = Echo.PRESENT
            reply = self._once(request, within_s)
        if reply is None:
            self.garbage += len(self._tap.heard.removeprefix(request.frame))
        return None if isinstance(reply, EchoHeard) else reply

    def heard_besides(self, request: AnyRequest) -> bool:
        """Whether something else than our own echo came after the last request."""
        return bool(self._tap.heard.removeprefix(request.frame))

    def _once(self, request: AnyRequest, within_s: float | None) -> Reply | None:
        self._tap.heard = b""
        try:
            reply = self.wire.ask(request, within_s=within_s)
        except ReadFailedError:
            return None
        if isinstance(reply, Hooks):  # what else comes may have been waited for to the end
            self.slowest_s = max(self.slowest_s, self.wire.last.took_s - self.wire.last.wire_s)
        return reply


class _Tap:
    """A port that keeps what came in, so that an echo or a foreign voice is noticed whatever the family."""

    def __init__(self, port: Port) -> None:
        self.heard = b""
        self._port = port

    def write(self, data: bytes) -> None:
        self._port.write(data)

    def read(self, timeout_s: float) -> bytes:
        data = self._port.read(timeout_s)
        self.heard += data
        return data

    def discard_input(self) -> int:
        return self._port.discard_input()

    def close(self) -> None:
        self._port.close()
