"""A living eye: how one stand before the camera differs from the next, and one frame from the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from simulator.eyes.view import Light, Optics, Pose, View


def draw_view(rng: np.random.Generator, size: tuple[int, int] = (480, 640)) -> View:
    """Draw a stand of somebody who means to be recognised: a good picture, with the spread of real ones."""
    height, width = size
    scale = min(height / 480, width / 640)
    pose = Pose(
        centre=(width / 2 + scale * rng.normal(0, 22), height / 2 + scale * rng.normal(0, 16)),
        iris_radius=scale * rng.uniform(92, 110),
        pupil_ratio=float(np.clip(rng.normal(0.4, 0.06), 0.26, 0.58)),
        roll_deg=rng.normal(0, 3),
        torsion_deg=float(np.clip(rng.normal(0, 1), -3, 3)),
        yaw_deg=rng.normal(0, 2.5),
        pitch_deg=rng.normal(0, 2.0),
        openness=rng.uniform(0.88, 1.0),
    )
    light = Light(
        lamps="ring" if rng.random() < 0.6 else "spots",  # noqa: PLR2004 - readers of both kinds
        ring_radius=rng.uniform(0.13, 0.17),
        shift=(rng.normal(0, 0.04), rng.normal(0, 0.04)),
        gain=rng.uniform(0.92, 1.08),
        gradient=(rng.normal(0, 0.08), rng.normal(0, 0.05)),
    )
    optics = Optics(defocus_px=rng.uniform(0.6, 1.2), noise=rng.uniform(1.0, 2.2))
    return View(pose, light, optics, size)


def live(view: View, rng: np.random.Generator) -> Iterator[View]:
    """Attentive frames of one stand, without end: the head sways, the gaze trembles, the pupil breathes."""
    pose, sway = view.pose, np.zeros(5)
    while True:
        # A random walk pulled back to its middle: x, y, radius, roll, pupil.
        sway = 0.8 * sway + 0.6 * rng.normal(size=5)
        frame = replace(
            pose,
            centre=(pose.centre[0] + 2.5 * sway[0], pose.centre[1] + 2.0 * sway[1]),
            iris_radius=pose.iris_radius * (1 + 0.006 * sway[2]),
            roll_deg=pose.roll_deg + 0.5 * sway[3],
            pupil_ratio=float(np.clip(pose.pupil_ratio + 0.008 * sway[4], 0.25, 0.6)),
            yaw_deg=pose.yaw_deg + rng.normal(0, 0.5),
            pitch_deg=pose.pitch_deg + rng.normal(0, 0.5),
        )
        optics = replace(view.optics, motion_px=abs(rng.normal(0, 1.2)), motion_deg=rng.uniform(0, 180))
        yield replace(view, pose=frame, optics=optics)


def blink(view: View, rng: np.random.Generator) -> View:
    """The same view in the middle of a blink."""
    return replace(view, pose=replace(view.pose, openness=rng.uniform(0.0, 0.4)))


def glance_away(view: View, rng: np.random.Generator) -> View:
    """The same view while something beside the camera takes the gaze."""
    side = 1 if rng.random() < 0.5 else -1  # noqa: PLR2004 - either side alike
    pose = replace(view.pose, yaw_deg=side * rng.uniform(14, 24), pitch_deg=rng.normal(0, 4), openness=0.9)
    return replace(view, pose=pose)
