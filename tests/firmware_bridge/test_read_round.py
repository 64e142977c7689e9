"""How far apart the reads of resting doors are, and that the line's thread wakes for what matters."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest
from fake_boards import FakeCu24Bus, bus_of
from line_bench import Bench, make_bench

from config.settings import PanelSettings
from firmware_bridge.boards.driver import HookRead, driver_named
from firmware_bridge.line import STRANGER_WITHIN_S
from firmware_bridge.line_thread import Awake
from firmware_bridge.read_plan import LONGEST_REST, PlannedRead, rest_s
from firmware_bridge.reports import DoorChanged, Latch

POWER = PanelSettings()


def reads(count: int, wire_s: float) -> list[PlannedRead]:
    request: Any = driver_named("kerong-cu24").probe(0)
    read = HookRead(range(8), request)
    return [PlannedRead(read.channels, read.request, wire_s=wire_s) for _ in range(count)]


def resting(bench: Bench) -> float:
    """Seconds between two reads of a board, on a line where nothing moves."""
    bench.read_first()
    bench.for_seconds(3.0)
    return bench.line.cycle().every_s


def test_a_line_of_one_board_is_read_as_often_as_is_set() -> None:
    assert rest_s(reads(1, 0.015), POWER) == POWER.poll_rest_s
    assert resting(make_bench(FakeCu24Bus)) == pytest.approx(POWER.poll_rest_s, abs=0.005)


def test_boards_that_share_a_line_are_read_less_often_each() -> None:
    four, eight = (resting(make_bench(FakeCu24Bus, boards=boards)) for boards in (4, 8))
    assert POWER.poll_rest_s < four < eight
    assert eight <= LONGEST_REST * POWER.poll_rest_s + 0.005


def told_at(bench: Bench, part: str, since: float) -> float:
    """When the opening of a door was told, whatever the line has done after that."""

    def told() -> list[float]:
        return [
            event.at
            for event in bench.events
            if isinstance(event, DoorChanged)
            and (event.compartment, event.latch) == (part, Latch.UNLATCHED)
            and event.at >= since
        ]

    bench.until(lambda: bool(told()))
    return told()[0]


@pytest.mark.parametrize(
    ("family", "channels", "boards"),
    [
        ("kerong-cu24", 24, 4),
        ("kerong-cu24", 24, 16),
        ("lock485-8a", 24, 8),
        ("lock485-8a", 50, 14),
        ("modbus-relay", 32, 8),
        ("wkly", 24, 8),
        ("winnsen", 24, 1),
    ],
)
def test_the_longest_rest_still_tells_an_opening_within_two_as_set_or_two_rounds(
    family: str, channels: int, boards: int
) -> None:
    bench = make_bench(bus_of(family), channels=channels, boards=boards)
    bench.read_first()
    bench.for_seconds(3.0)
    cycle = bench.line.cycle()
    within_s = 2 * max(POWER.poll_rest_s, cycle.took_s)
    stranger_s = STRANGER_WITHIN_S + cycle.took_s / cycle.requests
    chance = random.Random(1)
    for _ in range(12):
        one, other = (
            (address, chance.randrange(channels))
            for address in (chance.choice(list(bench.bus.boards)), max(bench.bus.boards))
        )
        bench.for_seconds(1.0 + chance.random())
        opened_at = bench.clock()
        for address, channel in {one, other}:
            bench.bus.door(channel, address).open_by_hand()
        first, *second = sorted(told_at(bench, f"{address}-{channel}", opened_at) for address, channel in {one, other})
        assert first - opened_at <= within_s
        for at in second:  # between the two the line may ask whether a stranger has opened the first
            assert at - opened_at <= within_s + stranger_s
        for address, channel in {one, other}:
            bench.bus.door(channel, address).close()
        bench.for_seconds(1.0)


@pytest.mark.parametrize("count", [1, 2, 4, 8, 24])
@pytest.mark.parametrize("wire_s", [0.004, 0.015, 0.03])
@pytest.mark.parametrize("set_s", [0.05, 0.25, 2.0])
def test_no_rest_is_longer_than_what_the_wire_itself_would_take_to_tell(
    count: int, wire_s: float, set_s: float
) -> None:
    power = PanelSettings(poll_rest_s=set_s)
    limit_s = set_s + power.debounce_reads * count * wire_s
    assert set_s <= rest_s(reads(count, wire_s), power) <= limit_s - power.debounce_reads * wire_s + 1e-9
    assert rest_s(reads(count, wire_s), power) <= LONGEST_REST * set_s


def test_a_thread_that_rests_wakes_when_it_is_told_to_and_once_only() -> None:
    awake, woken = Awake(), threading.Event()

    def rest() -> None:
        awake.wait(60.0)
        woken.set()

    thread = threading.Thread(target=rest, daemon=True)
    thread.start()
    awake.set()
    awake.set()
    assert woken.wait(10.0)
    thread.join()


def test_what_was_set_before_the_rest_ends_it_at_once_and_is_forgotten() -> None:
    awake = Awake()
    awake.set()
    awake.wait(60.0)
    assert not awake._asleep.acquire(blocking=False)
