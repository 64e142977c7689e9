"""The product's iris core and the renderer, written apart, agree on where an eye is and whose it is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from iris.encode import encode
from iris.match import compare
from iris.template import Template
from simulator.eyes import Identity, Side, draw_view, grow, live, render


@pytest.mark.parametrize("person", ["r01", "r02", "r03", "r04"])
def test_the_core_finds_the_boundaries_that_were_rendered(person: str) -> None:
    rng = np.random.default_rng(3)
    eye = grow(Identity(1, person, Side.LEFT))
    rendered = render(eye, next(live(draw_view(rng), rng)), rng)
    found = encode(rendered.picture).boundaries
    for contour, truth in ((found.pupil, rendered.truth.pupil), (found.limbus, rendered.truth.iris)):
        assert contour.circle.r == pytest.approx(truth.radius, abs=2)


def test_the_core_tells_synthetic_eyes_apart_and_knows_them_again() -> None:
    rng = np.random.default_rng(5)
    templates: list[list[Template]] = []
    for person in ("r01", "r02", "r03"):
        for side in Side:
            eye = grow(Identity(1, person, side))
            frames = (next(live(draw_view(rng), rng)) for _ in range(3))
            templates.append([encode(render(eye, frame, rng).picture).template for frame in frames])
    same = [compare(a, b).distance for eye in templates for a, b in combinations(eye, 2)]
    strangers = [compare(a, b).distance for one, other in combinations(templates, 2) for a in one for b in other]
    assert max(same) < 0.3
    assert min(strangers) > 0.36
