"""How exactly boundaries, lids and mask are found, against the truth of rendered eyes, one condition varied at a time.

Run: python benchmarks/iris_ground_truth.py [--quick] [--json FILE] [--eyes N]

Every level of every condition is the same eyes in the same stand, changed in that condition alone. Errors are in
pixels at an iris radius of 100 and scale with it; the truth is the geometry before blur and noise.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from iris import frontal
from iris.decision import Policy
from iris.encode import Encoded, encode
from iris.geometry import Contour, Lid, mapped
from iris.match import Incomparable, compare
from iris.refusals import Refusal
from iris.template import Template
from simulator.eyes import Ellipse, Identity, Pose, Rendered, Side, Truth, View, grow, render
from simulator.eyes import Eye as GrownEye

EYES, QUICK_EYES = 20, 6
SEED = 41
MISSED = 0.10
"""Iris radii by which any centre or radius is off from which on the eye counts as not found."""
LID_REACH = 0.9
"""Iris radii to either side of the centre over which a lid is measured."""
LID_POINTS = 61
KNOWN = 0.9
"""Part of the pictures that must be recognised for a level not to be named as failing."""
PERCENTILE = 95.0

Flags = NDArray[np.bool_]


def posed(view: View, **changes: float) -> View:
    fields = {one.name: getattr(view.pose, one.name) for one in dataclasses.fields(Pose)}
    return replace(view, pose=Pose(**(fields | changes)))


def blurred(view: View, sigma: float) -> View:
    return replace(view, optics=replace(view.optics, defocus_px=sigma))


def smeared(view: View, length: float) -> View:
    return replace(view, optics=replace(view.optics, motion_px=length, motion_deg=30.0))


def noisy(view: View, deviation: float) -> View:
    return replace(view, optics=replace(view.optics, noise=deviation))


@dataclass(frozen=True)
class Condition:
    """What is varied.

    Attributes:
        levels: rising strain; the first is the easiest.
    """

    name: str
    unit: str
    levels: tuple[float, ...]
    change: Callable[[View, float], View]


CONDITIONS = (
    Condition("gaze to the side", "degrees", (0, 10, 20, 30, 40), lambda v, x: posed(v, yaw_deg=x)),
    Condition("gaze down", "degrees", (0, 10, 20, 30), lambda v, x: posed(v, pitch_deg=x)),
    Condition("gaze up", "degrees", (0, 10, 20, 30), lambda v, x: posed(v, pitch_deg=-x)),
    Condition("pupil ratio", "of iris radius", (0.4, 0.2, 0.3, 0.5, 0.6, 0.7), lambda v, x: posed(v, pupil_ratio=x)),
    Condition("lid opening", "of wide open", (1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2), lambda v, x: posed(v, openness=x)),
    Condition("defocus", "px deviation", (0.8, 2, 3, 4, 6, 8), blurred),
    Condition("motion", "px", (0, 4, 8, 12, 20), smeared),
    Condition("iris radius", "px", (100, 160, 130, 70, 55, 45, 35), lambda v, x: posed(v, iris_radius=x)),
    Condition("noise", "grey levels", (1.5, 5, 10, 15, 20, 30), noisy),
    Condition("head tilt", "degrees", (0, 8, 16, 24, 30, 40), lambda v, x: posed(v, roll_deg=x)),
)


@dataclass(frozen=True)
class Errors:
    """One picture against its truth; lengths in iris radii.

    Attributes:
        mask_iou: intersection over union of the usable iris with what is truly visible of it.
    """

    pupil_radius: float
    pupil_centre: float
    limbus_radius: float
    limbus_centre: float
    upper_lid: float
    lower_lid: float
    mask_iou: float

    @property
    def missed(self) -> bool:
        return max(self.pupil_radius, self.pupil_centre, self.limbus_radius, self.limbus_centre) > MISSED


@dataclass(frozen=True)
class Seen:
    """One picture: its errors where an eye was found, the distance to the reference, or the refusal."""

    errors: Errors | None
    distance: float | None
    refusal: str | None


def measure(view: frontal.View, rendered: Rendered) -> Errors:
    truth, parts = rendered.truth, view.as_given(view.eyes[0].segmentation)
    unit = truth.iris.radius
    return Errors(
        abs(parts.pupil.circle.r - truth.pupil.radius) / unit,
        apart(parts.pupil, truth.pupil) / unit,
        abs(parts.limbus.circle.r - truth.iris.radius) / unit,
        apart(parts.limbus, truth.iris) / unit,
        lid_error(parts.upper_lid, parts.limbus, truth.upper_lid, truth),
        lid_error(parts.lower_lid, parts.limbus, truth.lower_lid, truth),
        mask_iou(view, truth),
    )


def apart(curve: Contour, truth: Ellipse) -> float:
    return float(np.hypot(curve.circle.x - truth.x, curve.circle.y - truth.y))


def lid_error(lid: Lid, limbus: Contour, margin: NDArray[np.float32], truth: Truth) -> float:
    """Mean height, in iris radii, of iris wrongly given to the lid or taken from it; a lid off the iris counts as 0."""
    u = np.linspace(-LID_REACH, LID_REACH, LID_POINTS, dtype=np.float32)
    x = truth.iris.x + u * truth.iris.radius
    order = np.argsort(margin[:, 0])
    true = (np.interp(x, margin[order, 0], margin[order, 1]) - truth.iris.y) / truth.iris.radius
    iris = limbus.circle
    found = (iris.y + lid.at(((x - iris.x) / iris.r).astype(np.float32)) * iris.r - truth.iris.y) / truth.iris.radius
    rim = np.sqrt(1.0 - u * u)
    return float(np.abs(np.clip(found, -rim, rim) - np.clip(true, -rim, rim)).mean())


def mask_iou(view: frontal.View, truth: Truth) -> float:
    usable = painted(view, truth.visible.shape)
    union = (usable | truth.visible).sum()
    return float((usable & truth.visible).sum() / union) if union else 0.0


def painted(view: frontal.View, shape: tuple[int, ...]) -> Flags:
    """The usable places of the unwrapped iris, back in the picture that was given."""
    found = view.eyes[0]
    rows, columns = found.cover.usable.shape
    angles = ((np.arange(columns + 1) - 0.5) * (2 * np.pi / columns)).astype(np.float32)
    depth = (np.arange(rows + 1, dtype=np.float32) / rows)[:, None]
    inner, outer = found.segmentation.pupil.points(angles), found.segmentation.limbus.points(angles)
    x, y = (a + depth * (b - a) for a, b in zip(inner, outer, strict=True))
    x, y = mapped(np.asarray(cv2.invertAffineTransform(view.made_by), np.float64), x, y)
    corners = np.rint(np.clip(np.stack([x, y], axis=-1), -1e4, 1e4) * 16).astype(np.int32)
    canvas = np.zeros(shape, np.uint8)
    for row, column in zip(*np.nonzero(found.cover.usable), strict=True):
        cell = corners[[row, row, row + 1, row + 1], [column, column + 1, column + 1, column]]
        cv2.fillConvexPoly(canvas, cell, (1,), cv2.LINE_8, 4)
    return canvas > 0


def look(rendered: Rendered, reference: Template) -> Seen:
    try:
        encoded: Encoded = encode(rendered.picture)
    except Refusal as refusal:
        return Seen(None, None, refusal.reason)
    errors = measure(frontal.views(rendered.picture)[0], rendered)
    try:
        return Seen(errors, compare(encoded.template, reference).distance, None)
    except Incomparable as incomparable:
        return Seen(errors, None, type(incomparable).__name__)


@dataclass(frozen=True)
class Row:
    """One level of one condition. Lengths in px at an iris radius of 100; `missed` eyes are among the errors.

    Attributes:
        missed: eyes that were encoded with a centre or radius off by more than a tenth of the iris radius.
        refused: refusals by reason; they have no errors.
        recognised: pictures nearer to the reference than the default policy's threshold for one template and frame.
    """

    condition: str
    unit: str
    level: float
    pictures: int
    refused: dict[str, int]
    missed: int
    pupil_radius: tuple[float, float] | None
    pupil_centre: tuple[float, float] | None
    limbus_radius: tuple[float, float] | None
    limbus_centre: tuple[float, float] | None
    upper_lid: tuple[float, float] | None
    lower_lid: tuple[float, float] | None
    mask_iou: tuple[float, float] | None
    distance: tuple[float, float] | None
    recognised: int


def row(condition: Condition, level: float, seen: list[Seen], threshold: float) -> Row:
    errors = [one.errors for one in seen if one.errors is not None]

    def spread(name: str) -> tuple[float, float] | None:
        """Median and 95th percentile in px of a 100 px iris."""
        values = [100.0 * float(getattr(one, name)) for one in errors]
        return _pair(values, PERCENTILE)

    distances = [one.distance for one in seen if one.distance is not None]
    return Row(
        condition.name,
        condition.unit,
        level,
        len(seen),
        dict(sorted(Counter(one.refusal for one in seen if one.refusal is not None).items())),
        sum(one.missed for one in errors),
        spread("pupil_radius"),
        spread("pupil_centre"),
        spread("limbus_radius"),
        spread("limbus_centre"),
        spread("upper_lid"),
        spread("lower_lid"),
        _pair([one.mask_iou for one in errors], 100.0 - PERCENTILE),
        _pair(distances, PERCENTILE),
        sum(distance < threshold for distance in distances),
    )


def _pair(values: list[float], percentile: float) -> tuple[float, float] | None:
    if not values:
        return None
    return round(float(np.median(values)), 3), round(float(np.percentile(values, percentile)), 3)


def grown(count: int) -> list[GrownEye]:
    return [grow(Identity(SEED, f"g{number:03d}", list(Side)[number % 2])) for number in range(count)]


def run(count: int, tell: Callable[[Row], None]) -> list[Row]:
    eyes, rows = grown(count), []
    stand = View(Pose(roll_deg=0.0))
    references = [
        encode(render(eye, stand, np.random.default_rng([SEED, number])).picture).template
        for number, eye in enumerate(eyes)
    ]
    threshold = Policy().threshold(1)
    for condition in CONDITIONS:
        for level in condition.levels:
            view = condition.change(stand, level)
            seen = [
                look(render(eye, view, np.random.default_rng([SEED, 1, number])), reference)
                for number, (eye, reference) in enumerate(zip(eyes, references, strict=True))
            ]
            rows.append(row(condition, level, seen, threshold))
            tell(rows[-1])
    return rows


HEAD = (
    f"{'condition':18} {'level':>6}  {'refused':>7} {'missed':>6}  {'pupil r':>11} {'pupil c':>11} {'limbus r':>11} "
    f"{'limbus c':>11} {'upper lid':>11} {'lower lid':>11} {'mask IoU':>11} {'distance':>11} {'known':>6}"
)


def line(found: Row) -> str:
    lengths = (
        found.pupil_radius, found.pupil_centre, found.limbus_radius, found.limbus_centre,
        found.upper_lid, found.lower_lid,
    )  # fmt: skip
    cells = [_cell(pair, 1) for pair in lengths] + [_cell(found.mask_iou, 2), _cell(found.distance, 2)]
    refused = sum(found.refused.values())
    reasons = ", ".join(f"{reason} {number}" for reason, number in found.refused.items())
    return (
        f"{found.condition:18} {found.level:6g}  {refused:4d}/{found.pictures:2d} {found.missed:6d}  "
        f"{' '.join(cells)} {found.recognised:3d}/{found.pictures:2d}  {reasons}"
    )


def failing(rows: list[Row]) -> list[str]:
    """Each condition with the levels at which too few are known, and what became of the others."""
    lines = []
    for found in rows:
        if found.recognised >= KNOWN * found.pictures:
            continue
        refused = sum(found.refused.values())
        stranger = found.pictures - refused - found.recognised
        reasons = ", ".join(found.refused) or "none"
        lines.append(
            f"{found.condition} {found.level:g} {found.unit}: {found.recognised} of {found.pictures} known, {refused} "
            f"refused ({reasons}), {stranger} encoded and not known, {found.missed} of them with wrong boundaries"
        )
    return lines


def _cell(pair: tuple[float, float] | None, digits: int) -> str:
    return f"{'-':>11}" if pair is None else f"{pair[0]:5.{digits}f}/{pair[1]:5.{digits}f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_EYES} eyes instead of {EYES}")
    parser.add_argument("--eyes", type=int, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    count = arguments.eyes or (QUICK_EYES if arguments.quick else EYES)
    cv2.setNumThreads(1)
    began = time.perf_counter()
    print(f"{count} eyes; median/95th percentile (mask: 5th) in px of a 100 px iris; known: at the default policy")
    print(HEAD)
    rows = run(count, lambda found: print(line(found), flush=True))
    seconds = time.perf_counter() - began
    print("\nWhere fewer than nine in ten are known:", *failing(rows), sep="\n  ")
    print(f"{sum(found.pictures for found in rows)} pictures in {seconds:.0f} s")
    if arguments.json:
        report = {
            "command": "python benchmarks/iris_ground_truth.py --json docs/figures/iris-ground-truth.json",
            "eyes": count,
            "seed": SEED,
            "pairs_are": "median and 95th percentile (mask_iou: 5th), lengths in px at an iris radius of 100",
            "failing": failing(rows),
            "rows": [asdict(found) for found in rows],
        }
        arguments.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
