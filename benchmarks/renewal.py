"""What a renewal does to an eye's distances, and whether strangers' visits can bring one about.

    python benchmarks/renewal.py DIR --layout casia-interval|iitd|folders

Pictures are taken in the order of their names: the first of an eye enrol it, the next are the visit that renews, the
rest are later visits (3 + 3 + rest where an eye has seven, else 2 + 2 + rest, and the rule for three frames is not
asked). Each enrolment then meets every frame of every other person.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from unittest import mock

import numpy as np

from iris import renewal
from iris.decision import Policy
from iris.drift import FARTHER, Sighting, Sightings
from iris.encode import encode
from iris.enrolment import fused
from iris.evaluation.layouts import Layout, items
from iris.evaluation.picture_file import read_grey
from iris.gallery import RENEWAL_LEADS
from iris.match import Incomparable
from iris.planes import distances, planes, turned
from iris.refusals import Refusal
from iris.renewal import Renewal, distance_of, limit, renewals
from iris.template import EyeSide, Template

GALLERY = 2000
"""Templates of a large cabinet's gallery: the thresholds follow."""
POLICY = Policy(looks=3)
SEVEN, FIVE = 7, 5
VISITS = 200
"""Visits of an eye that does not change: some years of parcels."""


def eyes_of(folder: Path, layout: Layout) -> dict[tuple[str, str], list[Template]]:
    """The templates of each eye (person, identity), in the order of the names; refused pictures are left out."""
    found: dict[tuple[str, str], list[tuple[str, Template]]] = {}
    for item in items(folder, layout):
        try:
            template = encode(read_grey(item.path)).template
        except Refusal:
            continue
        found.setdefault((item.person, item.identity), []).append((item.name, template))
    return {eye: [template for _, template in sorted(each, key=lambda t: t[0])] for eye, each in found.items()}


def split(pictures: list[Template]) -> tuple[list[Template], list[Template], list[Template]] | None:
    """Enrolment, the visit that renews, later visits."""
    if len(pictures) < FIVE:
        return None
    frames = 3 if len(pictures) >= SEVEN else 2
    return pictures[:frames], pictures[frames : 2 * frames], pictures[2 * frames :]


def enrolled(pictures: list[Template]) -> Template | None:
    """The fused enrolment, best frame first."""
    try:
        return fused(sorted(pictures, key=lambda template: -template.quality), EyeSide.LEFT)
    except Incomparable:
        return None


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layout", type=Layout, required=True)
    arguments = parser.parse_args()
    eyes = eyes_of(arguments.folder, arguments.layout)
    print(json.dumps(genuine(eyes) | unchanged(eyes) | strangers(eyes), indent=2))


def genuine(eyes: dict[tuple[str, str], list[Template]]) -> dict[str, object]:
    """How often an owner's next visit renews, and the later visits' distances without and with the renewal."""
    ends: Counter[str] = Counter()
    before: list[float] = []
    alone: list[float] = []
    kept: list[float] = []
    farther: list[float] = []
    for pictures in eyes.values():
        parts = split(pictures)
        original = enrolled(parts[0]) if parts else None
        if parts is None or original is None:
            ends["not enrolled"] += 1
            continue
        with mock.patch.object(renewal, "FRAMES_NEEDED", len(parts[1])):
            found = renewals(parts[1], {EyeSide.LEFT: original}, POLICY, GALLERY)[EyeSide.LEFT]
        ends["renewed" if isinstance(found, Renewal) else found.value] += 1
        if isinstance(found, Renewal):
            kept.append(found.kept)
            told = [(distance_of(frame, original), distance_of(frame, found.template)) for frame in parts[2]]
            pairs = [(a, b) for a, b in told if a is not None and b is not None]
            before += [a for a, _ in pairs]
            alone += [b for _, b in pairs]
            farther += [sum(b - a for a, b in pairs) / len(pairs)] if pairs else []
    old, unbound = np.array(before), np.minimum(before, alone)
    new = np.maximum(unbound, old - RENEWAL_LEADS)
    threshold = POLICY.threshold(GALLERY)
    return {
        "threshold": round(threshold, 4),
        "limit": round(limit(POLICY, GALLERY), 4),
        "visits_to_renew": dict(ends),
        "part_kept_5_50": np.percentile(kept, [5, 50]).round(3).tolist(),
        "later_frames": len(old),
        "distance_50_95_max_enrolment": np.percentile(old, [50, 95, 100]).round(3).tolist(),
        "distance_50_95_max_with_renewal": np.percentile(new, [50, 95, 100]).round(3).tolist(),
        "distance_50_95_max_if_renewals_led_freely": np.percentile(unbound, [50, 95, 100]).round(3).tolist(),
        "later_frames_beyond_threshold": [int((old >= threshold).sum()), int((new >= threshold).sum())],
        "eyes_with_later_frames": len(farther),
        "eyes_whose_renewal_would_be_undone": sum(mean > FARTHER for mean in farther),
        "renewal_nearer": round(float((np.array(alone) < old).mean()), 3),
    }


def unchanged(eyes: dict[tuple[str, str], list[Template]]) -> dict[str, object]:
    """Eyes that do not change, visiting on: each visit is one of the eye's frames after its enrolment, drawn at random.

    Frames drawn again are less various than life, so this tells of chance runs of poor frames, not of bad seasons.
    """
    rng, asked, of = np.random.default_rng(1), 0, 0
    for pictures in eyes.values():
        parts = split(pictures)
        original = enrolled(parts[0]) if parts else None
        if parts is None or original is None:
            continue
        told = [distance_of(frame, original) for frame in parts[1] + parts[2]]
        found = [distance for distance in told if distance is not None and distance < POLICY.threshold(GALLERY)]
        if not found:
            continue
        of, sightings, ever = of + 1, Sightings(), False
        for _ in range(VISITS):
            sightings = sightings.seen(Sighting(original=float(rng.choice(found))))
            ever = ever or sightings.drifted(limit(POLICY, GALLERY))
        asked += ever
    return {"unchanged_eyes": of, "visits_of_each": VISITS, "unchanged_eyes_asked_to_enrol_again": asked}


def strangers(eyes: dict[tuple[str, str], list[Template]]) -> dict[str, object]:
    """Every frame of everybody against every other person's enrolment: how many could begin a renewal at all.

    Weaker than what the product asks: one such frame is counted, where three must agree, all of them good.
    """
    owners, originals = [], []
    for (person, _), pictures in eyes.items():
        parts = split(pictures)
        original = enrolled(parts[0]) if parts else None
        if original is not None:
            owners.append(person)
            originals.append(original)
    everybody, people = planes(originals), np.array(owners)
    found = []
    for (person, _), pictures in eyes.items():
        for frame in pictures:
            distance = distances(turned(frame), everybody).distance
            found.append(distance[(people != person) & np.isfinite(distance)])
    every = np.concatenate(found)
    return {
        "stranger_frames": len(every),
        "stranger_frames_accepted": int((every < POLICY.threshold(GALLERY)).sum()),
        "stranger_frames_that_could_renew": int((every < limit(POLICY, GALLERY)).sum()),
        "nearest_stranger": round(float(every.min()), 3),
    }


if __name__ == "__main__":
    main()
