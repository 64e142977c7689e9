"""Whether a picture that fits nobody shows somebody the wrong way: the other eye, mirrored, or upside down.

A flipped camera or a replayed mirror image would otherwise look like a hall full of strangers. What is found here is a
reason for a refusal and never an acceptance. It costs a search per way, once, when a look has ended without anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

import numpy as np

from iris.code import CODE_COLUMNS, IrisCode
from iris.gallery import Gallery
from iris.match import sides_agree
from iris.template import EyeSide, Template


class ViewFault(StrEnum):
    """What is wrong with the view."""

    WRONG_EYE = "wrong-eye"
    MIRRORED = "mirrored"
    UPSIDE_DOWN = "upside-down"

    @property
    def text_zh(self) -> str:
        """What to tell, in Chinese."""
        return _TEXTS[self][0]

    @property
    def text_en(self) -> str:
        """What to tell, in English."""
        return _TEXTS[self][1]


_TEXTS = {
    ViewFault.WRONG_EYE: ("这是另一只眼睛，请换一只", "This is the other eye; please show the one that is asked for"),
    ViewFault.MIRRORED: (
        "图像左右颠倒，请联系服务人员检查摄像头",
        "The picture is mirrored; the camera needs a check (or somebody shows it a mirror image)",
    ),
    ViewFault.UPSIDE_DOWN: (
        "图像上下颠倒，请联系服务人员检查摄像头",
        "The picture is upside down; the camera needs a check",
    ),
}


def mirrored(template: Template) -> Template:
    """The template that the picture's reflection in a horizontal axis would have given."""
    return _changed(template, IrisCode.mirrored)


def upside_down(template: Template) -> Template:
    """The template that the picture turned by half a circle would have given."""
    half = CODE_COLUMNS // 2
    return _changed(template, lambda code: IrisCode(np.roll(code.bits, half, axis=0), np.roll(code.mask, half, axis=0)))


def view_fault(probe: Template, gallery: Gallery, threshold: float) -> ViewFault | None:
    """How the probe fits somebody after all, nearer than the threshold; None where it fits nobody in any way.

    Raises `ForeignEncoder` for a foreign probe.
    """
    free = replace(probe, side=EyeSide.UNKNOWN)
    if probe.side is not EyeSide.UNKNOWN:
        best = gallery.identify(free).best
        if best is not None and best.distance < threshold and not sides_agree(probe.side, best.side):
            return ViewFault.WRONG_EYE
    reflection = mirrored(free)
    for turned, fault in (
        (reflection, ViewFault.MIRRORED),
        (upside_down(reflection), ViewFault.MIRRORED),
        (upside_down(free), ViewFault.UPSIDE_DOWN),
    ):
        best = gallery.identify(turned).best
        if best is not None and best.distance < threshold:
            return fault
    return None


def _changed(template: Template, change: Callable[[IrisCode], IrisCode]) -> Template:
    return Template.of_readings(
        [
            Template.of(change(each.unpacked()), side=each.side, quality=each.quality, frames=each.frames)
            for each in template.readings
        ]
    )
