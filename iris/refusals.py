"""Why a picture gives no template: one named error per reason, each with words for the resident.

A refusal is an answer, not a fault: the caller shows its text and takes the next frame.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """A picture that cannot be trusted to give a template.

    Attributes:
        reason: the stable name that scripts and counters use.
        text_zh, text_en: what the resident is told, in Chinese and in English.
        detail: what was measured, for the engineer.
    """

    reason: ClassVar[str] = "refused"
    text_zh: ClassVar[str] = "请再看一次摄像头"
    text_en: ClassVar[str] = "Please look into the camera again"

    def __init__(self, detail: str) -> None:
        super().__init__(f"{self.text_en} ({detail})")
        self.detail = detail

    def __reduce__(self) -> tuple[type[Refusal], tuple[str]]:
        return type(self), (self.detail,)


class BadPicture(Refusal):
    """Not a grey 8-bit picture of a usable size."""

    reason = "bad-picture"
    text_zh = "图像无法使用，请联系服务人员检查摄像头"
    text_en = "The picture cannot be used; the camera needs a check"


class Blank(Refusal):
    """Nearly one grey value everywhere: the camera is covered, its lamps are out, or a light shines into it."""

    reason = "blank"
    text_zh = "摄像头看不到画面，请勿遮挡摄像头，也不要让强光直射"
    text_en = "The camera sees nothing; please do not cover it or shine a light into it"


class NoEye(Refusal):
    """Nothing in the picture looks like a pupil inside an iris; a shut eye shows none either."""

    reason = "no-eye"
    text_zh = "没有看到眼睛，请睁开眼睛正对摄像头"
    text_en = "No eye found; please open your eyes and face the camera"


class EyeClosed(Refusal):
    """The lids leave too little of the iris."""

    reason = "eye-closed"
    text_zh = "请睁大眼睛"
    text_en = "Please open your eye wide"


class TooSmall(Refusal):
    """The iris has too few pixels across."""

    reason = "too-small"
    text_zh = "请靠近一些"
    text_en = "Please come closer"


class Blurred(Refusal):
    """The iris has no fine detail: out of focus or moving."""

    reason = "blurred"
    text_zh = "图像模糊，请保持不动，或稍微前后移动"
    text_en = "The picture is blurred; please hold still, or move a little closer or away"


class OffAxis(Refusal):
    """The eye looks far to the side."""

    reason = "off-axis"
    text_zh = "请直视摄像头"
    text_en = "Please look straight into the camera"


class Covered(Refusal):
    """Lashes, hair, a hand or the edge of the picture hide too much of the iris."""

    reason = "covered"
    text_zh = "虹膜被遮挡，请移开头发或手并看向中央"
    text_en = "The iris is covered; please clear it and look into the middle"


class Glare(Refusal):
    """Reflections, usually of glasses, lie over too much of the iris."""

    reason = "glare"
    text_zh = "反光太强，请摘下眼镜或稍微转动头部"
    text_en = "Too much reflection; please take off glasses or turn a little"


REFUSALS: tuple[type[Refusal], ...] = (
    BadPicture,
    Blank,
    NoEye,
    EyeClosed,
    TooSmall,
    Blurred,
    OffAxis,
    Covered,
    Glare,
)
"""Every refusal that `iris.encode.encode` may raise."""
