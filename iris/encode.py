"""From a grey picture to a template: the one entry to the chain. Writes nothing, logs nothing, reads no clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from iris.code import iris_code
from iris.geometry import Segmentation
from iris.picture import checked
from iris.quality import Quality, quality, refuse_if_poor
from iris.segment.eye import find_eye
from iris.template import EyeSide, Template


@dataclass(frozen=True, slots=True)
class Encoded:
    """A template, how good its picture was, and where the eye's parts lay in it."""

    template: Template
    quality: Quality
    boundaries: Segmentation


def encode(picture: NDArray[np.uint8], *, side: EyeSide | None = None) -> Encoded:
    """Encodes the eye in a (height, width) grey picture of 8 bits; near-infrared light is expected.

    The same picture always gives the same answer, and the work is bounded whatever the picture shows.

    Raises:
        iris.refusals.Refusal: one of its subclasses, naming why the picture gives no template.
    """
    valid = checked(picture)
    eye = find_eye(valid)
    code = iris_code(eye.sheet.grey, eye.cover.usable)
    found = quality(valid, eye, code)
    refuse_if_poor(found)
    template = Template.of(code, side=side or EyeSide.UNKNOWN, quality=found.score)
    return Encoded(template, found, eye.segmentation)
