"""Boundaries and lids against circles that people marked: what share of real pictures is segmented as a person would.

Run: python benchmarks/iris_circles.py DATA CIRCLES.csv [--json FILE] [--worst N]

DATA holds CASIA-IrisV4-Interval; CIRCLES.csv has the columns image, then x, y and r of pupil, iris, upper and lower
(pupil_x and so on) in 0-based pixels (IRISSEG-CC, Halmstad University; Hofbauer et al., "A ground truth for iris
segmentation", 2014). Lengths are in pixels of the picture. The first reading of each picture is judged, whatever its
quality.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.encode import encode
from iris.evaluation.picture_file import read_grey
from iris.geometry import Circle, Lid, even_angles
from iris.picture import Picture, checked
from iris.refusals import Refusal
from iris.segment.eye import Eye, find_eyes

FAR_PX = 10.0
"""A radius or a centre further off than this is another circle."""
LOW = 5.0
"""Percentile beside the median."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Marked:
    """One line of the file."""

    image: str
    pupil: Circle
    iris: Circle
    upper: Circle
    lower: Circle


@dataclass(frozen=True)
class Judged:
    """One picture: `off` in pixels, greatest of both radii and both centres; infinite where nothing was found."""

    image: str
    refused: str
    pupil_r: float = np.inf
    iris_r: float = np.inf
    off: float = np.inf
    nearest_off: float = np.inf
    annulus: float = 0.0
    lids: float = 0.0


def marked(file: Path) -> list[Marked]:
    def circle(row: dict[str, str], name: str) -> Circle:
        return Circle(*(float(row[f"{name}_{part}"]) for part in "xyr"))

    with file.open(encoding="utf-8") as lines:
        return [
            Marked(row["image"], *(circle(row, name) for name in ("pupil", "iris", "upper", "lower")))
            for row in csv.DictReader(lines)
        ]


def judge(job: tuple[Path, Marked]) -> Judged:
    cv2.setNumThreads(1)
    path, true = job
    picture = checked(read_grey(path))
    refused = ""
    try:
        encode(picture)
    except Refusal as refusal:
        refused = f"{refusal.reason}: {refusal.detail}"
    try:
        eyes = find_eyes(picture)
    except Refusal as refusal:
        return Judged(true.image, refusal.reason)
    parts = eyes[0].segmentation
    offs = [_off(eye, true) for eye in eyes]
    ours, theirs = _annulus(eyes[0], picture), _ring(true, picture)
    between = _between(parts.upper_lid, parts.lower_lid, parts.limbus.circle, picture)
    opening = _inside(true.upper, picture) & _inside(true.lower, picture)
    return Judged(
        true.image,
        refused,
        parts.pupil.circle.r - true.pupil.r,
        parts.limbus.circle.r - true.iris.r,
        offs[0],
        min(offs),
        _iou(ours, theirs),
        _iou(ours & between, theirs & opening),
    )


def _off(eye: Eye, true: Marked) -> float:
    pairs = (
        (eye.segmentation.pupil.circle, true.pupil),
        (eye.segmentation.limbus.circle, true.iris),
    )
    return max(max(abs(a.r - b.r), float(np.hypot(a.x - b.x, a.y - b.y))) for a, b in pairs)


def _annulus(eye: Eye, picture: Picture) -> Flags:
    filled = np.zeros(picture.shape, np.uint8)
    for curve, value in ((eye.segmentation.limbus, 1), (eye.segmentation.pupil, 0)):
        points = np.stack(curve.points(even_angles(360)), axis=1)
        cv2.fillPoly(filled, [np.rint(points * 16).astype(np.int32)], (value,), cv2.LINE_8, 4)
    return filled > 0


def _ring(true: Marked, picture: Picture) -> Flags:
    return _inside(true.iris, picture) & ~_inside(true.pupil, picture)


def _inside(circle: Circle, picture: Picture) -> Flags:
    y, x = np.indices(picture.shape, dtype=np.float32)
    return np.asarray(np.hypot(x - circle.x, y - circle.y) <= circle.r, np.bool_)


def _between(upper: Lid, lower: Lid, iris: Circle, picture: Picture) -> Flags:
    y, x = np.indices(picture.shape).astype(np.float32)
    u = np.asarray((x - iris.x) / iris.r, np.float32)
    v = (y - iris.y) / iris.r
    return np.asarray((v >= upper.at(u)) & (v <= lower.at(u)), np.bool_)


def _iou(a: Flags, b: Flags) -> float:
    return float((a & b).sum() / max(int((a | b).sum()), 1))


def report(found: list[Judged], worst: int) -> dict[str, object]:
    far = [one for one in found if one.refused or one.off > FAR_PX]
    finite = [one for one in found if np.isfinite(one.off)]
    for one in sorted(found, key=lambda each: each.lids)[:worst]:
        print(f"  low {one.image} annulus {one.annulus:.3f} with lids {one.lids:.3f}")
    for one in far:
        print(f"  far {one.image} {one.off:6.1f} px, nearest reading {one.nearest_off:6.1f} px  {one.refused}")
    annulus, lids = (np.array([getattr(one, name) for one in found]) for name in ("annulus", "lids"))
    return {
        "pictures": len(found),
        "refused": sum(bool(one.refused) for one in found),
        "refused_or_off_by_more_than_10_px": len(far),
        "of_those_with_another_reading_within_10_px": sum(one.nearest_off <= FAR_PX for one in far),
        "pupil_radius_median_error_px": round(float(np.median([abs(one.pupil_r) for one in finite])), 2),
        "iris_radius_median_error_px": round(float(np.median([abs(one.iris_r) for one in finite])), 2),
        "pupil_radius_bias_px": round(float(np.median([one.pupil_r for one in finite])), 2),
        "iris_radius_bias_px": round(float(np.median([one.iris_r for one in finite])), 2),
        "annulus_iou": [round(float(np.median(annulus)), 4), round(float(np.percentile(annulus, LOW)), 4)],
        "iou_with_lids": [round(float(np.median(lids)), 4), round(float(np.percentile(lids, LOW)), 4)],
        "pairs_are": "median and 5th percentile",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("circles", type=Path)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name the N pictures of least overlap")
    arguments = parser.parse_args()
    paths = {path.stem: path for path in sorted(arguments.data.rglob("*")) if path.suffix.lower() in {".jpg", ".bmp"}}
    jobs = [(paths[one.image], one) for one in marked(arguments.circles) if one.image in paths]
    with Pool() as pool:
        found = pool.map(judge, jobs, chunksize=16)
    figures = report(found, arguments.worst)
    print(json.dumps(figures, indent=1))
    if arguments.json:
        command = "python benchmarks/iris_circles.py DATA CIRCLES.csv --json docs/figures/iris-circles.json"
        arguments.json.write_text(json.dumps({"command": command, **figures}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
