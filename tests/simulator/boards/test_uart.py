"""Bytes to levels and back, at the right speed and at the wrong one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.boards.uart import Character, levels_of, receive, transmit

SPEEDS = [9600, 19200, 38400, 57600, 115200]


def heard(data: bytes, sent_at: int, heard_at: int, noise: float = 0.0, seed: int = 1) -> bytes:
    characters = transmit(data, sent_at=sent_at, heard_at=heard_at, noise=noise, chance=random.Random(seed))
    return bytes(character.byte for character in characters)


@given(st.binary(max_size=40))
def test_at_the_same_speed_every_byte_arrives_as_it_was_and_when_its_stop_bit_ends(data: bytes) -> None:
    assert receive(levels_of(data), bit=1.0) == tuple(
        Character(byte, framed=True, ended=10.0 * (place + 1)) for place, byte in enumerate(data)
    )
    assert heard(data, 9600, 9600) == data


@given(st.binary(max_size=40), st.floats(0.97, 1.03))
def test_clocks_that_differ_by_three_percent_understand_each_other(data: bytes, bit: float) -> None:
    assert bytes(character.byte for character in receive(levels_of(data), bit)) == data


def test_a_byte_heard_at_half_its_speed_is_the_one_that_its_levels_spell() -> None:
    # 80 begins with eight low bits: for the receiver four, its start bit and three of data.
    assert heard(b"\x80", 19200, 9600) == b"\xf8"


def test_a_byte_heard_at_twice_its_speed_is_several_bytes() -> None:
    # 55 is a square wave, of which the receiver sees each level twice:
    # 0 01100110 0 is 66 without a stop bit; then, after the next falling edge, 0 01100111 1 is E6.
    characters = receive(levels_of(b"\x55"), bit=0.5)
    assert [(character.byte, character.framed) for character in characters] == [(0x66, False), (0xE6, True)]


@pytest.mark.parametrize("sent_at", SPEEDS)
@pytest.mark.parametrize("heard_at", SPEEDS)
def test_a_wrong_speed_gives_garbage_and_not_silence(sent_at: int, heard_at: int) -> None:
    frame = bytes.fromhex("02 00 00 80 00 00 03 85")
    assert (heard(frame, sent_at, heard_at) == frame) is (sent_at == heard_at)
    assert heard(frame, sent_at, heard_at) != b""


def test_a_line_pulled_low_for_long_is_a_byte_without_a_stop_bit() -> None:
    assert receive([0] * 30 + [1] * 5, bit=1.0) == (Character(0, framed=False, ended=10.0),)


def test_a_spike_shorter_than_half_a_bit_starts_nothing() -> None:
    assert receive([0] + [1] * 20, bit=4.0) == ()


def test_noise_damages_the_share_of_bits_that_was_asked_for() -> None:
    data = b"\xaa" * 40_000
    whole = sum(one == other for one, other in zip(data, heard(data, 9600, 9600, noise=0.001), strict=False))
    assert whole > 0
    characters = [heard(b"\xaa", 9600, 9600, noise=0.01, seed=seed) for seed in range(20_000)]
    intact = sum(character == b"\xaa" for character in characters) / len(characters)
    assert intact == pytest.approx(0.99**9, abs=0.01), "a damaged stop bit does not change the byte"


def test_noise_that_hits_a_start_bit_shifts_what_follows() -> None:
    lost = [heard(b"\xff\x00", 9600, 9600, noise=0.05, seed=seed) for seed in range(200)]
    assert b"\x00" in lost


@given(st.binary(max_size=30), st.floats(0, 1), st.integers(0, 99), st.sampled_from(SPEEDS), st.sampled_from(SPEEDS))
def test_whatever_arrives_ends_and_comes_in_order(
    data: bytes, noise: float, seed: int, sent_at: int, heard_at: int
) -> None:
    chance = random.Random(seed)
    characters = transmit(data, sent_at=sent_at, heard_at=heard_at, noise=noise, chance=chance)
    ends = [character.ended for character in characters]
    assert ends == sorted(ends)
    assert len(characters) <= len(data) * 10


def test_a_quiet_line_changes_nothing() -> None:
    assert heard(bytes(range(256)), 9600, 9600) == bytes(range(256))
