"""The measures of a picture beside the limits that refuse it, ready to be drawn as bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from iris import quality as limits
from iris.quality import Quality

MOST_DIGITS = 4
"""More digits than usual that a value just beyond its limit is written with."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How one measure is shown.

    Attributes:
        text_zh, text_en: its name.
        value: reads it from a picture's quality.
        low, high: ends of the bar.
        unit: of the value; "%" shows a fraction as percent.
        least, most: the limit beyond which a picture is refused; at most one of them.
    """

    text_zh: str
    text_en: str
    value: Callable[[Quality], float]
    low: float
    high: float
    unit: str = ""
    least: float | None = None
    most: float | None = None

    def written(self, value: float, more: int = 0) -> str:
        """The value with its unit, with so many more digits than usual."""
        if self.unit == "%":
            return f"{value * 100:.{more}f} %"
        return f"{value:.{1 + more}f} px" if self.unit == "px" else f"{value:.{2 + more}f}"


SCALES = (
    Scale("定位置信度", "confidence", lambda q: q.confidence, 0, 1, least=limits.LEAST_CONFIDENCE),
    Scale("瞳孔确定度", "pupil certainty", lambda q: q.pupil_certainty, 0, 1, least=limits.LEAST_PUPIL_CERTAINTY),
    Scale("虹膜半径", "iris radius", lambda q: q.radius, 0, 160, "px", least=limits.LEAST_RADIUS),
    Scale("可用部分", "usable", lambda q: q.usable, 0, 1, "%", least=limits.LEAST_USABLE),
    Scale("眼睑遮挡", "behind lids", lambda q: q.lid, 0, 1, "%", most=limits.MOST_LID),
    Scale("反光遮挡", "under highlights", lambda q: q.glint, 0, 1, "%", most=limits.MOST_GLINT),
    Scale("清晰度", "sharpness", lambda q: q.sharpness, 0, 8, "灰阶 grey levels", least=limits.LEAST_SHARPNESS),
    Scale("瞳孔突出度", "distinctness of the pupil", lambda q: q.distinctness, 0, 8, least=limits.LEAST_DISTINCTNESS),
    Scale(
        "巩膜对比度",
        "limbus contrast",
        lambda q: q.limbus_contrast,
        0,
        60,
        "灰阶 grey levels",
        least=limits.LEAST_LIMBUS_CONTRAST,
    ),
    Scale("瞳孔长短轴比", "pupil's long over short axis", lambda q: q.elongation, 1, 2, most=limits.MOST_ELONGATION),
    Scale("斜视拉正", "straightened by", lambda q: q.stretch, 1, 2),
    Scale("瞳孔对比度", "pupil contrast", lambda q: q.pupil_contrast, 0, 160, "灰阶 grey levels"),
    Scale("虹膜灰度离散", "grey spread", lambda q: q.grey_spread, 0, 40, "灰阶 grey levels"),
    Scale("瞳孔与虹膜半径比", "pupil over iris radius", lambda q: q.pupil_ratio, 0, 0.8),
    Scale("同心度", "concentricity", lambda q: q.concentricity, 0.7, 1),
    Scale("左右边距", "margin", lambda q: q.margin, -1, 1, "虹膜半径 iris radii"),
)
"""The ends of the bars span what pictures of usual cameras give; the limits are those of `iris.quality`."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one picture."""

    scale: Scale
    value: float

    @property
    def limit(self) -> float | None:
        """The limit, from whichever side."""
        return self.scale.most if self.scale.least is None else self.scale.least

    @property
    def broken(self) -> bool:
        """Whether the value lies beyond its limit."""
        below = self.scale.least is not None and self.value < self.scale.least
        return below or (self.scale.most is not None and self.value > self.scale.most)

    @property
    def missing(self) -> str:
        """What was measured and the limit that it breaks, in English; "" where it breaks none."""
        return self._beside("at least" if self.scale.least is not None else "at most", ", ")

    @property
    def missing_zh(self) -> str:
        """The same in Chinese."""
        return self._beside("至少" if self.scale.least is not None else "至多", "，")

    def _beside(self, side: str, comma: str) -> str:
        if self.limit is None or not self.broken:
            return ""
        more = next((n for n in range(MOST_DIGITS) if self._both(n)[0] != self._both(n)[1]), MOST_DIGITS)
        value, limit = self._both(more)
        return f"{value}{comma}{side} {limit}"

    def _both(self, more: int) -> tuple[str, str]:
        """Value and limit, with enough digits to be told apart."""
        assert self.limit is not None
        return self.scale.written(self.value, more), self.scale.written(self.limit, more)

    def place(self, value: float) -> float:
        """Where a value stands on the bar, 0 to 1."""
        return min(max((value - self.scale.low) / (self.scale.high - self.scale.low), 0.0), 1.0)


def measured(quality: Quality) -> tuple[Measured, ...]:
    """Every measure, in the order of the bars."""
    return tuple(Measured(scale, float(scale.value(quality))) for scale in SCALES)
