"""How fast the bridge is against the wire: `python benchmarks/bridge.py [--json FILE]`; takes five minutes.

Three figures, over pseudo-terminals with boards in another process, whose bits take the time of a real line: from
`Panel.unlock` to the unlock frame's first byte, less the exchange that was in flight; from a door's movement to its
event, against the time in which the wire could tell (reading every door of the line as often as debouncing asks); and
the processor's time at rest.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge_boards import Boards, Exchange
from figures import machine

from config.settings import BoardSettings, CompartmentSettings, LineSettings, PanelSettings, Size
from firmware_bridge.panel import DoorChanged, Latch, Panel, PanelEvent

FAMILY = "kerong-cu24"
CHANNELS = 24
BAUDS = (9600, 19200)
BOARDS = (1, 4, 8)
POWER = PanelSettings(coil_rest_s=0.0, coil_duty=1.0)
UNLOCKS = 40
MOVES = 30
REST_S = 20.0
WAKES = 200
EVENT_WITHIN_S = 5.0


class Rig:
    """A panel on one line, and the boards at the other end of it."""

    def __init__(self, boards: int, baud: int) -> None:
        self.addresses = tuple(range(boards))
        self.boards = Boards(FAMILY, self.addresses, CHANNELS, baud)
        line = LineSettings(
            name="line",
            port=self.boards.port,
            family=FAMILY,
            baud=baud,
            boards=tuple(BoardSettings(address=address, channels=CHANNELS) for address in self.addresses),
        )
        doors = [
            CompartmentSettings(id=door_of(address, channel), size=Size.M, line="line", board=address, channel=channel)
            for address in self.addresses
            for channel in range(CHANNELS)
        ]
        self._news = threading.Condition()
        self._told: dict[tuple[str, Latch], float] = {}
        self.panel = Panel([line], doors, POWER, on_event=self._take)
        self.panel.start()
        if not self.panel.wait_until_read(10):
            raise RuntimeError("the boards do not answer")

    def move(self, address: int, channel: int, *, latched: bool) -> float:
        """Seconds from a door's movement until a listener of the panel has heard of it."""
        key = (door_of(address, channel), Latch.LATCHED if latched else Latch.UNLATCHED)
        with self._news:
            self._told.pop(key, None)
        moved_at = self.boards.move(address, channel, latched=latched)
        with self._news:
            if not self._news.wait_for(lambda: key in self._told, EVENT_WITHIN_S):
                raise RuntimeError(f"no event of {key}")
            return self._told[key] - moved_at

    def _take(self, event: PanelEvent) -> None:
        now = time.monotonic()
        if isinstance(event, DoorChanged):
            with self._news:
                self._told[event.compartment, event.latch] = now
                self._news.notify_all()


def door_of(address: int, channel: int) -> str:
    return f"{address}-{channel}"


@contextmanager
def rig(boards: int, baud: int) -> Iterator[Rig]:
    made = Rig(boards, baud)
    try:
        yield made
    finally:
        made.panel.stop()
        made.boards.close()


def to_first_byte(chance: random.Random) -> dict[str, object]:
    """Milliseconds from the request to the frame's first byte, with and without the exchange in flight."""
    waits, net = [], []
    with rig(1, 19200) as it:
        gap_s = 0.005
        for number in range(UNLOCKS):
            time.sleep(chance.uniform(1.0, 1.3))  # the supply has recovered from the pulse before
            channel = number % CHANNELS
            asked_at = time.monotonic()
            it.panel.unlock(door_of(0, channel), f"a{number}").result(5)
            exchanges = it.boards.exchanges()
            frame = next(each for each in reversed(exchanges) if each.unlock)
            free_at = max([asked_at, *(each.ended + gap_s for each in in_flight(exchanges, asked_at))])
            waits.append(1000 * (frame.began - asked_at))
            net.append(1000 * (frame.began - free_at))
            it.move(0, channel, latched=True)
    return {
        "unlocks": UNLOCKS,
        "ms": spread(waits),
        "ms_less_the_exchange_in_flight": spread(net),
        "target_median_ms": 2.0,
    }


def in_flight(exchanges: list[Exchange], at: float) -> list[Exchange]:
    """The exchange that had begun and not ended, or was about to begin: read as it had been when it was asked for."""
    return [each for each in exchanges if each.began <= at < each.ended]


def to_event(boards: int, baud: int, chance: random.Random) -> dict[str, object]:
    """A door that is open is shut; one that rests is opened by hand."""
    shut, opened = [], []
    with rig(boards, baud) as it:
        for number in range(MOVES):
            address, channel = it.addresses[number % boards], number % CHANNELS
            time.sleep(chance.uniform(0.3, 0.6))  # the door has come to rest, and moves at no set point of a poll round
            opened.append(it.move(address, channel, latched=False))
            time.sleep(chance.uniform(0.2, 0.5))  # it stands open for as long as a hand takes
            shut.append(it.move(address, channel, latched=True))
        cycle = it.panel.cycles()["line"]
    limit_s = cycle.wire_s * POWER.debounce_reads
    rest_limit_s = max(POWER.poll_rest_s, cycle.wire_s) + limit_s
    return {
        "boards": boards,
        "baud": baud,
        "cycle_wire_ms": round(1000 * cycle.wire_s, 1),
        "cycle_took_ms": round(1000 * cycle.took_s, 1),
        "limit_ms": round(1000 * limit_s, 1),
        "target_ratio": 1.2,
        "shutting_ms": spread([1000 * each for each in shut]),
        "shutting_ratio": spread([each / limit_s for each in shut], digits=2),
        "opening_at_rest_ms": spread([1000 * each for each in opened]),
        "opening_at_rest_ratio": spread([each / rest_limit_s for each in opened], digits=2),
    }


def at_rest() -> dict[str, object]:
    """Share of one core that reading a resting line takes, everything of this process counted."""
    shares = {}
    for boards in BOARDS:
        with rig(boards, 19200) as it:
            time.sleep(3.0)  # the line has slowed to its resting pace
            read = it.panel.counts()["line"].requests
            began, used = time.monotonic(), time.process_time()
            time.sleep(REST_S)  # what is measured: nothing happens
            passed_s, used_s = time.monotonic() - began, time.process_time() - used
            reads = it.panel.counts()["line"].requests - read
            shares[str(boards)] = {
                "percent_of_a_core": round(100 * used_s / passed_s, 2),
                "reads_per_s": round(reads / passed_s, 1),
                "ms_per_read": round(1000 * used_s / reads, 2),
            }
    return {"boards": shares, "target_percent": 1.0, "ms_to_wake_a_thread_and_do_nothing": waking_ms()}


def waking_ms() -> float:
    """What this machine takes for a sleep of 12 ms and nothing else: a read has at least two."""
    used = time.process_time()
    for _ in range(WAKES):
        time.sleep(0.012)  # what is measured: waking
    return round(1000 * (time.process_time() - used) / WAKES, 3)


def spread(values: list[float], digits: int = 1) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), digits),
        "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], digits),
        "most": round(ordered[-1], digits),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    chance, load = random.Random(1), os.getloadavg()[0]  # noqa: S311 - moments, no secrets
    figures: dict[str, object] = {"command": "python benchmarks/bridge.py --json docs/figures/bridge.json"}
    figures |= {
        "measured_at": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "machine": machine(Path(tempfile.gettempdir()), load),
    }
    figures["request_to_first_byte"] = to_first_byte(chance)
    figures["movement_to_event"] = [to_event(boards, baud, chance) for baud in BAUDS for boards in BOARDS]
    figures["at_rest"] = at_rest()
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
