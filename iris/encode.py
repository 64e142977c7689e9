"""From a grey picture to a template: the one entry to the chain. Writes nothing, logs nothing, reads no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from iris.code import IrisCode, iris_code
from iris.forgetting import forgetting
from iris.frontal import View, views
from iris.geometry import Segmentation
from iris.picture import Picture, checked
from iris.quality import Quality, quality, refuse_if_poor
from iris.refusals import NoEye, Refusal
from iris.segment.eye import Eye
from iris.segment.search import READINGS
from iris.template import EyeSide, Template


@dataclass(frozen=True, slots=True)
class Encoded:
    """A template, how good its picture was, and where the eye's parts lay in it, in its first reading.

    The boundaries are in pixels of the picture that was given, whether it was straightened or not.
    """

    template: Template
    quality: Quality
    boundaries: Segmentation


@dataclass(frozen=True, slots=True)
class Reading:
    """One way in which a picture may be read, whether it is fit for use or not."""

    view: View
    eye: Eye
    code: IrisCode
    quality: Quality


def encode(picture: NDArray[np.uint8], *, side: EyeSide | None = None) -> Encoded:
    """Encodes the eye in a (height, width) grey picture of 8 bits; near-infrared light is expected.

    A picture that can be read in two ways gives a template with two readings, unless only one of them is fit for use.
    The same picture always gives the same answer, and the work is bounded whatever the picture shows. What was taken
    from the picture is overwritten before this returns or raises; the picture itself is the caller's.

    Raises:
        iris.refusals.Refusal: one of its subclasses, naming why the picture gives no template.
    """
    with forgetting():
        return _encoded(checked(picture), side or EyeSide.UNKNOWN)


def readings(valid: Picture) -> Iterator[Reading]:
    """The most probable reading of each view of a checked picture, then the next of each; raises `NoEye`."""
    seen = views(valid)
    for rank in range(READINGS):
        for view in seen:
            for eye in view.eyes[rank : rank + 1]:
                code = iris_code(eye.sheet.grey, eye.cover.usable)
                yield Reading(view, eye, code, quality(view.picture, eye, code, view.stretch))


def _encoded(valid: Picture, side: EyeSide) -> Encoded:
    refused: Refusal | None = None
    good: list[Encoded] = []
    for found in readings(valid):
        try:
            refuse_if_poor(found.quality)
        except Refusal as refusal:
            refused = refused or refusal
            continue
        template = Template.of(found.code, side=side, quality=found.quality.score)
        good.append(Encoded(template, found.quality, found.view.as_given(found.eye.segmentation)))
        if len(good) == READINGS:
            break
    if not good:
        raise refused or NoEye("nothing was found")
    return replace(good[0], template=Template.of_readings([each.template for each in good]))
