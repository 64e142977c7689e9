"""Every fault of lines, doors and the supply, with every family of boards: firmware, wire, coils and power together."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.settings import BoardSettings, CompartmentSettings, Size
from simulator.boards.bus import Bus
from simulator.boards.faults import LineFaults
from simulator.boards.registry import UnknownFamilyError, family_named, family_names
from simulator.boards.uart import BITS_PER_BYTE
from simulator.boards.wire import Wire
from simulator.doors.cabinet import Cabinet
from simulator.doors.door import Door
from simulator.doors.faults import DoorFaults, Jam
from simulator.doors.heat import RESTS_ABOVE_C
from simulator.doors.hook import Stuck
from simulator.doors.log import Kind, PhysicalLog
from simulator.doors.supply import BOOT_S, HOLD_UP_S, SupplyFaults
from simulator.doors.timeline import Timeline

CHANNELS = 8
ASK_S = 0.3
"""How long a test waits for an answer: longer than any, and than every bounce."""


@dataclass(frozen=True)
class Frames:
    """What a program may say to board 1 of a family, as the makers' documents have it."""

    read: str
    read_of_7: str
    unlock: str


FRAMES = {
    "kerong-cu16": Frames("02 10 30 03 45", "02 70 30 03 A5", "02 10 31 03 46"),
    "kerong-cu24": Frames("02 01 00 80 00 00 03 86", "02 07 00 80 00 00 03 8C", "02 01 00 81 00 00 03 87"),
    "kerong-cu48": Frames("02 01 00 60 03 66", "02 07 00 60 03 6C", "02 01 00 61 03 67"),
    "lock485-8a": Frames("80 01 00 33 B2", "80 07 00 33 B4", "8A 01 01 11 9B"),
    "modbus-relay": Frames("01 02 00 00 00 08 79 CC", "07 02 00 00 00 08 79 AA", "01 05 02 00 00 07 8D B0"),
    "winnsen": Frames("90 06 12 01 01 03", "90 06 12 07 01 03", "90 06 05 01 01 03"),
    "wkly": Frames("57 4B 4C 59 08 01 84 84", "57 4B 4C 59 08 07 84 82", "57 4B 4C 59 09 01 82 01 82"),
}


def frames_of(family: str) -> Frames:
    """What may be said to a family, from the table above."""
    assert family in FRAMES, (
        f"write two reads and an unlock of {family}, as its sheet has them, into FRAMES of {Path(__file__).name}"
    )
    return FRAMES[family]


@dataclass
class Program:
    """What a daemon is to the wire."""

    baud: int | None
    heard: bytes = b""

    def write(self, data: bytes) -> None:
        self.heard += data


@dataclass
class World:
    """Board 1 of a family with eight locks, on a clock that the test moves."""

    family: str
    now: float = 100.0
    log: PhysicalLog = field(init=False)
    cabinet: Cabinet = field(init=False)
    wire: Wire = field(init=False)
    program: Program = field(init=False)

    def __post_init__(self) -> None:
        made = family_named(self.family)
        self.timeline = Timeline(lambda: self.now)
        self.log = PhysicalLog(self.timeline.now)
        plan = [
            CompartmentSettings(id=f"A{channel + 1:02d}", size=Size.S, line="line", board=1, channel=channel)
            for channel in range(CHANNELS)
        ]
        self.cabinet = Cabinet(plan, self.timeline, self.log, random.Random(1), power_coils=2)
        wiring = BoardSettings.model_validate({"address": 1, "channels": CHANNELS} | dict(made.needs))
        self.wire = Wire(
            "line",
            Bus([made.board(wiring, self.cabinet.terminals("line", 1))]),
            baud=made.baud,
            latency_s=made.latency_s,
            timeline=self.timeline,
            chance=random.Random(2),
            log=self.log,
            powered=lambda: self.cabinet.supply.carries_boards,
        )
        self.cabinet.supply.listen(self.wire.lose_power)
        self.wire.port = self.program = Program(made.baud)

    @property
    def door(self) -> Door:
        return self.cabinet.compartment("A01").door

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.timeline.catch_up()

    def ask(self, frame: str, wait: float = ASK_S) -> bytes:
        self.program.heard = b""
        self.wire.send(bytes.fromhex(frame))
        self.wait(wait)
        return self.program.heard

    def read(self, wait: float = ASK_S) -> bytes:
        return self.ask(frames_of(self.family).read, wait)

    def unlock(self, wait: float = ASK_S) -> bytes:
        return self.ask(frames_of(self.family).unlock, wait)

    def entries(self, kind: Kind) -> int:
        return sum(entry.kind is kind for entry in self.log.since(0))


@pytest.fixture(params=family_names())
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


def test_a_sound_board_answers_a_read_and_its_answer_follows_the_door(world: World) -> None:
    shut = world.read()
    assert shut
    world.unlock(1)
    assert world.door.open
    assert len(world.read()) == len(shut)
    assert world.read() != shut
    world.door.close()
    world.wait(1)
    assert world.read() == shut


def test_latency_delays_every_answer(world: World) -> None:
    shut = world.read()
    request_s = len(bytes.fromhex(frames_of(world.family).read)) * BITS_PER_BYTE / world.wire.baud
    world.wire.faults = LineFaults(latency_s=0.4)
    assert world.read(request_s + 0.4) == b""
    world.wait(0.1)
    assert world.program.heard == shut


def test_noise_damages_some_answers_and_some_requests(world: World) -> None:
    shut = world.read()
    world.wire.faults = LineFaults(noise=0.01)
    answers = [world.read() for _ in range(100)]
    assert shut in answers
    assert b"" in answers
    assert {answer for answer in answers if answer not in (b"", shut)}
    world.wire.faults = LineFaults()
    assert world.read() == shut


def test_noise_on_a_silent_line_brings_bytes_that_no_board_sent(world: World) -> None:
    world.wire.faults = LineFaults(idle_noise=0.001)
    world.wait(5)
    assert world.program.heard


def test_a_lost_answer_never_comes(world: World) -> None:
    world.wire.faults = LineFaults(drop=1)
    assert world.read(5) == b""
    assert world.entries(Kind.REPLY_DROPPED) == 1


def test_a_late_answer_comes_after_its_time(world: World) -> None:
    shut = world.read()
    world.wire.faults = LineFaults(late=1, late_s=0.5)
    assert world.read(0.45) == b""
    world.wait(0.5)
    assert world.program.heard == shut


def test_an_echo_comes_before_the_answer(world: World) -> None:
    shut = world.read()
    world.wire.faults = LineFaults(echo=True)
    assert world.read() == bytes.fromhex(frames_of(world.family).read) + shut


def test_a_rogue_board_answers_for_an_address_that_is_not_there(world: World) -> None:
    stranger = frames_of(world.family).read_of_7
    assert world.ask(stranger) == b""
    world.wire.faults = LineFaults(rogue=(1,))
    assert len(world.ask(stranger)) == len(world.read())


def test_frames_come_that_nobody_asked_for(world: World) -> None:
    world.read()
    world.program.heard = b""
    world.wire.faults = LineFaults(unasked_per_s=2)
    world.wait(10)
    assert world.entries(Kind.UNASKED) > 5
    assert world.program.heard


def test_a_dead_board_says_nothing_and_drives_nothing(world: World) -> None:
    world.wire.faults = LineFaults(dead=(1,))
    assert world.read() + world.unlock() == b""
    assert world.door.coil.pulses == 0


def test_a_board_that_loses_its_power_lets_go_of_its_coils(world: World) -> None:
    world.unlock(0.1)
    assert world.door.coil.on
    world.wire.faults = LineFaults(dead=(1,))
    assert not world.door.coil.on


def test_at_the_wrong_speed_a_request_is_heard_as_garbage(world: World) -> None:
    shut = world.read()
    world.program.baud = world.wire.baud * 2
    assert world.read() != shut
    assert world.entries(Kind.FRAME_GARBLED) + world.entries(Kind.FRAME_REFUSED) >= 1


def test_an_adapter_that_is_out_loses_what_is_said(world: World) -> None:
    shut = world.read()
    world.wire.port = None
    assert world.read() == b""
    world.wire.port = world.program
    assert world.read() == shut


@pytest.mark.parametrize("stuck", list(Stuck))
def test_a_stuck_hook_says_the_same_whatever_the_door_does(world: World, stuck: Stuck) -> None:
    world.door.set_faults(DoorFaults(hook=stuck))
    shut = world.read()
    world.unlock(1)
    assert world.door.open
    assert world.read() == shut


def test_a_bouncing_hook_is_read_now_one_way_and_now_the_other_until_it_rests(world: World) -> None:
    world.door.set_faults(DoorFaults(bounce_s=10))
    world.unlock()
    assert len({world.read() for _ in range(20)}) == 2
    world.wait(10)
    assert len({world.read() for _ in range(20)}) == 1


@pytest.mark.parametrize("faults", [DoorFaults(jam=Jam.HARD), DoorFaults(pull_in_s=5), DoorFaults(burnt=True)])
def test_a_door_that_jams_a_weak_lock_and_a_burnt_coil_stay_shut(world: World, faults: DoorFaults) -> None:
    shut = world.read()
    world.door.set_faults(faults)
    world.unlock(2)
    assert not world.door.open
    assert world.read() == shut


def test_a_welded_relay_drives_its_coil_beyond_the_pulse_and_heats_it(world: World) -> None:
    world.door.set_faults(DoorFaults(welded=True))
    world.unlock(30)
    assert world.door.coil.on
    assert world.entries(Kind.WELDED) == 1
    assert world.door.coil.winding.celsius > RESTS_ABOVE_C
    world.door.set_faults(DoorFaults())
    assert not world.door.coil.on


def test_a_coil_that_is_pulsed_heats_and_cools_down_again(world: World) -> None:
    cold = world.door.coil.winding.celsius
    world.unlock(2)
    warm = world.door.coil.winding.celsius
    world.wait(600)
    assert cold < world.door.coil.winding.celsius < cold + 0.1 < warm


def test_a_coil_on_a_weak_supply_browns_the_boards_out_and_they_come_back(world: World) -> None:
    shut = world.read()
    world.cabinet.supply.set_faults(SupplyFaults(coils=1, strength=0.5))
    world.unlock(0.1)
    assert world.entries(Kind.BROWN_OUT) == 1
    assert world.read(BOOT_S - HOLD_UP_S - 0.1) == b""
    world.wait(1)
    assert world.read() == shut
    assert not world.door.coil.on
    assert not world.door.open


def test_a_family_that_is_not_simulated_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnknownFamilyError, match=r"no lock boards of family 'kerong-cu99'.*kerong-cu24, kerong-cu48"):
        family_named("kerong-cu99")
    with pytest.raises(UnknownFamilyError):
        family_named("uart")


def test_a_family_without_frames_is_told_where_to_write_them() -> None:
    with pytest.raises(AssertionError, match=r"kerong-cu99.*into FRAMES of test_every_family\.py"):
        frames_of("kerong-cu99")


def test_a_board_that_watches_its_coils_lets_a_hot_one_rest_until_it_has_cooled_down() -> None:
    world = World("winnsen")
    world.door.coil.warm(95)
    assert world.unlock() == bytes.fromhex("90 07 85 01 01 02 03")
    assert world.door.coil.pulses == 0
    world.wait(60)
    world.unlock(1)
    assert world.door.open
