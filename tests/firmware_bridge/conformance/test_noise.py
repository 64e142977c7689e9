"""A line in heavy noise, for minutes or an hour of bus time, with people who open and close doors."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from fake_boards import bus_of
from fake_ports import BitNoise
from line_bench import POWER, Bench, make_bench, pulse_of

from firmware_bridge.boards.driver import driver_named
from firmware_bridge.reports import DoorChanged, Latch, Outcome, PanelEvent

CHANNELS = 12
TRUTH_WITHIN_S = 0.1
"""How old a report may be: the last read that it stands on was answered just now."""
RECOVERY_S = 5.0
"""After the noise: one lost reply's time limit, and as many rounds of reads as agree, the slowest family's too."""

HOPELESS = 0.01
"""Share of damaged bits at which two of three exchanges fail: a family without a checksum then knows no door at all."""


class Truth:
    """Compares each report with what the door is, or was a moment ago."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.wrong: list[DoorChanged] = []
        self.told = 0
        self.closed_at: dict[int, float] = {}

    def __call__(self, event: PanelEvent) -> None:
        self.bench.take(event)
        if not isinstance(event, DoorChanged) or event.latch is Latch.UNKNOWN:
            return
        self.told += 1
        channel = int(event.compartment.split("-")[1])
        door = self.bench.bus.door(channel)
        moved_at = max(self.closed_at.get(channel, 0.0), 0.0 if door.latched else door.opened_at)
        if door.latched is not (event.latch is Latch.LATCHED) and self.bench.clock() - moved_at > TRUTH_WITHIN_S:
            self.wrong.append(event)


def live_in_noise(family: str, bit_noise: float, seconds: float, seed: int) -> Truth:
    """Somebody opens a door, does something for a while and closes it, again and again; replies and requests suffer."""
    bench = make_bench(bus_of(family), channels=CHANNELS, power=POWER.model_copy(update={"coils_at_once": 2}))
    noise = BitNoise(bit_noise, seed)
    bench.port.carry, bench.port.garble = noise, noise.garble
    truth = Truth(bench)
    bench.line._on_event = truth
    chance = random.Random(seed)
    attempts = 0
    end = bench.clock() + seconds
    while bench.clock() < end:
        channel = chance.randrange(CHANNELS)
        door = bench.bus.door(channel)
        door.stuck = chance.random() < 0.1
        future = bench.submit(channel, f"a{attempts}")
        bench.until(future.done)
        attempts += future.result().frame_sent
        if future.result().outcome is Outcome.OPENED:
            assert not door.latched
        if future.result().outcome is Outcome.JAMMED:
            assert door.latched
        bench.for_seconds(chance.uniform(0.0, 5.0))
        for number in range(CHANNELS):
            truth.closed_at[number] = bench.clock()
            bench.bus.door(number).close()
    assert truth.wrong == []
    if bit_noise < HOPELESS or driver_named(family).checksum:
        assert truth.told > 0
        assert attempts > 0
    assert len([frame for _, frame in bench.port.writes if bench.bus.is_unlock(frame)]) == attempts
    assert shortest_rest_s(bench) >= POWER.coil_rest_s - 0.01
    noise.on = False
    bench.until(lambda: bench.up is True and Latch.UNKNOWN not in bench.latches.values(), limit_s=RECOVERY_S)
    return truth


def shortest_rest_s(bench: Bench) -> float:
    """Least time between the end of a coil's pulse and its next one, as sent (noise may misdirect it)."""
    sent: dict[bytes, list[float]] = {}
    for at, frame in bench.port.writes:
        if bench.bus.is_unlock(frame):
            sent.setdefault(frame, []).append(at)
    pauses = [after - before for times in sent.values() for before, after in pairwise(times)]
    return min(pauses, default=float("inf")) - pulse_of(bench.bus.family)


@pytest.mark.parametrize(("bit_noise", "seconds"), [(0.0, 60.0), (0.0005, 120.0), (0.002, 240.0), (0.01, 3600.0)])
def test_noise_brings_no_false_door_and_no_second_frame(family: str, bit_noise: float, seconds: float) -> None:
    live_in_noise(family, bit_noise, seconds, seed=5)


@pytest.mark.soak
@pytest.mark.parametrize("bit_noise", [0.0005, 0.002, 0.005, 0.01])
@pytest.mark.parametrize("seed", range(4))
def test_an_hour_of_noise_brings_no_false_door_and_no_second_frame(family: str, bit_noise: float, seed: int) -> None:
    live_in_noise(family, bit_noise, 3600.0, seed)
