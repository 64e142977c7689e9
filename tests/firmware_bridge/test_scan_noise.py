"""Scans of a noisy line: what is there is found all the same, and the noise is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_boards import bus_of, channels_told
from fake_ports import BitNoise, VirtualClock, VirtualPort

from firmware_bridge.boards.driver import driver_named, families
from firmware_bridge.commands.scan import remarks
from firmware_bridge.commands.survey import Survey
from firmware_bridge.scan import MOST_ASKED, PortScan

Timed = list[tuple[float, bytes]]


class LosesEvery:
    """Every third answer comes damaged, beginning with one of the first three."""

    def __init__(self, first: int) -> None:
        self.heard = -first - 1

    def __call__(self, reply: bytes, at: float) -> Timed:
        self.heard += 1
        return [(at, reply if self.heard % 3 else bytes(byte ^ 0x5A for byte in reply))]


def scan_over(family: str, carry: Callable[[bytes, float], Timed], channels: int = 8) -> PortScan:
    clock = VirtualClock()
    bus = bus_of(family)(clock, channels, (1, 2))
    line = VirtualPort(bus, clock, carry, byte_s=10 / driver_named(family).bauds[0])
    return PortScan("/dev/noisy", [family], open_port=line.open, clock=clock, pause=clock.advance)


@pytest.mark.parametrize("family", families())
@pytest.mark.parametrize("first", range(3))
def test_boards_and_channels_are_found_though_one_answer_in_three_comes_damaged(family: str, first: int) -> None:
    scan = scan_over(family, LosesEvery(first))
    told = channels_told(family, 8)
    assert [(board.address, board.channels) for board in scan.boards()] == [(1, told), (2, told)]
    assert scan.lost > 0
    (remark,) = [each for each in remarks(Survey(scan)) if "noise" in each]
    assert remark.startswith("/dev/noisy: 应答损坏，线路有干扰")
    assert "answers damaged: noise (" in remark
    assert "120 ohm" in remark


@pytest.mark.parametrize("seed", range(5))
def test_a_noisy_line_of_new_boards_is_known_with_its_size(seed: int) -> None:
    scan = scan_over("kerong-cu24", BitNoise(0.002, seed), channels=24)
    assert [(board.address, board.channels) for board in scan.boards()] == [(1, 24), (2, 24)]


@pytest.mark.parametrize("family", families())
def test_a_board_that_misses_a_request_on_a_line_that_is_known_to_lose_answers_is_asked_again(family: str) -> None:
    clock = VirtualClock()
    bus = bus_of(family)(clock, 8, (1, 2, 9))
    probe = driver_named(family).probe(9).frame
    hear, probed = bus.hear, []

    def lose_the_first(data: bytes) -> list[bytes]:
        probed.extend([data] * (data == probe))
        return [] if data == probe and len(probed) == 1 else hear(data)

    bus.hear = lose_the_first  # type: ignore[method-assign]
    line = VirtualPort(bus, clock, LosesEvery(1), byte_s=10 / driver_named(family).bauds[0])
    scan = PortScan("/dev/noisy", [family], open_port=line.open, clock=clock, pause=clock.advance)
    assert [board.address for board in scan.boards()] == [1, 2, 9]


@pytest.mark.parametrize("family", families())
def test_a_clean_line_has_no_noise(family: str) -> None:
    scan = scan_over(family, lambda reply, at: [(at, reply)])
    assert len(list(scan.boards())) == 2
    assert (scan.lost, scan.doubtful) == (0, [])
    assert not any("noise" in remark for remark in remarks(Survey(scan)))


@pytest.mark.parametrize("family", families())
def test_one_answer_in_five_is_no_board_and_is_told(family: str) -> None:
    heard: list[bytes] = []

    def once(reply: bytes, at: float) -> Timed:
        heard.append(reply)
        return [(at, reply if len(heard) == 2 else b"\xf0" * len(reply))]

    scan = scan_over(family, once)
    assert list(scan.boards()) == []
    assert [(each.family, each.address) for each in scan.doubtful] == [(family, 1)]
    (remark,) = [each for each in remarks(Survey(scan)) if "answered once" in each]
    assert f"{family} address 1" in remark
    assert f"once in {MOST_ASKED} requests" in remark
