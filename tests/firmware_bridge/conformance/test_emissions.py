"""All that a driver can ever send, enumerated: reads, and pulses of one coil that the board times by itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from forbidden import forbidden_in
from hypothesis import given
from hypothesis import strategies as st
from virtual_boards import obeyed, wiring
from wirings import boards, sizes, ways

from config.settings import BoardSettings
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.errors import FrameFieldError
from simulator.boards.registry import family_named

LONGEST_PULSE_S = 9.0
"""The settings allow no longer one."""


def unlock_frames(family: str, *, complete: bool) -> Iterator[tuple[BoardSettings, bytes]]:
    """Every unlock: all addresses and channels in the plainest wiring, in the others at two addresses or at all."""
    driver = driver_named(family)
    ends = (driver.addresses[0], driver.addresses[-1])
    for number, board in enumerate(boards(family)):
        for address in driver.addresses if number == 0 or complete else ends:
            there = board.model_copy(update={"address": address})
            for channel in range(driver.most_channels):
                yield there, driver.unlock(there, channel).frame


@cache
def read_frames(family: str) -> frozenset[bytes]:
    """Every read: all sizes at the first address in every wiring, and sizes around every byte at all addresses."""
    driver = driver_named(family)
    first = driver.addresses[0]
    largest = [wiring(family, first, driver.most_channels, **way) for way in ways(family)]
    every_size = [(board, first, size) for board in largest for size in range(1, driver.most_channels + 1)]
    everywhere = [(largest[0], address, size) for address in driver.addresses for size in sizes(family)]
    frames = {driver.probe(address).frame for address in driver.addresses}
    for board, address, size in every_size + everywhere:
        reads = driver.hook_reads(board.model_copy(update={"address": address, "channels": size}))
        frames |= {read.request.frame for read in reads}
    return frozenset(frames)


@pytest.mark.parametrize("complete", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_no_unlock_that_can_be_made_does_more_than_one_pulse_of_one_coil(family: str, complete: bool) -> None:  # noqa: FBT001 - a parameter of the test
    for board, frame in unlock_frames(family, complete=complete):
        assert forbidden_in(family, frame) is None, frame.hex(" ")
        locks = obeyed(family, board, [frame])
        assert locks.crimes == [], frame.hex(" ")
        assert len(locks.pulses) == 1, frame.hex(" ")
        assert 0 < locks.pulses[0][1] <= LONGEST_PULSE_S


def test_no_read_that_can_be_made_moves_anything(family: str) -> None:
    frames = read_frames(family)
    assert [frame.hex(" ") for frame in frames if forbidden_in(family, frame)] == []
    for board in boards(family):
        locks = obeyed(family, board, frames)
        assert (locks.pulses, locks.crimes) == ([], [])


def test_no_two_unlocks_of_one_board_are_the_same_and_no_read_is_an_unlock(family: str) -> None:
    driver = driver_named(family)
    board = next(boards(family))
    frames = [driver.unlock(board, channel).frame for channel in range(driver.most_channels)]
    assert len(set(frames)) == len(frames)
    assert not set(frames) & read_frames(family)


WILD = st.integers(-2, 300)
OPTIONS: dict[str, st.SearchStrategy[object]] = {
    "pulse_s": st.none() | st.floats(-100, 100),
    "bit_order": st.sampled_from([None, "lowest-first", "highest-first"]),
    "first_index": st.sampled_from([None, 0, 1]),
    "infrared": st.booleans(),
}


def made_by(family: str, make: str, board: BoardSettings, channel: int) -> list[bytes]:
    """What the driver sends; nothing when it refuses."""
    driver = driver_named(family)
    try:
        if make == "unlock":
            return [driver.unlock(board, channel).frame]
        if make == "reads":
            return [read.request.frame for read in driver.hook_reads(board)]
        return [driver.probe(board.address).frame]
    except FrameFieldError:
        return []


@given(data=st.data(), make=st.sampled_from(["unlock", "reads", "probe"]))
def test_settings_beyond_all_checks_are_refused_or_make_a_harmless_frame(
    family: str, data: st.DataObject, make: str
) -> None:
    driver = driver_named(family)
    options = {name: data.draw(values) for name, values in OPTIONS.items() if name in driver.options}
    fields = {"address": data.draw(WILD), "channels": data.draw(WILD), "inverted": False, **options}
    board = BoardSettings.model_construct(None, **{**family_named(family).needs, **fields})
    wired = {name: value for name, value in options.items() if name != "pulse_s"}
    judge = wiring(family, driver.addresses[0], driver.most_channels, **wired)
    for frame in made_by(family, make, board, data.draw(WILD)):
        assert forbidden_in(family, frame) is None, frame.hex(" ")
        locks = obeyed(family, judge, [frame])
        assert locks.crimes == []
        assert len(locks.pulses) == (1 if make == "unlock" else 0)
        assert all(0 < seconds <= LONGEST_PULSE_S for _, seconds in locks.pulses)
