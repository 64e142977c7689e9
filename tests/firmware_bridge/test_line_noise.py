"""A line in heavy noise, for minutes or an hour of bus time, with people who open and close doors."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from fake_boards import FakeBus
from fake_ports import BitNoise
from line_bench import POWER, Bench, make_bench, pulse_of

from firmware_bridge.reports import DoorChanged, Latch, Outcome, PanelEvent

CHANNELS = 12
TRUTH_WITHIN_S = 3.0
"""A report may lag behind the door by some lost reads, each as long as the reply time limit."""


class Truth:
    """Compares each report with what the door was a moment ago or is now."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.wrong: list[DoorChanged] = []
        self.moves: dict[int, float] = {}

    def __call__(self, event: PanelEvent) -> None:
        self.bench.take(event)
        if not isinstance(event, DoorChanged) or event.latch is Latch.UNKNOWN:
            return
        channel = int(event.compartment.split("-")[1])
        door = self.bench.bus.door(channel)
        moved_at = max(self.moves.get(channel, 0.0), door.opened_at if not door.latched else 0.0)
        if door.latched is not (event.latch is Latch.LATCHED) and self.bench.clock() - moved_at > TRUTH_WITHIN_S:
            self.wrong.append(event)


def live_in_noise(bus_type: type[FakeBus], bit_noise: float, seconds: float, seed: int) -> Bench:
    bench = make_bench(bus_type, channels=CHANNELS, power=POWER.model_copy(update={"coils_at_once": 2}))
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
        assert len([frame for _, frame in bench.port.writes if bench.bus.is_unlock(frame)]) <= attempts
        bench.for_seconds(chance.uniform(0.0, 5.0))
        truth.moves[channel] = bench.clock()
        door.close()
    assert truth.wrong == []
    assert attempts > 0
    assert shortest_rest_s(bench) >= POWER.coil_rest_s - 0.01
    noise.on = False
    bench.until(lambda: bench.up is True and Latch.UNKNOWN not in bench.latches.values(), limit_s=3.0)
    return bench


def shortest_rest_s(bench: Bench) -> float:
    """Least time between the end of a coil's pulse and its next one, as sent (noise may misdirect it)."""
    sent: dict[bytes, list[float]] = {}
    for at, frame in bench.port.writes:
        if bench.bus.is_unlock(frame):
            sent.setdefault(frame, []).append(at)
    pauses = [after - before for times in sent.values() for before, after in pairwise(times)]
    return min(pauses, default=float("inf")) - pulse_of(bench.bus.family)


@pytest.mark.parametrize("bit_noise", [0.0, 0.002, 0.01])
def test_minutes_of_noise_bring_no_false_door_and_no_second_frame(bus_type: type[FakeBus], bit_noise: float) -> None:
    live_in_noise(bus_type, bit_noise, seconds=300.0, seed=5)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_an_hour_of_noise_brings_no_false_door_and_no_second_frame(bus_type: type[FakeBus], seed: int) -> None:
    live_in_noise(bus_type, 0.01, seconds=3600.0, seed=seed)
