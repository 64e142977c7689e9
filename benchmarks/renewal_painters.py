"""What somebody gains who paints an eye so that its renewal strikes out what speaks against him, and then comes bare.

    python benchmarks/renewal_painters.py DIR --layout casia-interval|iitd|folders

The painter knows the victim's enrolment and is taken for the victim with the pattern. It is the enrolment with one bit
changed at as many places as a renewal may lose, those first of which both bits contradict the painter's own eye at its
best rotation. Victims are drawn at random, or each painter chooses the one whom the bare eye is nearest to. Printed is
how many bare eyes are accepted by the enrolment, by the renewal alone, and by both as the gallery weighs them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from renewal import enrolled, eyes_of, split

from iris.code import IrisCode
from iris.decision import Policy
from iris.evaluation.layouts import Layout
from iris.gallery import RENEWAL_LEADS
from iris.impostors import false_match_rate
from iris.match import compare
from iris.planes import distances, planes, turned
from iris.renewal import FRAMES_NEEDED, LEAST_KEPT, Renewal, distance_of, renewals
from iris.template import EyeSide, Template

GALLERIES = (2, 100, 2000, 20_000)
PAINTERS = 150
LOOKS = 3


@dataclass(frozen=True)
class Try:
    """One painter before one victim: distances of the bare eye; `renewed` is None where nothing was renewed."""

    enrolment: float
    renewed: float | None


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layout", type=Layout, required=True)
    arguments = parser.parse_args()
    eyes = eyes_of(arguments.folder, arguments.layout)
    victims = {person_eye: original for person_eye, each in eyes.items() if (original := _enrolment(each))}
    bare = [(person, frame) for (person, _), frames in eyes.items() for frame in frames if frame.rival is None]
    drawn = np.random.default_rng(1).choice(len(bare), min(PAINTERS, len(bare)), replace=False)
    painters = [bare[index] for index in drawn]
    print(json.dumps({"victims": len(victims), "galleries": list(figures(victims, painters))}, indent=2))


def _enrolment(pictures: list[Template]) -> Template | None:
    parts = split(pictures)
    return enrolled(parts[0]) if parts else None


def figures(victims: dict[tuple[str, str], Template], painters: list[tuple[str, Template]]) -> list[dict[str, object]]:
    """For each gallery, both ways of choosing a victim."""
    people, originals = np.array([person for person, _ in victims]), list(victims.values())
    everybody, rng = planes(originals), np.random.default_rng(1)
    far = []
    for person, eye in painters:
        found = distances(turned(eye), everybody).distance.astype(float)
        far.append(np.where((people == person) | np.isnan(found), np.inf, found))
    ways: dict[str, Callable[[NDArray[np.float64]], int]] = {
        "drawn": lambda found: int(rng.choice(np.flatnonzero(found < 1))),
        "chosen": lambda found: int(found.argmin()),
    }
    told: list[dict[str, object]] = []
    for size in GALLERIES:
        policy = Policy(looks=LOOKS)
        threshold = policy.threshold(size)
        facts: dict[str, object] = {
            "gallery": size,
            "threshold": round(threshold, 4),
            "stranger_within_lead_of_threshold": false_match_rate(threshold + RENEWAL_LEADS),
        }
        for how, choose in ways.items():
            tries = [
                attempt(eye, originals[choose(found)], policy, size)
                for (_, eye), found in zip(painters, far, strict=True)
            ]
            facts[how] = summary(tries, threshold)
        told.append(facts)
    return told


def attempt(eye: Template, original: Template, policy: Policy, size: int) -> Try:
    """The pattern is renewed from, if it may be, and then the bare eye comes."""
    bare = replace(eye, side=EyeSide.UNKNOWN)
    near = compare(bare, original)
    held = replace(bare, code=np.roll(bare.code, near.rotation, 0), mask=np.roll(bare.mask, near.rotation, 0))
    pattern = painted(original.readings[near.readings[1]], held)
    found = renewals([pattern] * FRAMES_NEEDED, {EyeSide.LEFT: original}, policy, size)[EyeSide.LEFT]
    return Try(near.distance, distance_of(bare, found.template) if isinstance(found, Renewal) else None)


def painted(original: Template, held: Template) -> Template:
    """The enrolment with one bit changed of each place that is to go."""
    own, other = original.unpacked(), held.unpacked()
    against = (own.bits != other.bits) & (own.mask & other.mask)[..., None]
    count = against.sum(axis=2).ravel()
    going = np.argsort(-count, kind="stable")[: int((1 - LEAST_KEPT) * own.mask.sum())]
    going = going[count[going] > 0]
    bits = own.bits.reshape(-1, 2).copy()
    bits[going, np.where(against.reshape(-1, 2)[going, 0], 0, 1)] ^= True
    return Template.of(IrisCode(bits.reshape(own.bits.shape), own.mask), side=EyeSide.UNKNOWN, quality=90)


def summary(tries: list[Try], threshold: float) -> dict[str, object]:
    """How many bare eyes are accepted, by what."""
    alone = [one.enrolment if one.renewed is None else min(one.enrolment, one.renewed) for one in tries]
    weighed = [max(each, one.enrolment - RENEWAL_LEADS) for each, one in zip(alone, tries, strict=True)]
    before = [one.enrolment for one in tries]
    return {
        "painters": len(tries),
        "renewed": sum(one.renewed is not None for one in tries),
        "median_before_and_by_the_renewal_alone": [round(float(np.median(each)), 3) for each in (before, alone)],
        "accepted_by_the_enrolment": sum(each < threshold for each in before),
        "accepted_by_the_renewal_alone": sum(each < threshold for each in alone),
        "accepted_as_the_gallery_weighs": sum(each < threshold for each in weighed),
    }


if __name__ == "__main__":
    main()
