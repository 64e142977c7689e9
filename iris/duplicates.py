"""Whether an eye that is being enrolled is in the gallery already, or was shown a moment ago as the other eye."""

from __future__ import annotations

from dataclasses import replace

from iris.decision import Policy
from iris.gallery import Candidate, Gallery
from iris.match import Incomparable, compare
from iris.template import EyeSide, Template


def of_any_side(template: Template) -> Template:
    """The template with its side forgotten, so that a wrong side hides nothing."""
    return replace(template, side=EyeSide.UNKNOWN)


def one_eye(a: Template, b: Template, policy: Policy) -> bool:
    """Whether two templates are of one eye, whatever sides they were taken for."""
    try:
        return compare(of_any_side(a), of_any_side(b)).distance < policy.threshold(1)
    except Incomparable:
        return False


def of_another(template: Template, person: str, gallery: Gallery, policy: Policy) -> Candidate | None:
    """The gallery's nearest template of this eye under anybody else, be it as the other eye; None where there is none.

    Raises `ForeignEncoder` for a foreign template.
    """
    found = gallery.identify(of_any_side(template))
    threshold = policy.threshold(len(gallery))
    near = (found.best, found.runner_up, *found.near)
    others = (each for each in near if each is not None and each.person != person and each.distance < threshold)
    return min(others, key=lambda each: each.distance, default=None)
