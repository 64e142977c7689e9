"""How much a pupil or a limbus drawn too small or too large moves two pictures of one eye apart.

Run: python benchmarks/radial_misfit.py DIR --layout iitd

The first and the last picture of every eye are compared, the last with one of its boundaries scaled about its centre.
Such a misfit is what an error of the boundary does, and what is left of a pupil's dilation after unwrapping.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.code import iris_code
from iris.evaluation.layouts import Layout, items
from iris.evaluation.picture_file import read_grey
from iris.geometry import Contour
from iris.impostors import threshold
from iris.match import Incomparable, compare
from iris.picture import checked
from iris.refusals import Refusal
from iris.segment.boundaries import Boundaries, boundaries
from iris.segment.eye import eye_within
from iris.template import EyeSide, Template

RATE = 1e-4
"""False-match rate of the threshold beyond which a pair counts as lost."""
MISFITS = (
    *(("limbus", 1 + part) for part in (-0.06, -0.04, -0.02, 0.02, 0.04, 0.06)),
    *(("pupil", 1 + part) for part in (-0.12, -0.06, -0.03, 0.03, 0.06, 0.12)),
)


def scaled(curve: Contour, factor: float) -> Contour:
    mean, *shape = curve.coefficients
    return Contour(curve.x, curve.y, (mean * factor, *shape))


def template(picture: NDArray[np.uint8], found: Boundaries) -> Template:
    eye = eye_within(picture, found)
    return Template.of(iris_code(eye.sheet.grey, eye.cover.usable), side=EyeSide.UNKNOWN, quality=100)


def distances(pair: tuple[Path, Path]) -> list[float] | None:
    """Of the pair as it is, then with each of `MISFITS`; None where a picture is refused."""
    cv2.setNumThreads(1)
    try:
        first, last = (checked(read_grey(path)) for path in pair)
        kept, found = template(first, boundaries(first)), boundaries(last)
        moved = [replace(found, **{name: scaled(getattr(found, name), factor)}) for name, factor in MISFITS]
        return [compare(kept, template(last, each)).distance for each in (found, *moved)]
    except (Refusal, Incomparable):
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--layout", type=Layout, required=True)
    chosen = parser.parse_args()
    eyes: dict[str, list[Path]] = {}
    for item in items(chosen.data, chosen.layout):
        eyes.setdefault(item.eye, []).append(item.path)
    pairs = [(paths[0], paths[-1]) for paths in eyes.values() if len(paths) > 1]
    with Pool() as pool:
        found = np.array([row for row in pool.map(distances, pairs) if row])
    limit = threshold(RATE)
    print(f"{len(found)} of {len(pairs)} pairs; distance beyond {limit:.3f} counts as lost")
    for (name, factor), column in zip((("as drawn", 1.0), *MISFITS), found.T, strict=True):
        rise = float(np.median(column - found[:, 0]))
        print(
            f"  {name:8} {factor:5.2f}: median {np.median(column):.4f}, 95th percentile "
            f"{np.percentile(column, 95):.4f}, rise {rise:+.4f}, lost {int((column > limit).sum())}"
        )


if __name__ == "__main__":
    main()
