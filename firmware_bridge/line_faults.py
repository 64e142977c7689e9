"""The faults of one line: its port, and what passes over its wire. Every time is in monotonic seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from firmware_bridge.errors import PortBusyError, PortError
from firmware_bridge.fault_book import FaultBook
from firmware_bridge.faults import FaultKind
from firmware_bridge.wire import WireCounts

WINDOW_REQUESTS: Final = 50
"""Noise, echo and foreign answers are judged over so many requests."""
NOISY_SHARE: Final = 0.1
"""A good bus shows no noise for days; one request in ten is felt in every read."""
QUIET_SHARE: Final = 0.02
ECHO_SHARE: Final = 0.5
"""An adapter echoes everything or nothing."""
FOREIGN_SHARE: Final = 0.2
"""A late answer, or a frame that a board sends unasked when a door moves, comes now and then; a second board with the
same address answers every time."""
LATELY_REQUESTS: Final = 8
LATELY_S: Final = 60.0
"""A board that does not answer is judged by its last few requests, and by none of them for longer than this."""
LEAST_DAMAGED: Final = 2
"""A board that loses its power in mid-answer leaves one damaged answer; more of them are noise."""

PORT_FAULTS: Final = (FaultKind.LINE_ABSENT, FaultKind.LINE_BUSY, FaultKind.LINE_SILENT)


class LineFaults:
    """Watches one line for a `FaultBook`."""

    def __init__(self, line: str, port: str, book: FaultBook) -> None:
        self._line = line
        self._port = port
        self._book = book
        self._judged_at = 0
        """Requests so far when they were judged last."""
        self._traces = (0, 0, 0)
        self._noisy = self._echoed = self._foreign = 0
        self._unanswered: dict[int, deque[tuple[float, bool]]] = {}
        """By board: when its last requests without an answer were over, and whether damaged bytes came instead."""

    def port_failed(self, error: PortError, now: float) -> None:
        """The port could not be opened, or went away."""
        kind = FaultKind.LINE_BUSY if isinstance(error, PortBusyError) else FaultKind.LINE_ABSENT
        self._book.lasts(kind, self._line, str(error), now)

    def unanswered(self, address: int, now: float, *, damaged: bool) -> None:
        """A board gave no answer to a request; `damaged`: bytes came that make no frame."""
        self._unanswered.setdefault(address, deque(maxlen=LATELY_REQUESTS)).append((now, damaged))

    def noise(self, addresses: Iterable[int], now: float) -> str:
        """What shows that boards are not silent but cannot be understood; empty when nothing does."""
        causes = []
        for address in addresses:
            lately = [damaged for at, damaged in self._unanswered.get(address, ()) if now - at <= LATELY_S]
            if sum(lately) >= LEAST_DAMAGED:
                share = f"{sum(lately)} of the last {len(lately)}"
                causes.append(f"noise: {share} requests to board {address} without an answer brought damaged bytes")
        return "; ".join(causes)

    def noisy(self, cause: str, now: float) -> None:
        """What boards say arrives damaged: they need not be silent."""
        self._book.lasts(FaultKind.LINE_NOISY, self._line, cause, now)
        self._book.evidence((FaultKind.LINE_SILENT,), self._line, now)

    def silent(self, cause: str, now: float) -> None:
        """The port is open, no board answers, and no noise explains it."""
        self._book.lasts(FaultKind.LINE_SILENT, self._line, cause, now)
        self._book.evidence((FaultKind.LINE_NOISY,), self._line, now)

    def answered(self, now: float) -> None:
        """A board answers."""
        self._book.evidence(PORT_FAULTS, self._line, now)

    def asked(self, counts: WireCounts, now: float) -> None:
        """A request is over: see what it left in the counts."""
        traces = (counts.noise_bytes, counts.echoes, counts.foreign_frames + counts.second_answers)
        if traces != self._traces:  # most requests leave none
            noise, echoes, foreign = self._traces
            self._noisy += traces[0] > noise
            self._echoed += traces[1] > echoes
            self._foreign += traces[2] > foreign
            self._traces = traces
        requests = counts.requests - self._judged_at
        if requests >= WINDOW_REQUESTS:
            self._judge(requests, now)
            self._judged_at = counts.requests
            self._noisy = self._echoed = self._foreign = 0

    def _judge(self, requests: int, now: float) -> None:
        for kind, seen, limit, what in (
            (FaultKind.LINE_NOISY, self._noisy, NOISY_SHARE, "had bytes of no frame in the answer"),
            (FaultKind.LINE_ECHO, self._echoed, ECHO_SHARE, "came back from the adapter"),
            (FaultKind.LINE_FOREIGN, self._foreign, FOREIGN_SHARE, "had an answer that nobody asked for"),
        ):
            if seen >= limit * requests:
                cause = f"{seen} of {requests} requests on {self._port} {what}"
                self._book.lasts(kind, self._line, cause, now)
            elif seen <= QUIET_SHARE * requests:
                self._book.evidence((kind,), self._line, now)
