"""A reply is found wherever it stands in a stream, and nothing else is taken for it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from exchange import ask, understood
from hypothesis import assume, given
from hypothesis import strategies as st
from virtual_boards import Locks, firmware, wiring

from config.settings import BoardSettings
from firmware_bridge.boards.driver import AnyRequest, Declined, EchoHeard, driver_named, families
from firmware_bridge.frames import Found

UNCHECKED = {"winnsen"}
"""Families whose frames carry no checksum: a damaged status byte cannot be told from another status."""
UNLOCK_ANSWERED_BY_STATUS = {"kerong-cu16"}
"""Families whose boards answer an unlock with their status: to the one it says "heard", to the other it gives hooks."""


def exchanges(family: str, channels: int = 12) -> Iterator[tuple[AnyRequest, bytes]]:
    """Requests of two boards and the answers to them, with some doors open."""
    driver = driver_named(family)
    for address in tuple(driver.addresses)[:2]:
        board = wiring(family, address, min(channels, driver.most_channels))
        for request in requests(family, board):
            answer = b"".join(firmware(family, board, Locks(unlatched={0, 5})).hear(request.frame))
            assert answer, f"the virtual board does not answer {request.what!r}"
            yield request, answer


def requests(family: str, board: BoardSettings) -> list[AnyRequest]:
    driver = driver_named(family)
    reads = [read.request for read in driver.hook_reads(board)]
    unlocks = [driver.unlock(board, channel) for channel in range(min(board.channels, 4))]
    return [driver.probe(board.address), *reads[:4], *unlocks]


def same_board(one: AnyRequest, other: AnyRequest) -> bool:
    """Whether two requests of a family whose boards stand in the high half of their second byte are for one board."""
    return one.frame[1] >> 4 == other.frame[1] >> 4


def test_an_answer_is_taken_by_the_request_that_it_answers_and_by_no_other(family: str) -> None:
    both = list(exchanges(family))
    for asked, _ in both:
        for answered, answer in both:
            reply = understood(asked, [answer])
            if asked.frame == answered.frame:
                assert reply is not None, f"{asked.what!r} {asked.frame.hex(' ')} does not know {answer.hex(' ')}"
            elif reply != EchoHeard() and not (family in UNLOCK_ANSWERED_BY_STATUS and same_board(asked, answered)):
                assert reply is None, (
                    f"{asked.frame.hex(' ')} takes {answer.hex(' ')}, which answers {answered.frame.hex(' ')}"
                )


def test_an_answer_is_the_same_a_byte_at_a_time_and_not_there_before_its_last_byte(family: str) -> None:
    for request, answer in exchanges(family):
        whole = understood(request, [answer])
        assert understood(request, [bytes([byte]) for byte in answer]) == whole
        for end in range(len(answer)):
            assert understood(request, [answer[:end]]) is None


def test_no_single_damaged_bit_passes_and_without_a_checksum_none_but_the_status_bytes(family: str) -> None:
    passes = 0 if driver_named(family).checksum else 1
    for request, answer in exchanges(family):
        passed = set()
        for bit in range(8 * len(answer)):
            damaged = bytearray(answer)
            damaged[bit // 8] ^= 1 << bit % 8
            if understood(request, [bytes(damaged)]) is not None:
                passed.add(bit // 8)
        assert len(passed) <= passes, f"{answer.hex(' ')}: bytes {passed} may be damaged"


def test_our_own_request_is_never_an_answer_unless_echo_is_found_out_first(family: str) -> None:
    driver = driver_named(family)
    for request, answer in exchanges(family):
        reply = understood(request, [request.frame])
        if driver.echo_matters:
            continue
        assert reply is None, f"{request.frame.hex(' ')} takes its own echo"
        assert understood(request, [request.frame + answer]) is not None
    if driver.echo_matters:
        probe = driver.probe(driver.addresses[0])
        assert understood(probe, [probe.frame]) in (EchoHeard(), None), "the probe cannot tell an echo"


def test_a_frame_of_another_family_is_no_answer(family: str) -> None:
    foreign = [answer for other in families() if other != family for _, answer in exchanges(other)]
    for request, answer in exchanges(family):
        for frame in foreign:
            assert understood(request, [frame]) is None, f"{request.frame.hex(' ')} takes {frame.hex(' ')}"
        assert understood(request, [b"".join(foreign), answer]) is not None


@given(data=st.data())
def test_noise_before_an_answer_does_not_hide_it(family: str, data: st.DataObject) -> None:
    request, answer = data.draw(st.sampled_from(list(exchanges(family))))
    bits_of_frames = st.sampled_from([request.frame, answer, answer[:3], request.frame[:2], b"\x00", b"\xff", b"\x03"])
    noise = b"".join(data.draw(st.lists(bits_of_frames | st.binary(max_size=6), max_size=6)))
    assume(not any(isinstance(request.parse(noise + answer, at), Found) for at in range(len(noise))))
    pieces = cut(noise + answer, data.draw(st.integers(0, 2**32)))
    assert understood(request, pieces) == understood(request, [answer])


def cut(stream: bytes, seed: int) -> list[bytes]:
    """The stream in random pieces."""
    draw = random.Random(seed)
    pieces = []
    while stream:
        size = draw.randint(1, 5)
        pieces.append(stream[:size])
        stream = stream[size:]
    return pieces


def test_a_board_that_declines_is_not_taken_for_one_that_obeys(family: str) -> None:
    driver = driver_named(family)
    small = wiring(family, driver.addresses[0], 1)
    large = small.model_copy(update={"channels": driver.most_channels})
    locks = Locks()
    reply = ask(family, small, locks, driver.unlock(large, driver.most_channels - 1))
    assert locks.pulses == []
    assert reply is None or isinstance(reply, Declined), f"the board has no such lock, and the driver says {reply}"


def test_a_board_that_lets_its_coil_rest_is_not_taken_for_one_that_obeys(family: str) -> None:
    driver = driver_named(family)
    board = wiring(family, driver.addresses[0], 2)
    locks = Locks(warm={0, 1})
    reply = ask(family, board, locks, driver.unlock(board, 1))
    if locks.pulses:
        return  # a family whose boards do not watch their coils
    assert isinstance(reply, Declined)
    assert not reply.obeyed


def test_what_boards_report_unasked_is_no_answer_and_hides_none(family: str) -> None:
    for board in (wiring(family, address, 12) for address in tuple(driver_named(family).addresses)[:2]):
        news = firmware(family, board, Locks(unlatched={3})).news(3)
        for request, answer in exchanges(family):
            whole = understood(request, [answer])
            assert understood(request, [news]) is None
            for stream in (news + answer, news[:-1] + answer, news[:3] + news + answer):
                assert understood(request, [stream]) == whole
                assert understood(request, cut(stream, len(stream))) == whole


@pytest.mark.parametrize("stream", [b"", b"\x00" * 300, b"\xff" * 300, bytes(range(256))])
def test_a_stream_without_a_frame_is_no_answer(family: str, stream: bytes) -> None:
    for request, _ in exchanges(family):
        assert understood(request, [stream]) is None
