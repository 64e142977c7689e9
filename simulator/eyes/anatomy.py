"""What differs from person to person besides the iris texture: greys, lids, lashes.

Lengths are in iris radii (about 6 mm), greys in levels of an 8-bit picture under even light.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.eyes.identity import Identity, Side


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Measures of one eye."""

    nasal: int
    """+1 when the nose is on the picture's right, else -1."""
    iris_grey: float
    iris_contrast: float
    """Standard deviation of the iris texture, grey levels."""
    sclera_grey: float
    skin_grey: float
    pupil_grey: float
    limbus_width: float
    pupil_offset: tuple[float, float]
    """Centre of the pupil from the centre of the iris; a pupil sits a little nasal and low (ISO/IEC 29794-6)."""
    inner_canthus: float
    outer_canthus: float
    upper_lid: float
    """Height of the wide-open upper lid over the centre of the iris."""
    lower_lid: float
    lid_skew: float
    crease: float
    upper_lashes: int
    lower_lashes: int
    lash_length: float
    lash_droop: float
    """0: lashes rise over the skin at once; 1: they first hang over the iris."""


def draw_anatomy(identity: Identity) -> Anatomy:
    """Draw the anatomy that belongs to an identity."""
    both, own = identity.shared("anatomy"), identity.own("anatomy")
    nasal = -1 if identity.side is Side.LEFT else 1
    iris_grey = both.uniform(104, 146)
    sclera_grey = iris_grey + both.uniform(52, 82)
    return Anatomy(
        nasal=nasal,
        iris_grey=iris_grey,
        iris_contrast=own.uniform(11, 19),
        sclera_grey=sclera_grey,
        skin_grey=sclera_grey + both.uniform(2, 28),
        pupil_grey=both.uniform(16, 30),
        limbus_width=both.uniform(0.03, 0.07),
        pupil_offset=(nasal * own.uniform(0.0, 0.05), own.uniform(-0.01, 0.035)),
        inner_canthus=both.uniform(2.4, 2.8),
        outer_canthus=both.uniform(2.7, 3.2),
        upper_lid=both.uniform(0.74, 1.0),
        lower_lid=both.uniform(0.94, 1.1),
        lid_skew=both.uniform(0.92, 1.12),
        crease=both.uniform(0.35, 0.75),
        upper_lashes=int(both.integers(80, 130)),
        lower_lashes=int(both.integers(24, 46)),
        lash_length=both.uniform(0.45, 0.8),
        lash_droop=both.uniform(0.0, 0.75),
    )
