"""Faults of a line, as its settings say."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from simulator.boards.faults import LineFaults


@given(st.binary(max_size=100), st.floats(0, 1), st.integers(0, 99))
def test_noise_neither_adds_nor_removes_bytes(data: bytes, noise: float, seed: int) -> None:
    assert len(LineFaults(noise=noise).garble(data, random.Random(seed))) == len(data)


def test_noise_changes_the_share_of_bytes_that_was_asked_for() -> None:
    garbled = LineFaults(noise=0.5).garble(bytes(1000), random.Random(1))
    assert 450 < sum(byte != 0 for byte in garbled) < 550


def test_a_quiet_line_changes_nothing() -> None:
    assert LineFaults().garble(bytes(range(256)), random.Random(1)) == bytes(range(256))
