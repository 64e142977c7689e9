"""How an eye is seen in one picture: pose, light and optics, checked when they are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np


class ViewError(ValueError):
    """A view that no camera could have; the message names the field and its range."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the eye is and what it does. Pixels and degrees; the picture's y axis points down."""

    centre: tuple[float, float] = (320.0, 240.0)
    """Centre of the iris, x and y, 0-based pixels."""
    iris_radius: float = 100.0
    pupil_ratio: float = 0.4
    """Radius of the pupil over radius of the iris."""
    roll_deg: float = 0.0
    """Tilt of the head, clockwise in the picture."""
    torsion_deg: float = 0.0
    """Rotation of the eyeball against the head."""
    yaw_deg: float = 0.0
    """Gaze to the picture's right."""
    pitch_deg: float = 0.0
    """Gaze downwards."""
    openness: float = 1.0
    """Opening of the lids: 1 wide open, 0 shut."""

    def __post_init__(self) -> None:
        _check("centre x", self.centre[0], -2000, 4000, "pixels")
        _check("centre y", self.centre[1], -2000, 4000, "pixels")
        _check("iris_radius", self.iris_radius, 20, 400, "pixels")
        _check("pupil_ratio", self.pupil_ratio, 0.15, 0.75, "of the iris radius")
        _check("roll_deg", self.roll_deg, -90, 90, "degrees")
        _check("torsion_deg", self.torsion_deg, -20, 20, "degrees")
        _check("yaw_deg", self.yaw_deg, -45, 45, "degrees")
        _check("pitch_deg", self.pitch_deg, -45, 45, "degrees")
        _check("openness", self.openness, 0, 1, "(0 shut, 1 wide open)")


@dataclass(frozen=True, slots=True)
class Light:
    """The illuminators and what they do to the picture."""

    lamps: Literal["ring", "spots", "none"] = "ring"
    ring_radius: float = 0.17
    """Radius of the ring's reflection in the cornea, iris radii."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Reflection from the middle of the cornea, iris radii."""
    gain: float = 1.0
    gradient: tuple[float, float] = (0.0, 0.0)
    """Relative change of brightness from edge to edge, along x and y."""

    def __post_init__(self) -> None:
        _check("ring_radius", self.ring_radius, 0.05, 0.6, "iris radii")
        _check("gain", self.gain, 0.1, 3, "(1 is even light)")
        for part in self.gradient:
            _check("gradient", part, -1, 1, "relative")


@dataclass(frozen=True, slots=True)
class Optics:
    """Lens and sensor."""

    defocus_px: float = 0.8
    """Standard deviation of the blur."""
    motion_px: float = 0.0
    """Length of the smear of a moving head."""
    motion_deg: float = 0.0
    noise: float = 1.5
    """Standard deviation of the read noise, grey levels; shot noise comes on top."""

    def __post_init__(self) -> None:
        _check("defocus_px", self.defocus_px, 0, 12, "pixels")
        _check("motion_px", self.motion_px, 0, 40, "pixels")
        _check("noise", self.noise, 0, 40, "grey levels")


@dataclass(frozen=True, slots=True)
class View:
    """One picture to be taken; `size` is height and width in pixels."""

    pose: Pose = field(default_factory=Pose)
    light: Light = field(default_factory=Light)
    optics: Optics = field(default_factory=Optics)
    size: tuple[int, int] = (480, 640)

    def __post_init__(self) -> None:
        for side in self.size:
            _check("size", side, 60, 2000, "pixels")


def _check(name: str, value: float, least: float, most: float, unit: str) -> None:
    if not (np.isfinite(value) and least <= value <= most):
        raise ViewError(f"{name} is {value!r}; it must lie between {least:g} and {most:g} {unit}")
