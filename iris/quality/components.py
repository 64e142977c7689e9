"""Each measure as a component from 0 to 100, higher being better, as ISO/IEC 29794-6 wants them.

Where the standard gives a formula its value is kept; where it gives a recommended range, the component is 100 inside it
and falls to 0 at the values written here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from iris.quality.measures import SIDE_MARGIN, UPPER_MARGIN, Measures

WEBER_HALF = 0.75
"""Weber contrast at which the pupil contrast is 50, after the standard."""
ROUGHEST = 0.05
"""Root mean square deviation, in pupil radii, at which nothing is left of the pupil's shape."""
RATIOS = (0.10, 0.20, 0.60, 0.80)
"""Pupil ratios between which the component rises from 0, is 100 (the standard: 0.2 to 0.6 or 0.7), and falls to 0."""
ENOUGH_BITS = 6.0
"""Bits of grey value entropy that the standard recommends."""
HALF_FINENESS = 0.35
"""Fineness at which sharpness is 50. The standard divides the squared power by itself plus a constant for pictures of
one size and light; taking the power relative to that of the coarse structure makes it free of both."""
GREATEST_SMEAR = 0.15
"""Iris radii of smear at which nothing is left of the component: 16 px of motion in an iris of 105 px."""
USUAL_SMEAR = 0.03
"""Iris radii that lashes and lamps pretend in a still picture."""
COMBING = (0.75, 2.0)
"""Combing of two fields that agree, and of fields that lie eight pixels apart."""


@dataclass(frozen=True, slots=True)
class Components:
    """0 to 100 each, higher is better."""

    usable_area: float
    iris_sclera_contrast: float
    iris_pupil_contrast: float
    pupil_shape: float
    pupil_ratio: float
    concentricity: float
    margin: float
    grey_spread: float
    sharpness: float
    motion_blur: float
    interlace: float

    @classmethod
    def of(cls, found: Measures) -> Components:
        """Grades every measure."""
        weber = max(found.pupil_weber, 0.0)
        fine = found.fineness**2
        clear = min(found.margin / SIDE_MARGIN, found.upper_margin / UPPER_MARGIN)
        return cls(
            usable_area=_percent(found.usable_area),
            iris_sclera_contrast=_percent(found.sclera_contrast),
            iris_pupil_contrast=_percent(weber / (WEBER_HALF + weber)),
            pupil_shape=_percent(1.0 - found.roughness / ROUGHEST),
            pupil_ratio=_percent(
                min(_rise(found.pupil_ratio, *RATIOS[:2]), 1.0 - _rise(found.pupil_ratio, *RATIOS[2:]))
            ),
            concentricity=_percent(found.concentricity),
            margin=_percent(clear),
            grey_spread=_percent(found.entropy / ENOUGH_BITS),
            sharpness=_percent(fine / (fine + HALF_FINENESS**2)),
            motion_blur=_percent(1.0 - _rise(found.smear, USUAL_SMEAR, GREATEST_SMEAR)),
            interlace=_percent(1.0 - _rise(found.combing, *COMBING)),
        )

    def as_dict(self) -> dict[str, float]:
        """The components by name."""
        return {field.name: float(getattr(self, field.name)) for field in fields(self)}


def _rise(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`, straight between."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _percent(share: float) -> float:
    return 100.0 * min(max(share, 0.0), 1.0)
