"""Agreeing reads against every family's own weakness: how often damage that passes all checks shows a door wrongly."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations
from math import comb

import pytest
from exchange import understood
from virtual_boards import Locks, firmware, wiring

from firmware_bridge.boards.driver import AnyRequest, Hooks, driver_named
from firmware_bridge.trust import FALSE_STATE, Trust, reads_needed

LEAST = 2
SAMPLES = 2000
"""Patterns of three or more damaged bits that are drawn: there are too many to try."""


@pytest.mark.parametrize("checksum", [False, True])
def test_a_clean_line_needs_no_more_reads_than_the_settings_say(checksum: bool) -> None:  # noqa: FBT001 - a parameter
    trust = Trust(LEAST, checksum=checksum)
    for _ in range(1000):
        trust.answered()
    assert trust.reads == LEAST
    assert Trust(7, checksum=checksum).reads == 7


def test_without_a_checksum_one_failure_already_asks_for_one_read_more() -> None:
    trust = Trust(LEAST, checksum=False)
    trust.failed()
    assert trust.reads == LEAST + 1


@pytest.mark.parametrize(("checksum", "most"), [(False, 5), (True, 3)])
def test_noise_asks_for_more_reads_up_to_a_bound_and_quiet_for_fewer_again(checksum: bool, most: int) -> None:  # noqa: FBT001 - a parameter
    trust = Trust(LEAST, checksum=checksum)
    needed = []
    for _ in range(200):
        trust.failed()
        needed.append(trust.reads)
    assert needed == sorted(needed)
    assert needed[-1] == most
    for _ in range(250):
        trust.answered()
    assert trust.reads == LEAST


def test_the_agreeing_reads_keep_false_states_rare_in_every_family_at_any_noise(family: str) -> None:
    driver = driver_named(family)
    board = wiring(family, driver.addresses[0], min(12, driver.most_channels))
    request = driver.hook_reads(board)[0].request
    answer = b"".join(firmware(family, board, Locks(unlatched={1, 8, 9})).hear(request.frame))
    bits = 8 * len(answer)
    shares = {damaged: slip(request, answer, damaged) for damaged in (1, 2, 3, 5)}
    for rate in (1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2):
        chances = {damaged: chance(bits, damaged, rate) for damaged in (1, 2, 3)}
        more = max(0.0, 1.0 - chance(bits, 0, rate) - sum(chances.values()))
        slips = sum(chances[damaged] * shares[damaged] for damaged in chances) + more * shares[5]
        failing = 1.0 - chance(bits + 8 * len(request.frame), 0, rate) - slips
        needed = reads_needed(failing, LEAST, checksum=driver.checksum)
        assert slips**needed <= FALSE_STATE, f"{rate:g}: {slips:.2e} wrong, {failing:.3f} fail, {needed} must agree"


def chance(bits: int, damaged: int, rate: float) -> float:
    """Of just so many damaged bits."""
    return comb(bits, damaged) * rate**damaged * (1 - rate) ** (bits - damaged)


def slip(request: AnyRequest, answer: bytes, damaged_bits: int) -> float:
    """Share of the patterns of so many damaged bits that show one certain hook wrongly: the worst hook's."""
    truth = understood(request, [answer])
    assert isinstance(truth, Hooks)
    wrong = [0] * len(truth.bits)
    tried = 0
    for pattern in patterns(8 * len(answer), damaged_bits):
        tried += 1
        damaged = bytearray(answer)
        for bit in pattern:
            damaged[bit // 8] ^= 1 << bit % 8
        reply = understood(request, [bytes(damaged)])
        if isinstance(reply, Hooks):
            for channel, (seen, true) in enumerate(zip(reply.bits, truth.bits, strict=True)):
                wrong[channel] += seen not in (true, None)
    return max(wrong) / tried


def patterns(bits: int, damaged: int) -> Iterator[tuple[int, ...]]:
    """All of one and two bits, a sample of more."""
    if damaged <= 2:
        yield from combinations(range(bits), damaged)
        return
    draw = random.Random(damaged)
    for _ in range(SAMPLES):
        yield tuple(draw.sample(range(bits), damaged))
