"""A gallery of rendered eyes, which nothing made by a fuzzer may be taken for."""

from __future__ import annotations

from functools import cache

import numpy as np

from iris.decision import Accepted, Look, Policy
from iris.encode import encode
from iris.gallery import Gallery
from iris.template import Template
from simulator.eyes import Identity, Side, View, grow, render

SEED = 97
PEOPLE = 6


@cache
def templates() -> tuple[tuple[str, Template], ...]:
    """Both eyes of a few people who do not exist."""
    return tuple(
        (
            person,
            encode(render(grow(Identity(SEED, person, side)), View(), np.random.default_rng(SEED)).picture).template,
        )
        for person in (f"p{number}" for number in range(PEOPLE))
        for side in Side
    )


@cache
def gallery() -> Gallery:
    """All of them enrolled."""
    filled = Gallery()
    for number, (person, template) in enumerate(templates()):
        filled.add(f"t{number}", person, template)
    return filled


def accepted_as(template: Template, among: Gallery | None = None) -> str | None:
    """Whom a look at this one frame would be taken for under the default policy."""
    people = among or gallery()
    decision = Look(Policy(), len(people)).add(people.identify(template))
    return decision.person if isinstance(decision, Accepted) else None
