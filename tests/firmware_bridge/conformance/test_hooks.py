"""What the boards say about their doors arrives as it was wired, bit for bit."""

from __future__ import annotations

import random

from exchange import ask, read_hooks
from virtual_boards import Locks, wiring
from wirings import boards, sizes, ways

from config.settings import BoardSettings
from firmware_bridge.boards.driver import Declined, Hooks, driver_named


def patterns(channels: int) -> list[set[int]]:
    """No door open, all open, each alone, and some at random."""
    every = set(range(channels))
    draw = random.Random(channels)
    mixed = [set(draw.sample(sorted(every), channels // 2)) for _ in range(3)]
    return [set(), every, *({channel} for channel in every), *mixed]


def latched(board: BoardSettings, hooks: Hooks) -> list[bool]:
    """What the bits mean by the site's settings."""
    assert None not in hooks.bits
    return [bit is not board.inverted for bit in hooks.bits]


def test_every_hook_is_read_as_it_is_in_every_wiring(family: str) -> None:
    driver = driver_named(family)
    for board in boards(family):
        for unlatched in patterns(board.channels):
            locks = Locks(unlatched=unlatched)
            found = latched(board, read_hooks(family, board, locks, driver))
            assert found == [channel not in unlatched for channel in range(board.channels)], repr(board)
            assert (locks.pulses, locks.crimes, locks.refusals) == ([], [], [])


def test_a_board_of_any_size_tells_exactly_its_own_channels(family: str) -> None:
    driver = driver_named(family)
    for channels in range(1, driver.most_channels + 1):
        board = wiring(family, driver.addresses[0], channels)
        for unlatched in (set(), {channels - 1}, set(range(channels))):
            found = latched(board, read_hooks(family, board, Locks(unlatched=unlatched), driver))
            assert found == [channel not in unlatched for channel in range(channels)], f"{channels} channels"


def test_occupancy_is_read_for_the_same_channels_where_it_is_fitted_and_not_at_all_elsewhere(family: str) -> None:
    driver = driver_named(family)
    fitted = [way for way in ways(family) if way.get("infrared")]
    assert bool(fitted) is ("infrared" in driver.options)
    for channels in sizes(family):
        for way in fitted:
            board = wiring(family, driver.addresses[0], channels, **way)
            for full in patterns(channels):
                locks = Locks(unlatched={0}, occupied_channels=full)
                hooks = read_hooks(family, board, locks, driver)
                assert latched(board, hooks) == [channel != 0 for channel in range(channels)]
                assert hooks.occupied == tuple(channel in full for channel in range(channels)), repr(board)
        bare = wiring(family, driver.addresses[0], channels)
        assert read_hooks(family, bare, Locks(occupied_channels={0}), driver).occupied == ()


SMALLEST_SOLD = 8
"""A probe may ask for the hooks of the smallest board on the market; a smaller one declines, which is an answer too."""


def test_a_probe_is_answered_by_a_board_of_any_size_and_tells_the_first_hook(family: str) -> None:
    driver = driver_named(family)
    for channels in sizes(family):
        board = wiring(family, driver.addresses[0], channels)
        told = set()
        for unlatched in (set(), {0}):
            reply = ask(family, board, Locks(unlatched=unlatched), driver.probe(board.address))
            if channels < SMALLEST_SOLD and isinstance(reply, Declined):
                continue
            assert isinstance(reply, Hooks), f"{channels} channels: {reply}"
            assert reply.first_channel == 0
            told.add(reply.bits[0])
        assert told in ({True, False}, {None}, set()), "the first hook moves, and the probe does not show it"
