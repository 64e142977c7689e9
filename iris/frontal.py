"""Eyes that look aside, seen from the front: the picture stretched until the pupil is round, and the eye found anew.

A circle seen from aside is an ellipse, shorter by the cosine of the angle in the direction of the gaze. An unwrapped
iris that was squeezed matches hardly anything of its own from about 35 degrees on, since squeezing moves its texture
around the circle; stretched back it does (Daugman 2007, "New methods in iris recognition", corrects the gaze likewise).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from iris.forgetting import note
from iris.geometry import Affine, Circle, Segmentation
from iris.picture import Picture
from iris.quality.rims import PupilEdge, pupil_edge
from iris.refusals import NoEye
from iris.segment.boundaries import boundaries_near
from iris.segment.eye import Eye, eye_within, find_eyes

LEAST_ELONGATION = 1.12
"""Long over short axis of a pupil that may be one seen from aside; of 2552 real ones 15 had more."""
SURE_ELONGATION = 1.2
"""From here on it most likely is: of those 2552 none had more than 1.17. What lies between may be an oval pupil."""
MOST_STRETCH = 1.7
"""A gaze of 54 degrees; what would have to be stretched more is not."""
LEAST_PROBABILITY = 0.5
"""That a stretched picture shows an eye; of 80 with less 25 were known, and shut eyes are ovals too."""
ROUNDS = 2
"""A strongly squeezed pupil is measured too round at first."""


@dataclass(frozen=True, slots=True)
class View:
    """One way to see the picture, and what was found in it.

    Attributes:
        picture: as it was given, or of the same shape and stretched about the eye.
        eyes: what was found in it, the most probable first.
        made_by: takes places of the picture that was given to those of this one.
    """

    picture: Picture
    eyes: tuple[Eye, ...]
    made_by: Affine

    @property
    def stretch(self) -> float:
        """How much longer the picture is in one direction than it was given; 1 where it is as it was."""
        return _ratio(self.made_by)

    def as_given(self, found: Segmentation) -> Segmentation:
        """Parts of an eye of this picture, in pixels of the picture that was given."""
        if self.stretch == 1.0:
            return found
        return found.mapped(np.asarray(cv2.invertAffineTransform(self.made_by), np.float64))


def views(picture: Picture) -> tuple[View, ...]:
    """The eye in a checked picture as it is, and seen from the front where it may look aside; the likelier view first.

    An oval pupil, or one that lamps and lashes leave an oval of, looks ahead all the same, so comparing decides.
    Raises `NoEye`.
    """
    ahead = View(picture, find_eyes(picture), np.eye(2, 3))
    elongation = _edge(ahead).elongation
    if not LEAST_ELONGATION <= elongation <= MOST_STRETCH:
        return (ahead,)
    frontal = _straightened(picture, ahead)
    if frontal is ahead or frontal.eyes[0].boundaries.probability < LEAST_PROBABILITY:
        return (ahead,)
    return (frontal, ahead) if elongation > SURE_ELONGATION else (ahead, frontal)


def _straightened(picture: Picture, view: View) -> View:
    """The view after rounds of stretching and finding the eye anew, as far as that succeeds."""
    for _ in range(ROUNDS):
        edge = _edge(view)
        if not LEAST_ELONGATION <= edge.elongation <= MOST_STRETCH / view.stretch:
            break
        once = _stretching(view.eyes[0].segmentation.limbus.circle, edge)
        made_by = _after(once, view.made_by)
        stretched = _stretched(picture, made_by)
        try:
            view = View(stretched, (_found_again(stretched, view.eyes[0], once, edge.elongation),), made_by)
        except NoEye:
            break
    return view


def _ratio(matrix: Affine) -> float:
    """How many times as much a map stretches in one direction as in the other."""
    most, least = np.linalg.svd(matrix[:, :2], compute_uv=False)
    return float(most / least)


def _stretched(picture: Picture, matrix: Affine) -> Picture:
    size = (picture.shape[1], picture.shape[0])
    return note(np.asarray(cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8))


def _edge(view: View) -> PupilEdge:
    found = view.eyes[0].segmentation
    return pupil_edge(view.picture, found.pupil, found.limbus.circle.r)


def _stretching(about: Circle, edge: PupilEdge) -> Affine:
    """Across the pupil's long axis by its elongation; the iris' centre stays."""
    across = np.array([-np.sin(edge.axis), np.cos(edge.axis)])
    linear = np.eye(2) + (edge.elongation - 1.0) * np.outer(across, across)
    centre = np.array([about.x, about.y])
    return np.column_stack([linear, centre - linear @ centre])


def _after(second: Affine, first: Affine) -> Affine:
    """The map that does the first and then the second."""
    linear = second[:, :2]
    return np.column_stack([linear @ first[:, :2], linear @ first[:, 2] + second[:, 2]])


def _found_again(picture: Picture, before: Eye, matrix: Affine, elongation: float) -> Eye:
    """The eye in the stretched picture, near where the map takes the circles found before."""
    circles = (before.segmentation.pupil.circle, before.segmentation.limbus.circle)
    pupil, limbus = (_taken(circle, matrix, elongation) for circle in circles)
    found = boundaries_near(picture, pupil, limbus, open_first=before.boundaries.copy.opened)
    return eye_within(picture, found)


def _taken(circle: Circle, matrix: Affine, elongation: float) -> Circle:
    x, y = matrix @ (circle.x, circle.y, 1.0)
    return Circle(float(x), float(y), circle.r * elongation**0.5)
