"""Whole visits as the cabinet makes them: the frames that are left, one by one, against enrolments of disjoint frames.

Pictures are taken in the order of their file names: the first k of an eye enrol it, the next k are its visit, which
`iris.visitor` judges as it does in a cabinet; the two eyes of a person are enrolled under one name. Each eye is also
sent as a stranger to the gallery without that person. Enrolment's quality gate is not applied, because there is no
second burst to ask for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from iris.decision import Accepted, Ambiguous, Ending, Policy, WrongView
from iris.enrolment import EnrolmentRefused, fused
from iris.evaluation.binomial import clopper_pearson
from iris.evaluation.layouts import Item
from iris.evaluation.resampling import Bounds
from iris.evaluation.scores import Enrolled, Scores
from iris.gallery import Gallery
from iris.match import Incomparable
from iris.template import EyeSide, Template
from iris.visitor import Visitor

MANY, FEW = 3, 2
"""Frames of enrolment, and of the visit: three and three where an eye has six pictures, else two and two."""
LEAST_FUSED = 2
"""Frames that an enrolment needs at least: one frame confirms nothing of another."""


class EyeAndWhy(BaseModel):
    """An eye and the reason why it was not enrolled or not recognised."""

    model_config = ConfigDict(frozen=True)

    eye: str
    why: str


class VisitFigures(BaseModel):
    """How visits ended.

    Attributes:
        false_match_rate: what the policy promises for one visit.
        frames_allowed: frames over which the policy spends the promise, whether a visit has as many or not.
        gallery: enrolled eyes that each visit is searched among.
        threshold: the policy's distance for one frame in that gallery; None without an enrolled eye.
        eyes_with_too_few_pictures: eyes with fewer than four.
        not_enrolled: eyes whose frames gave no enrolment; they make no visit.
        visits: one for each enrolled eye; `visits_by_frames` counts them by "3+3" and "2+2".
        false_non_matches: visits that did not end with the right person accepted.
        false_non_matches_incl_not_enrolled: with each eye not enrolled counted as one more.
        false_matches: visits accepted as somebody else.
        stranger_visits, stranger_false_matches: visits to the gallery without one's own enrolments, and those accepted.
        missed: the false non-matches by name.
        Keys that end in `_95` are exact binomial bounds (Clopper & Pearson) of the rate, visits taken for independent.
    """

    model_config = ConfigDict(frozen=True)

    false_match_rate: float
    frames_allowed: int
    gallery: int
    threshold: float | None
    eyes_with_too_few_pictures: int
    not_enrolled: tuple[EyeAndWhy, ...]
    visits: int
    visits_by_frames: dict[str, int]
    false_non_matches: int
    false_non_match_rate: float | None
    false_non_match_rate_95: Bounds | None
    false_non_matches_incl_not_enrolled: int
    false_non_match_rate_incl_not_enrolled: float | None
    false_non_match_rate_incl_not_enrolled_95: Bounds | None
    false_matches: int
    false_match_rate_95: Bounds | None
    stranger_visits: int
    stranger_false_matches: int
    stranger_false_match_rate_95: Bounds | None
    missed: tuple[EyeAndWhy, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """One eye's frames: what enrols it and what visits."""

    eye: str
    person: str
    side: EyeSide
    enrol: list[Enrolled]
    probe: list[Enrolled]


def visit_figures(scores: Scores, policy: Policy | None = None) -> VisitFigures:
    """Enrols every eye that has enough pictures and lets each visit, at the default policy unless one is given."""
    policy = policy or Policy()
    plans, too_few = _plans(scores)
    gallery, enrolled, not_enrolled = Gallery(), [], []
    templates: dict[str, Template] = {}
    for plan in plans:
        try:
            templates[plan.eye] = _enrolment(plan)
        except (Incomparable, EnrolmentRefused) as error:
            not_enrolled.append(EyeAndWhy(eye=plan.eye, why=str(error)))
            continue
        gallery.add(plan.eye, plan.person, templates[plan.eye])
        enrolled.append(plan)
    endings = [(plan, _visit(plan, gallery, policy)) for plan in enrolled]
    missed = [EyeAndWhy(eye=plan.eye, why=why) for plan, end in endings if (why := _why(plan, end))]
    wrong = sum(isinstance(end, Accepted) and end.person != plan.person for plan, end in endings)
    strangers = _strangers(plans, templates, gallery, policy)
    lost = len(missed) + len(not_enrolled)
    return VisitFigures(
        false_match_rate=policy.false_match_rate,
        frames_allowed=policy.frames,
        gallery=len(gallery),
        threshold=policy.threshold(len(gallery)) if len(gallery) else None,
        eyes_with_too_few_pictures=too_few,
        not_enrolled=tuple(not_enrolled),
        visits=len(enrolled),
        visits_by_frames=dict(Counter(f"{len(plan.enrol)}+{len(plan.probe)}" for plan in enrolled)),
        false_non_matches=len(missed),
        false_non_match_rate=len(missed) / len(enrolled) if enrolled else None,
        false_non_match_rate_95=clopper_pearson(len(missed), len(enrolled)),
        false_non_matches_incl_not_enrolled=lost,
        false_non_match_rate_incl_not_enrolled=lost / len(plans) if plans else None,
        false_non_match_rate_incl_not_enrolled_95=clopper_pearson(lost, len(plans)),
        false_matches=wrong,
        false_match_rate_95=clopper_pearson(wrong, len(enrolled)),
        stranger_visits=len(strangers),
        stranger_false_matches=sum(strangers),
        stranger_false_match_rate_95=clopper_pearson(sum(strangers), len(strangers)),
        missed=tuple(missed),
    )


def _plans(scores: Scores) -> tuple[list[_Plan], int]:
    """The frames of each eye with enough pictures, refused ones among them; and how many eyes have too few."""
    of_eye: dict[str, list[tuple[Item, Enrolled]]] = {}
    for item, outcome in zip(scores.items, scores.outcomes, strict=True):
        of_eye.setdefault(item.eye, []).append((item, outcome))
    plans = []
    for eye, pictures in sorted(of_eye.items()):
        frames = MANY if len(pictures) >= 2 * MANY else FEW
        if len(pictures) < 2 * frames:
            continue
        ordered = [outcome for _, outcome in sorted(pictures, key=lambda picture: picture[0].name)]
        item = pictures[0][0]
        plans.append(_Plan(eye, item.person, _side(item), ordered[:frames], ordered[frames : 2 * frames]))
    return plans, len(of_eye) - len(plans)


def _side(item: Item) -> EyeSide:
    return {"L": EyeSide.LEFT, "R": EyeSide.RIGHT}.get(item.side, EyeSide.UNKNOWN)


def _enrolment(plan: _Plan) -> Template:
    """The fused template, best frame first; raises `Incomparable` where too few frames are left."""
    usable = [outcome for outcome in plan.enrol if outcome.template is not None]
    if len(usable) < LEAST_FUSED:
        reasons = ", ".join(sorted(outcome.refusal for outcome in plan.enrol if outcome.template is None))
        raise Incomparable(f"可用帧太少 {len(usable)} of {len(plan.enrol)} frames encoded ({reasons})")
    best_first = sorted(usable, key=lambda outcome: -outcome.quality)
    return fused([template for outcome in best_first if (template := outcome.template) is not None], plan.side)


def _visit(plan: _Plan, gallery: Gallery, policy: Policy) -> Accepted | Ending | None:
    """One look with the frames of the visit; None where every one of them was refused."""
    visitor = Visitor(policy, gallery)
    for outcome in plan.probe:
        if outcome.template is None:
            continue
        decision = visitor.add(outcome.template)
        if isinstance(decision, Accepted):
            return decision
        if not decision.frames_left:
            break
    return visitor.close() if visitor.seen else None


def _why(plan: _Plan, ending: Accepted | Ending | None) -> str:
    """Why the visit is a false non-match; "" where the right person was accepted."""
    if ending is None:
        return "每张都被拒绝 every frame refused: " + ", ".join(outcome.refusal for outcome in plan.probe)
    if isinstance(ending, Accepted):
        return "" if ending.person == plan.person else f"认成 taken for {ending.person}"
    if isinstance(ending, Ambiguous):
        return "无法区分 cannot be told from " + ", ".join(person for person in ending.people if person != plan.person)
    if isinstance(ending, WrongView):
        return f"{ending.text_zh} {ending.text_en}"
    return "没有可比较的 nothing compared" if ending.nearest is None else f"最近距离 nearest at {ending.nearest:.3f}"


def _strangers(plans: list[_Plan], templates: dict[str, Template], gallery: Gallery, policy: Policy) -> list[bool]:
    """Whether each eye was accepted by the gallery without its own person; visits without a usable frame are none."""
    accepted = []
    by_person: dict[str, list[_Plan]] = {}
    for plan in plans:
        by_person.setdefault(plan.person, []).append(plan)
    for group in by_person.values():
        own = [plan for plan in group if plan.eye in templates]
        for plan in own:
            gallery.remove(plan.eye)
        endings = [_visit(plan, gallery, policy) for plan in group] if len(gallery) else []
        accepted += [isinstance(ending, Accepted) for ending in endings if ending is not None]
        for plan in own:
            gallery.add(plan.eye, plan.person, templates[plan.eye])
    return accepted
