"""The margins of the lids, in head coordinates (iris radii, y down, origin at the centre of a straight gaze)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.eyes.anatomy import Anatomy
from simulator.eyes.geometry import EYEBALL, to_plane
from simulator.eyes.noise import Field
from simulator.eyes.view import Pose

REACH = 4.5
"""Half the width of the table of margins, iris radii: beyond it there is skin alone."""
SAMPLES = 577
FOLLOWING = 0.55
"""Share of a vertical gaze that the upper lid follows; the lower lid follows half as far."""


@dataclass(frozen=True, slots=True, eq=False)
class Lids:
    """Heights of both margins over x = -REACH ... REACH; they meet at the canthi and stay together outside."""

    x: Field
    upper: Field
    lower: Field
    inner: float
    """x of the inner canthus."""
    outer: float

    def between(self, share: Field) -> Field:
        """Positions x at shares of the way from the inner (0) to the outer canthus (1)."""
        return (self.inner + (self.outer - self.inner) * share).astype(np.float32)

    def upper_at(self, x: Field) -> Field:
        """Height of the upper margin at any array of x."""
        return _look_up(self.upper, x)

    def lower_at(self, x: Field) -> Field:
        """Height of the lower margin at any array of x."""
        return _look_up(self.lower, x)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Every pixel in head coordinates, and how far inside the lids it is; iris radii, float32 (H, W)."""

    x: Field
    y: Field
    below_upper: Field
    above_lower: Field


def see(lids: Lids, head: NDArray[np.float64], size: tuple[int, int]) -> Seen:
    """Measure every pixel of a picture of `size` (height, width) against the margins."""
    x, y = to_plane(head, slice(0, size[1]), slice(0, size[0]))
    return Seen(x, y, y - lids.upper_at(x), lids.lower_at(x) - y)


def place_lids(anatomy: Anatomy, pose: Pose) -> Lids:
    """Open the lids of an eye as a pose says."""
    inner = anatomy.nasal * anatomy.inner_canthus
    outer = -anatomy.nasal * anatomy.outer_canthus
    x = np.linspace(-REACH, REACH, SAMPLES, dtype=np.float32)
    share = np.clip((x - inner) / (outer - inner), 0, 1)
    # The outer canthus stands a little higher than the inner one.
    base = 0.3 - 0.4 * share
    arch = _arch(share, anatomy.lid_skew)
    at_centre = int(SAMPLES // 2)
    gaze = EYEBALL * float(np.sin(np.radians(pose.pitch_deg)))
    lift = (anatomy.upper_lid - FOLLOWING * gaze + base[at_centre]) / arch[at_centre]
    drop = (anatomy.lower_lid + 0.5 * FOLLOWING * gaze - base[at_centre]) / arch[at_centre]
    lower = base + max(drop, 0.1) * arch
    # A shut upper lid rests on the lower one, which rises a little to meet it.
    lower = lower - 0.15 * (1 - pose.openness) * arch
    upper = lower + pose.openness * (base - max(lift, 0.1) * arch - lower)
    return Lids(x, upper.astype(np.float32), lower.astype(np.float32), inner, outer)


def _arch(share: Field, skew: float) -> Field:
    moved = share**skew
    return ((4 * moved * (1 - moved)) ** 0.72).astype(np.float32)


def _look_up(table: Field, x: Field) -> Field:
    column = (x + REACH) * ((SAMPLES - 1) / (2 * REACH))
    flat = np.atleast_2d(column).astype(np.float32)
    heights = cv2.remap(
        table[np.newaxis, :], flat, np.zeros_like(flat), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(heights, np.float32).reshape(x.shape)
