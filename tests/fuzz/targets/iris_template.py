"""Bytes to template to comparison: format errors or a template, incomparable or a fraction, and never somebody."""

from __future__ import annotations

import math
import zlib
from functools import cache

import numpy as np
from byte_reader import Reader
from strangers import accepted_as, templates
from target import Target

from iris.bench import random_template
from iris.gallery import Gallery
from iris.match import ForeignEncoder, Incomparable, compare
from iris.template import Template, TemplateFormatError

CHECKSUM_BYTES = 4


@cache
def people() -> tuple[Template, ...]:
    """Templates that inputs grow from; none of them is enrolled."""
    draw = np.random.default_rng(8)
    return tuple(random_template(draw) for _ in range(3))


def seeds() -> list[bytes]:
    """Whole templates, whole ones with a wrong checksum, and pieces."""
    whole = [template.to_bytes() for template in people()]
    return [b"\1" + data for data in whole] + [b"\0" + data for data in whole] + [b"\1" + whole[0][:40], b""]


def one(data: bytes) -> None:
    reader = Reader(data)
    mended, body = reader.byte() & 1, data[1:]
    if mended and len(body) > CHECKSUM_BYTES:
        # A fuzzer finds no checksum by itself, and behind it are the other checks.
        body = body[:-CHECKSUM_BYTES] + zlib.crc32(body[:-CHECKSUM_BYTES]).to_bytes(CHECKSUM_BYTES, "big")
    try:
        read = Template.from_bytes(body)
    except TemplateFormatError:
        return
    assert Template.from_bytes(read.to_bytes()) == read
    assert read.to_bytes() == body, "two strings of bytes for one template"
    compared(read)
    enrolled(read)


def compared(read: Template) -> None:
    """Against somebody, both ways round."""
    other = templates()[0][1]
    try:
        there = compare(read, other)
    except Incomparable:
        return
    assert 0.0 <= there.distance <= 1.0
    assert there.distance == compare(other, read).distance
    assert math.isfinite(there.raw)
    assert there.overlap > 0


def enrolled(read: Template) -> None:
    """As a probe, and as a template in a gallery of its own that somebody looks at."""
    own = Gallery()
    try:
        own.add("read", "nobody", read)
    except ForeignEncoder:
        return
    assert accepted_as(read) is None, "bytes were taken for somebody"
    assert accepted_as(templates()[0][1], own) is None, "somebody was taken for bytes"


TARGET = Target(seeds, one, longest=1024, times=20)
