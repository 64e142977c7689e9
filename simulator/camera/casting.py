"""Which subject of a collection plays which person, so that no two names are ever one person."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from simulator.camera.collection import CollectionError, Subject
from simulator.camera.standing import CannotStand, Purpose
from simulator.eyes import Side

ENOUGH = 5
"""Pictures per eye from which a subject is preferred."""


class Casting:
    """Gives subjects to names.

    A name that ends in a number has the place of that number in the seed's order, so "r01" is the same subject in every
    run; another name takes the place of its hash. Where a place is taken, the next free one follows.
    """

    def __init__(self, subjects: Sequence[Subject], seed: int) -> None:
        self._order = _order(subjects, seed)
        self._places: dict[str, int] = {}

    def subject(self, person: str) -> Subject:
        """Whoever plays a person.

        Raises:
            CannotStand: every subject already plays somebody.
        """
        if person not in self._places:
            taken = set(self._places.values())
            wish = _wish(person)
            free = ((wish + step) % len(self._order) for step in range(len(self._order)))
            place = next((candidate for candidate in free if candidate not in taken), None)
            if place is None:
                raise CannotStand(
                    f"{person!r} has no eyes: all {len(self._order)} subjects of the collection already play somebody; "
                    f"use fewer names or a larger collection"
                )
            self._places[person] = place
        return self._order[self._places[person]]

    def people(self) -> dict[str, Subject]:
        """Every name cast so far."""
        return {person: self._order[place] for person, place in self._places.items()}


def _wish(person: str) -> int:
    number = re.search(r"(\d{1,9})$", person)
    if number:
        return max(0, int(number[1]) - 1)
    return int.from_bytes(hashlib.sha256(person.encode()).digest()[:6], "big")


def _order(subjects: Sequence[Subject], seed: int) -> tuple[Subject, ...]:
    """The usable subjects, those with enough pictures of both eyes first, each part shuffled by the seed."""
    usable = [subject for subject in subjects if subject.fewest >= 2]  # noqa: PLR2004 - one to enrol, one to look
    if not usable:
        raise CollectionError("no subject of the collection has two pictures of each eye; use a larger collection")
    shuffled = [usable[place] for place in np.random.default_rng(seed).permutation(len(usable))]
    return tuple(sorted(shuffled, key=lambda subject: subject.fewest < ENOUGH))


def split(subject: Subject, side: Side, seed: int) -> dict[Purpose, tuple[int, ...]]:
    """Which pictures of an eye serve which purpose: disjoint halves, enrolment the smaller one."""
    count = len(subject.eyes[side])
    stream = hashlib.sha256(f"{seed}/{subject.name}/{side}".encode()).digest()
    order = np.random.default_rng(int.from_bytes(stream, "big")).permutation(count)
    half = count // 2
    return {
        Purpose.ENROL: tuple(sorted(int(place) for place in order[:half])),
        Purpose.LOOK: tuple(sorted(int(place) for place in order[half:])),
    }
