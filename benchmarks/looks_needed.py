"""How many looks a visit needs, and what a larger budget of looks costs: its promise is divided by all of them.

    python benchmarks/looks_needed.py DIR --layout casia-interval|iitd|folders

Pictures are taken in the order of their names: the first three of an eye (two where it has fewer than five) enrol it,
and each later one is a whole look of one frame, where the product compares up to eight codes. So this tells more looks
than a visit needs. Glances and looks at a touch are alike.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from renewal import FIVE, GALLERY, enrolled, eyes_of

from iris.decision import Policy
from iris.evaluation.layouts import Layout
from iris.renewal import distance_of
from iris.template import Template

LEAST = 4
"""Pictures that an eye needs: two enrol it, and there is a second look."""
BUDGETS = (1, 2, 3, 4, 6, 10)
"""Looks of one presence over which the promise is spent."""


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layout", type=Layout, required=True)
    arguments = parser.parse_args()
    visits = [found for found in map(visit, eyes_of(arguments.folder, arguments.layout).values()) if found]
    print(
        json.dumps({"gallery": GALLERY, "visits": len(visits), "budgets": [told(visits, n) for n in BUDGETS]}, indent=2)
    )


def visit(pictures: Sequence[Template]) -> list[float] | None:
    """The distance of each later picture of an eye from its enrolment, 1 where it gives none; None for too few."""
    frames = 3 if len(pictures) >= FIVE else 2
    original = enrolled(list(pictures[:frames])) if len(pictures) >= LEAST else None
    if original is None:
        return None
    found = (distance_of(frame, original) for frame in pictures[frames:])
    return [1.0 if distance is None else distance for distance in found]


def told(visits: list[list[float]], looks: int) -> dict[str, object]:
    """For a budget: the threshold, single looks that miss, and in which look visits are recognised."""
    threshold = Policy(looks=looks).threshold(GALLERY)
    needed = Counter(next((n for n, d in enumerate(each[:looks], 1) if d < threshold), None) for each in visits)
    every = np.concatenate([np.array(each) for each in visits])
    return {
        "looks": looks,
        "threshold": round(threshold, 4),
        "single_frames_missed": [int((every >= threshold).sum()), len(every)],
        "recognised_in_look": {str(n): needed[n] for n in range(1, looks + 1) if needed[n]},
        "never": needed[None],
    }


if __name__ == "__main__":
    main()
