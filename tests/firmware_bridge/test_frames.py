"""Frames are found in bytes that come a few at a time, wherever they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from virtual_boards import Locks, firmware, wiring

from firmware_bridge.boards.driver import AnyRequest, driver_named, families
from firmware_bridge.frames import Decoder, Found, Verdict, split

CHANNELS = 8


def parse_pair(buffer: bytes, at: int) -> Found[bytes] | Verdict:
    """A frame is an `a` and the byte after it, but for `z`."""
    if buffer[at : at + 1] != b"a":
        return Verdict.NOISE
    if at + 1 == len(buffer):
        return Verdict.MORE
    return Verdict.NOISE if buffer[at + 1 : at + 2] == b"z" else Found(buffer[at : at + 2], 2)


def test_a_frame_is_found_across_pieces() -> None:
    decoder = Decoder(parse_pair)
    assert [decoder.feed(piece) for piece in (b"xa", b"b", b"a", b"z", b"ac")] == [(), (b"ab",), (), (), (b"ac",)]
    assert decoder.noise == 3


def test_a_place_where_no_frame_begins_is_looked_at_once() -> None:
    looks: list[int] = []

    def parse(_: bytes, at: int) -> Verdict:
        looks.append(at)
        return Verdict.MORE if at == 0 else Verdict.NOISE

    decoder = Decoder(parse)
    for _ in range(4):
        decoder.feed(b"x")
    assert looks == [0, 0, 1, 0, 2, 0, 3]


@pytest.mark.parametrize("family", families())
@given(data=st.data())
def test_what_was_seen_already_is_as_good_as_looked_at_again(family: str, data: st.DataObject) -> None:
    request, answer = _asked(family)
    noise = st.one_of(st.binary(max_size=4), st.just(request.frame), st.just(answer[:-1]), st.just(answer[1:]))
    stream = b"".join(data.draw(st.lists(st.one_of(noise, st.just(answer)), max_size=6)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    decoder, rest = Decoder(request.parse), b""
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        again = split(rest + stream[begin:end], request.parse)
        rest = again.rest
        assert decoder.feed(stream[begin:end]) == again.frames


def _asked(family: str) -> tuple[AnyRequest, bytes]:
    driver = driver_named(family)
    board = wiring(family, driver.addresses[-1], CHANNELS)
    request = driver.hook_reads(board)[0].request
    return request, b"".join(firmware(family, board, Locks()).hear(request.frame))
