"""Comparing two templates, or refusing to: a comparison that cannot be trusted raises and never gives a number."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from iris.code import CODE_COLUMNS, encoder_fingerprint
from iris.planes import LEAST_OVERLAP, distances, planes, turned
from iris.template import EyeSide, Template

MOST_UNEVEN = 0.25
"""How far the part of ones may lie from one half. It stayed within 0.1 in 5,000 pictures of the development eyes, clean
and cluttered; of the fewest bits that compare, random ones leave these bounds about once in 10^9."""


class Incomparable(Exception):
    """Two templates whose distance would mean nothing."""


class ForeignEncoder(Incomparable):
    """A template was made by another encoder than this one; its person must be enrolled again."""


class DifferentSides(Incomparable):
    """One template is of a left eye and the other of a right one."""


class TooLittleOverlap(Incomparable):
    """The two masks share too few bits at every rotation."""


class WithoutInformation(Incomparable):
    """Nearly all bits of a code are alike: what a broken sensor gives for everybody."""


class NotANumber(Incomparable):
    """The distance is not a finite number."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far apart two templates are.

    Attributes:
        distance: normalised fractional Hamming distance: 0.5 for strangers, near 0 for the same picture.
        raw: fraction of the compared bits that differ.
        overlap: bits compared.
        rotation: columns by which `a` was turned; one column is 360 / 128 degrees.
        readings: which readings of `a` and `b` came that near.
    """

    distance: float
    raw: float
    overlap: int
    rotation: int
    readings: tuple[int, int] = (0, 0)

    @property
    def degrees(self) -> float:
        """The rotation in degrees."""
        return self.rotation * 360.0 / CODE_COLUMNS


def check_encoder(template: Template) -> None:
    """Raises `ForeignEncoder` unless this version of the product made the template."""
    if template.encoder != encoder_fingerprint():
        raise ForeignEncoder(
            f"encoder {template.encoder.hex()} is not this one ({encoder_fingerprint().hex()}); enrol the person again"
        )


def informs(template: Template) -> bool:
    """Whether the believed bits of each kind are mixed, as every iris' are, in every reading.

    Readings with too few believed bits to compare are not judged.
    """
    return all(_informs(reading) for reading in template.readings)


def _informs(template: Template) -> bool:
    believed = np.unpackbits(template.mask)
    places = int(believed.sum())
    if 2 * places < LEAST_OVERLAP:
        return True
    ones = (np.unpackbits(template.code).reshape(-1, 2) & believed[:, None]).sum(axis=0)
    return bool((np.abs(ones / places - 0.5) <= MOST_UNEVEN).all())


def sides_agree(a: EyeSide, b: EyeSide) -> bool:
    """Whether two templates can be of one eye."""
    return a is b or EyeSide.UNKNOWN in (a, b)


def compare(a: Template, b: Template) -> Comparison:
    """The least distance over all rotations and readings; raises a subclass of `Incomparable`."""
    check_encoder(a)
    check_encoder(b)
    for template in (a, b):
        if not informs(template):
            raise WithoutInformation("nearly all bits of a code are alike; take another picture")
    if not sides_agree(a.side, b.side):
        raise DifferentSides(f"a {a.side} eye was compared with a {b.side} one")
    found = distances(turned(a), planes([b]))
    overlap = int(found.overlap[0])
    if overlap < LEAST_OVERLAP:
        raise TooLittleOverlap(f"at most {overlap} bits in common, {LEAST_OVERLAP} are needed; take another picture")
    distance = float(found.distance[0])
    if not math.isfinite(distance):
        raise NotANumber(f"distance {distance} from {overlap} bits")
    readings = int(found.probe_reading[0]), int(found.reading[0])
    return Comparison(distance, float(found.raw[0]), overlap, int(found.rotation[0]), readings)
