"""Bytes from a line to a board's reply, for every family: bounded work, and no reply that no board can have given."""

from __future__ import annotations

import itertools
from typing import Any

from byte_reader import Reader
from legal_replies import Question, legal, questions
from target import Target

from firmware_bridge.boards.driver import families
from firmware_bridge.frames import Decoder, Found, Verdict

FAMILIES = families()
MOST_STEPS = 3
"""Answers and pieces of noise in one stream."""
LONGEST_FRAME = 64
"""No frame of any family is longer; so much may be kept and looked at again with every piece that comes."""


STEPS = (b"\1\0\0", b"\1\xff\xff", b"\0\2\x02\x90\1\5\0", b"\2\3\0\0\1\0\1", b"\4\1\0\0\1\0\0", b"\5\1\0\0", b"\7\0\0")
"""Beginnings of a stream, as `_stream` reads them."""


def seeds() -> list[bytes]:
    """Each question with one of the streams, whole or in pieces."""
    asked = [(number, place) for number, family in enumerate(FAMILIES) for place in range(len(questions(family)))]
    return [b""] + [bytes((*each, at % 3)) + STEPS[at % len(STEPS)] for at, each in enumerate(asked)]


def one(data: bytes) -> None:
    reader = Reader(data)
    question = reader.one_of(questions(reader.one_of(FAMILIES)))
    cut = reader.byte() % 16
    stream = _stream(reader, question, len(data))
    pieces = [stream] if not 0 < cut < 9 else [stream[at : at + cut] for at in range(0, len(stream), cut)]
    read(question, pieces)


def read(question: Question, pieces: list[bytes]) -> None:
    """Every frame that the driver finds and takes for an answer is put to the judge."""
    looks, taken = itertools.count(), list[bytes]()

    def parse(buffer: bytes, at: int) -> Found[Any] | Verdict:
        next(looks)
        result = question.request.parse(buffer, at)
        if isinstance(result, Found):
            taken.append(buffer[at : at + result.length])
        return result

    decoder: Decoder[Any] = Decoder(parse)
    fed = 0
    for piece in pieces:
        fed += len(piece)
        frames = decoder.feed(piece)
        assert len(decoder._rest) <= LONGEST_FRAME, "more is kept than any frame is long"
        for frame, raw in zip(frames, taken[len(taken) - len(frames) :], strict=True):
            reply = question.request.interpret(frame)
            if reply is not None:
                assert legal(question, frame, raw, reply), (
                    f"{question.family}: {raw.hex(' ')} was taken for {reply}, an answer to "
                    f"{question.request.frame.hex(' ')} of a board with {question.board.channels} channels"
                )
    assert next(looks) <= fed + LONGEST_FRAME * len(pieces), "bytes are looked at again and again"


def _stream(reader: Reader, question: Question, size: int) -> bytes:
    """Noise, and true answers: whole, cut short, damaged, declining, or somebody else's. A few at most."""
    stream = b""
    for _ in range(min(size // 3 + 1, MOST_STEPS)):
        step = reader.byte() % 8
        if step == 0:
            stream += bytes(reader.byte() for _ in range(reader.byte() % 12))
        elif step == 5:
            stream += question.request.frame
        elif step == 6:
            break
        elif step == 7:
            stream += question.of_a_smaller_board
        else:
            stream += _answer(reader, question, step)
    return stream


def _answer(reader: Reader, question: Question, step: int) -> bytes:
    """The answer with locks as the input says; step 2 cuts it, 3 and 4 change bytes, and 4 asks something else."""
    asked = reader.one_of(questions(question.family)) if step == 4 else question
    places = reader.byte() | reader.byte() << 8
    open_doors = {channel for channel in range(asked.board.channels) if places >> channel % 16 & 1}
    answer = bytearray(asked.answer(open_doors, {channel for channel in open_doors if channel % 3 == 0}))
    if step == 2:
        del answer[reader.byte() % (len(answer) + 1) :]
    if step in (3, 4):
        for _ in range(reader.byte() % 4):
            if answer:
                answer[reader.byte() % len(answer)] ^= reader.byte()
    return bytes(answer)


TARGET = Target(seeds, one, longest=64, times=1000)
