"""An unlock pulses its own coil, once, for the time that the board keeps, and nothing else."""

from __future__ import annotations

import pytest
from exchange import ask
from fake_boards import bus_of
from virtual_boards import Locks, obeyed, wiring
from wirings import boards, sizes

from firmware_bridge.boards.driver import Declined, Heard, Hooks, driver_named
from firmware_bridge.errors import FrameFieldError


def test_every_channel_of_every_wiring_pulses_its_own_coil_once(family: str) -> None:
    driver = driver_named(family)
    for board in boards(family):
        for channel in range(board.channels):
            locks = Locks()
            ask(family, board, locks, driver.unlock(board, channel))
            assert [each for each, _ in locks.pulses] == [channel], f"{board!r}, channel {channel}"
            assert (locks.crimes, locks.refusals) == ([], [])


def test_a_pulse_is_as_long_as_the_site_says_and_never_longer_than_the_power_budget_is_told(family: str) -> None:
    driver = driver_named(family)
    for board in boards(family):
        locks = Locks()
        ask(family, board, locks, driver.unlock(board, 0))
        ((_, seconds),) = locks.pulses
        if board.pulse_s is None:
            assert seconds <= driver.pulse_s(board) + 1e-9, repr(board)
        else:
            assert seconds == pytest.approx(driver.pulse_s(board)) == pytest.approx(board.pulse_s), repr(board)


def test_the_boards_answer_to_an_unlock_is_heard(family: str) -> None:
    driver = driver_named(family)
    for board in boards(family):
        for channel in range(board.channels):
            assert ask(family, board, Locks(), driver.unlock(board, channel)) in (Heard(), None)
    assert ask(family, board, Locks(), driver.unlock(board, 0)) == Heard()


def test_a_board_obeys_at_every_address_of_the_family(family: str) -> None:
    driver = driver_named(family)
    for address in driver.addresses:
        board = wiring(family, address, 2)
        locks = Locks()
        ask(family, board, locks, driver.unlock(board, 1))
        assert [channel for channel, _ in locks.pulses] == [1], f"address {address}"
        answer = ask(family, board, Locks(), driver.probe(address))
        assert isinstance(answer, Hooks | Declined), f"address {address}: the probe got {answer}"


def test_of_several_boards_on_a_line_only_the_one_that_is_meant_moves(family: str) -> None:
    driver = driver_named(family)
    bus = bus_of(family)(lambda: 0.0, 3, tuple(driver.addresses)[:8])
    for address in bus.boards:
        board = wiring(family, address, 3)
        for channel in range(3):
            before = {each: list(locks.pulses) for each, locks in bus.locks.items()}
            bus.hear(driver.unlock(board, channel).frame)
            pulsed = {each: locks.pulses[len(before[each]) :] for each, locks in bus.locks.items()}
            assert {each: [channel for channel, _ in pulses] for each, pulses in pulsed.items() if pulses} == {
                address: [channel]
            }


def test_a_lock_or_a_board_that_cannot_be_is_refused_before_a_frame_is_made(family: str) -> None:
    driver = driver_named(family)
    board = wiring(family, driver.addresses[0], driver.most_channels)
    for channel in (-1, driver.most_channels, 255, 256):
        with pytest.raises(FrameFieldError, match=f"{family} boards have channels"):
            driver.unlock(board, channel)
    for address in {-1, driver.addresses[0] - 1, driver.addresses[-1] + 1, 256}:
        nowhere = board.model_copy(update={"address": address})
        for make in (
            lambda board: driver.unlock(board, 0),
            driver.hook_reads,
            lambda board: driver.probe(board.address),
        ):
            with pytest.raises(FrameFieldError, match=f"{family} boards have addresses"):
                make(nowhere)


def test_neither_a_probe_nor_a_read_moves_a_lock(family: str) -> None:
    driver = driver_named(family)
    frames = [driver.probe(address).frame for address in driver.addresses]
    for board in boards(family):
        for channels in sizes(family):
            reads = driver.hook_reads(board.model_copy(update={"channels": channels}))
            frames += [read.request.frame for read in reads]
    for board in boards(family):
        locks = obeyed(family, board, frames)
        assert (locks.pulses, locks.crimes) == ([], [])
