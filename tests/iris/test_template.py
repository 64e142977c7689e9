from __future__ import annotations

import dataclasses
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iris.template import EyeSide, Template, TemplateFormatError


@given(st.integers(0, 10_000), st.sampled_from(EyeSide), st.integers(0, 100))
def test_bytes_and_back_is_the_same_template(
    make_template: Callable[..., Template], seed: int, side: EyeSide, quality: int
) -> None:
    template = make_template(seed, side=side, quality=quality)
    again = Template.from_bytes(template.to_bytes())
    assert again == template
    assert (again.side, again.quality, again.frames) == (side, quality, 1)


@given(st.data())
def test_one_changed_byte_is_always_refused(make_template: Callable[..., Template], data: st.DataObject) -> None:
    good = bytearray(make_template(5).to_bytes())
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(TemplateFormatError):
        Template.from_bytes(bytes(good))


@given(st.binary(max_size=500))
def test_garbage_is_never_a_template(data: bytes) -> None:
    with pytest.raises(TemplateFormatError):
        Template.from_bytes(data)


@pytest.mark.parametrize("readings", [1, 2])
def test_a_template_cut_anywhere_is_refused_for_its_length(
    make_template: Callable[..., Template], readings: int
) -> None:
    whole = Template.of_readings([make_template(seed) for seed in range(readings)]).to_bytes()
    for cut in range(len(whole)):
        with pytest.raises(TemplateFormatError, match=f"^length: .*{cut}"):
            Template.from_bytes(whole[:cut])
    with pytest.raises(TemplateFormatError, match=f"^length: expected {len(whole)} bytes, got {len(whole) + 1}$"):
        Template.from_bytes(whole + b"!")


def resealed(template: Template, place: int, value: int) -> bytes:
    """The bytes of a template with one changed, under a checksum that knows of it."""
    body = bytearray(template.to_bytes()[:-4])
    body[place] = value
    return bytes(body) + struct.pack(">I", zlib.crc32(body))


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        (0, ord("X"), "magic"),
        (4, 0, "format"),
        (4, 3, "format"),
        (5, len(EyeSide), "side"),
        (5, 255, "side"),
        (6, 101, "quality"),
        (7, 0, "frames"),
        (17, 1, "size"),
        (19, 1, "size"),
        (20, 3, "readings"),
    ],
)
def test_a_header_that_lies_is_refused_by_the_name_of_the_field(
    make_template: Callable[..., Template], place: int, value: int, named: str
) -> None:
    with pytest.raises(TemplateFormatError, match=f"^{named}: "):
        Template.from_bytes(resealed(make_template(1), place, value))


def test_damage_that_leaves_the_header_readable_is_refused_by_the_checksum(
    make_template: Callable[..., Template],
) -> None:
    data = bytearray(make_template(1).to_bytes())
    data[50] ^= 1
    with pytest.raises(TemplateFormatError, match=r"^checksum: "):
        Template.from_bytes(bytes(data))


def test_packing_a_code_keeps_its_bits_and_everything_that_is_known_of_it(
    make_template: Callable[..., Template],
) -> None:
    code = make_template(1).unpacked()
    packed = Template.of(code, side=EyeSide.RIGHT, quality=33, frames=7)
    assert (packed.side, packed.quality, packed.frames, packed.rival) == (EyeSide.RIGHT, 33, 7, None)
    assert np.array_equal(packed.unpacked().bits, code.bits)
    assert np.array_equal(packed.unpacked().mask, code.mask)


def test_templates_are_equal_when_their_bytes_are(make_template: Callable[..., Template]) -> None:
    one, again, other = make_template(1), make_template(1), make_template(2)
    assert one == again
    assert one != other
    assert one != one.to_bytes()
    assert len({one, again, other}) == 2
    assert len({hash(make_template(seed)) for seed in range(20)}) == 20


def test_the_bytes_are_laid_out_as_those_that_cabinets_have_stored(make_template: Callable[..., Template]) -> None:
    template = dataclasses.replace(make_template(1, side=EyeSide.RIGHT, quality=33), frames=7, encoder=b"encoder!")
    body = b"IRLT" + bytes((2, 1, 33, 7)) + b"encoder!" + struct.pack(">HHB", 256, 128, 1)
    body += template.code.tobytes() + template.mask.tobytes()
    assert template.to_bytes() == body + struct.pack(">I", zlib.crc32(body))


def test_both_readings_say_the_same_of_the_eye(make_template: Callable[..., Template]) -> None:
    first = dataclasses.replace(make_template(1, side=EyeSide.LEFT, quality=70), frames=3)
    second = make_template(2, side=EyeSide.RIGHT, quality=20)
    for reading in (first, Template.of_readings([first, second]).rival):
        assert reading is not None
        assert (reading.side, reading.quality, reading.frames) == (EyeSide.LEFT, 70, 3)


def test_putting_readings_together_leaves_out_what_they_doubted_before(make_template: Callable[..., Template]) -> None:
    one, two = make_template(1), make_template(2)
    doubtful = Template.of_readings([one, make_template(3)])
    assert Template.of_readings([doubtful]) == one
    assert Template.of_readings([doubtful, two]) == Template.of_readings([one, two])
    assert Template.of_readings([two, doubtful]) == Template.of_readings([two, one])


def test_an_unknown_format_version_says_so(make_template: Callable[..., Template]) -> None:
    data = bytearray(make_template(1).to_bytes())
    data[4] = 9
    with pytest.raises(TemplateFormatError, match="version 9"):
        Template.from_bytes(bytes(data))


def test_a_template_of_another_encoder_can_be_read_and_listed(make_template: Callable[..., Template]) -> None:
    foreign = dataclasses.replace(make_template(1), encoder=b"another!")
    assert Template.from_bytes(foreign.to_bytes()).encoder == b"another!"


def test_no_template_holds_readings_of_two_encoders(make_template: Callable[..., Template]) -> None:
    """Its bytes name one encoder: the other reading would be compared as if that one had made it."""
    foreign = dataclasses.replace(make_template(2), encoder=b"another!")
    with pytest.raises(TemplateFormatError, match=r"^rival: both readings of a template are of one encoder$"):
        dataclasses.replace(make_template(1), rival=foreign)
    with pytest.raises(TemplateFormatError, match="one encoder"):
        Template.of_readings([make_template(1), foreign])
    with pytest.raises(TemplateFormatError, match="one encoder"):
        dataclasses.replace(Template.of_readings([make_template(1), make_template(2)]), encoder=b"another!")


def test_what_a_log_says_of_a_template_tells_nothing_of_the_iris(make_template: Callable[..., Template]) -> None:
    told = repr(Template.of_readings([make_template(1, quality=77), make_template(2)]))
    assert "quality=77" in told
    assert not any(word in told for word in ("code=", "mask=", "rival=", "array"))


def test_a_template_takes_less_than_a_kilobyte(make_template: Callable[..., Template]) -> None:
    assert len(make_template(1).to_bytes()) < 1024


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("code", np.zeros((3, 2), np.uint8), r"^code: expected uint8 \(128, 2\), got uint8 \(3, 2\)$"),
        ("code", np.zeros((128, 2), np.uint16), r"^code: expected uint8 \(128, 2\), got uint16 \(128, 2\)$"),
        ("mask", np.zeros((128, 2), np.uint8), r"^mask: expected uint8 \(128, 1\), got uint8 \(128, 2\)$"),
        ("mask", np.zeros((128, 1), bool), r"^mask: expected uint8 \(128, 1\), got bool \(128, 1\)$"),
        ("quality", -1, "^quality: expected 0 to 100, got -1$"),
        ("quality", 101, "^quality: expected 0 to 100, got 101$"),
        ("frames", 0, "^frames: expected 1 to 255, got 0$"),
        ("frames", 256, "^frames: expected 1 to 255, got 256$"),
    ],
)
def test_illegal_templates_cannot_be_made(
    make_template: Callable[..., Template], field: str, value: object, told: str
) -> None:
    with pytest.raises(TemplateFormatError, match=told):
        dataclasses.replace(make_template(1), **{field: value})


@pytest.mark.parametrize("legal", [{"quality": 0}, {"quality": 100}, {"frames": 1}, {"frames": 255}])
def test_what_is_just_legal_is_kept(make_template: Callable[..., Template], legal: dict[str, int]) -> None:
    template = dataclasses.replace(make_template(1), **legal)
    assert Template.from_bytes(template.to_bytes()) == template


@pytest.mark.parametrize("name", ["code", "mask"])
def test_the_bits_of_a_template_cannot_be_changed(make_template: Callable[..., Template], name: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(make_template(1), name)[0, 0] = 1
