"""What a whole look promises, whatever its frames bring: properties, and strangers drawn by the thousand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iris import impostors
from iris.burst import FUSED, Burst
from iris.decision import MARGIN, Accepted, Ambiguous, Look, NotRecognised, NotYet, Policy
from iris.gallery import NEAR, NEAR_AT_MOST, Candidate, Gallery, Identification
from iris.template import EyeSide, Template

MakeTemplate = Callable[..., Template]

promises = st.floats(1e-9, 1e-2)
sizes = st.integers(1, 200_000)


grown = st.tuples(st.integers(0, 200_000), st.integers(0, 40), st.integers(0, 8), st.floats(1e-3, 1.0))
policies = st.builds(Policy, promises, st.integers(2, 40), st.integers(1, 8))


@given(sizes, policies, grown)
def test_more_of_anything_that_spends_the_promise_never_loosens_a_threshold(
    size: int, loose: Policy, more: tuple[int, int, int, float]
) -> None:
    templates, frames, looks, part = more
    for size_, policy in (
        (size + templates, loose),
        (size, replace(loose, frames=loose.frames + frames)),
        (size, replace(loose, looks=loose.looks + looks)),
        (size, replace(loose, false_match_rate=loose.false_match_rate * part)),
    ):
        assert policy.threshold(size_) <= loose.threshold(size)
        both, both_loose = policy.threshold_of_both_eyes(size_), loose.threshold_of_both_eyes(size)
        assert both is not None
        assert both_loose is not None
        assert both <= both_loose


@given(sizes, st.integers(1, 40), st.integers(1, 8), promises)
def test_all_comparisons_of_a_visit_together_spend_the_promise_and_no_more(
    size: int, frames: int, looks: int, rate: float
) -> None:
    policy = Policy(rate, frames, looks)
    singles = policy.rate_per_comparison(size) * size * frames * looks
    pairs = policy.rate_per_pair_of_eyes(size) * size * frames**2 * looks
    assert singles + pairs == pytest.approx(rate, rel=1e-9)


distance = st.one_of(st.floats(0.0, 0.5), st.just(math.nan), st.just(math.inf), st.just(-math.inf))


def candidates(values: list[float], person: str) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(f"{person}{i}", person, value, (EyeSide.LEFT, EyeSide.RIGHT)[i % 2]) for i, value in enumerate(values)
    )


@st.composite
def worthless(draw: st.DrawFn) -> Identification:
    """A search that found nobody, no number, or two people too close together."""
    kind = draw(st.sampled_from(("nobody", "no number", "contested")))
    if kind == "nobody":
        return Identification(None, None, 0, draw(st.integers(0, 9)))
    if kind == "no number":
        bad = draw(st.sampled_from((math.nan, math.inf)))
        other = draw(st.one_of(st.none(), st.just(Candidate("b", "bob", bad))))
        return Identification(Candidate("a", "ann", bad, EyeSide.LEFT), other, 2, 0, candidates([bad, bad], "ann"))
    at = draw(st.floats(0.0, 0.45))
    lead = draw(st.one_of(st.just(math.nan), st.floats(0.0, MARGIN * 0.9)))
    best, other = Candidate("a", "ann", at, EyeSide.LEFT), Candidate("b", "bob", at + lead, EyeSide.LEFT)
    return Identification(best, other, 2, 0, (best, other))


@given(st.lists(worthless(), min_size=1, max_size=12))
def test_no_sequence_of_worthless_frames_is_ever_accepted(frames: list[Identification]) -> None:
    look = Look(Policy(1e-2, frames=12), 2)
    assert all(isinstance(look.add(frame), NotYet) for frame in frames)
    look.close()


@given(st.lists(distance, min_size=2, max_size=8))
def test_one_pair_of_eyes_is_weighed_only_by_real_distances(values: list[float]) -> None:
    policy = Policy(1e-4)
    decision = Look(policy, 10).add(Identification(None, None, 10, 0, candidates(values, "ann")))
    both = policy.threshold_of_both_eyes(10)
    assert both is not None
    sides = [[v for v in values[i::2] if math.isfinite(v)] for i in (0, 1)]
    near = all(sides) and (min(sides[0]) + min(sides[1])) / 2 < both
    assert isinstance(decision, Accepted) == near


@given(st.lists(st.floats(0.0, 0.3), min_size=1, max_size=6))
def test_what_was_ambiguous_stays_ambiguous(after: list[float]) -> None:
    look = Look(Policy(), 100)
    look.add(Identification(Candidate("a", "ann", 0.2), Candidate("b", "bob", 0.21), 100, 0))
    for value in after:
        look.add(
            Identification(Candidate("a", "ann", value, EyeSide.LEFT), None, 100, 0, candidates([value, value], "ann"))
        )
    ending = look.close()
    assert isinstance(ending, Ambiguous)
    assert {"ann", "bob"} <= set(ending.people)


def both_eyes(left: float, right: float, *others: Candidate) -> list[Identification]:
    """A left and then a right eye, each seen once."""
    return [
        Identification(Candidate("l", "ann", left, EyeSide.LEFT), None, 100, 0, others),
        Identification(Candidate("r", "ann", right, EyeSide.RIGHT), None, 100, 0),
    ]


def between() -> float:
    """A distance that is too far for one eye and near enough for both."""
    both = Policy().threshold_of_both_eyes(100)
    assert both is not None
    assert Policy().threshold(100) < both
    return (Policy().threshold(100) + both) / 2


def test_two_eyes_that_are_each_too_far_are_together_near_enough() -> None:
    look = Look(Policy(), 100)
    first, second = both_eyes(between(), between())
    assert isinstance(look.add(first), NotYet)
    decision = look.add(second)
    assert isinstance(decision, Accepted)
    assert decision.person == "ann"
    assert decision.distance < decision.threshold


def test_two_frames_of_one_eye_do_not_count_as_two_eyes() -> None:
    look = Look(Policy(), 100)
    for side in (EyeSide.LEFT, EyeSide.UNKNOWN, EyeSide.LEFT):
        found = Identification(Candidate(f"t{side}", "ann", between(), side), None, 100, 0)
        assert isinstance(look.add(found), NotYet)


def test_the_eyes_of_two_people_are_not_put_together() -> None:
    look = Look(Policy(), 100)
    look.add(Identification(Candidate("l", "ann", between(), EyeSide.LEFT), None, 100, 0))
    assert isinstance(look.add(Identification(Candidate("r", "bob", between(), EyeSide.RIGHT), None, 100, 0)), NotYet)


def test_both_eyes_with_a_rival_as_near_are_ambiguous() -> None:
    look = Look(Policy(), 100)
    for found in both_eyes(between(), between(), Candidate("b", "bob", between(), EyeSide.LEFT)):
        assert isinstance(look.add(found), NotYet)
    assert isinstance(look.close(), Ambiguous)


def test_a_stranger_beside_both_eyes_leaves_the_look_open_for_a_better_frame() -> None:
    both = Policy().threshold_of_both_eyes(100)
    assert both is not None
    look = Look(Policy(), 100)
    for found in both_eyes(both - 0.001, both - 0.001, Candidate("s", "stranger", both + 0.001, EyeSide.LEFT)):
        assert isinstance(look.add(found), NotYet)
    assert isinstance(look.add(both_eyes(0.2, 0.2)[0]), Accepted)


def test_a_stranger_leaves_the_look_open_from_the_threshold_on_and_hinders_nobody_from_the_margin_on() -> None:
    both = Policy().threshold_of_both_eyes(100)
    assert both is not None
    mean = both - MARGIN / 2

    def beside(stranger: float) -> tuple[object, object]:
        look = Look(Policy(), 100)
        first, second = both_eyes(mean, mean, Candidate("s", "stranger", stranger, EyeSide.LEFT))
        look.add(first)
        decision = look.add(second)
        return type(decision), None if isinstance(decision, Accepted) else type(look.close())

    assert beside(float(np.nextafter(both, 0))) == (NotYet, Ambiguous)
    assert beside(both) == (NotYet, NotRecognised)
    assert beside(float(np.nextafter(mean + MARGIN, 0))) == (NotYet, NotRecognised)
    assert beside(mean + MARGIN) == (Accepted, None)


@pytest.mark.parametrize("far_first", [True, False])
def test_each_eye_counts_by_its_nearest_frame(far_first: bool) -> None:  # noqa: FBT001 - a parameter
    look = Look(Policy(), 100)
    lefts = [NEAR, between()] if far_first else [between(), NEAR]
    for left in lefts:
        assert isinstance(look.add(both_eyes(left, 0.5)[0]), NotYet)
    assert isinstance(look.add(both_eyes(0.5, between())[1]), Accepted)


def test_a_gallery_that_shrinks_during_the_look_loosens_nothing() -> None:
    nobody = Identification(None, None, 0, 0)
    look = Look(Policy(), 1_000)
    assert look.add(nobody).threshold == Policy().threshold(1_000)
    assert look.add(replace(nobody, compared=5_000, skipped=1_000)).threshold == Policy().threshold(6_000)
    assert look.add(replace(nobody, compared=10)).threshold == Policy().threshold(6_000)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_distance_that_is_no_number_is_nowhere_near(bad: float) -> None:
    decision = Look(Policy(), 100).add(Identification(Candidate("a", "ann", bad), None, 100, 0))
    assert isinstance(decision, NotYet)
    assert decision.nearest is None


def stranger(rng: np.random.Generator, people: int, frames: int, together: float) -> list[list[Candidate]]:
    """Distances of one stranger's frames from the two eyes of some people, by the model, frames going together."""
    turns = round(impostors.INDEPENDENT_ROTATIONS)
    shared = rng.normal(0, math.sqrt(together), (1, 2 * people, turns))
    own = rng.normal(0, math.sqrt(1 - together), (frames, 2 * people, turns))
    found = (0.5 + impostors.spread() * (shared + own)).min(axis=2)
    sides = (EyeSide.LEFT, EyeSide.RIGHT)
    return [
        [Candidate(f"t{i}", f"p{i // 2}", float(value), sides[i % 2]) for i, value in enumerate(row)] for row in found
    ]


def search(told: list[Candidate]) -> Identification:
    """What the gallery would say."""
    ranked = sorted(told, key=lambda candidate: candidate.distance)
    other = next((candidate for candidate in ranked if candidate.person != ranked[0].person), None)
    near = tuple(candidate for candidate in ranked if candidate.distance < NEAR)[:NEAR_AT_MOST]
    return Identification(ranked[0], other, len(told), 0, near)


@pytest.mark.parametrize("together", [0.0, 0.6, 0.95])
@pytest.mark.parametrize(("promise", "looks"), [(1e-1, 1500), (1e-2, 4000), (1e-3, 4000)])
def test_strangers_by_the_thousand_come_near_enough_no_more_often_than_promised(
    promise: float, looks: int, together: float
) -> None:
    rng = np.random.default_rng(11)
    policy = Policy(promise, frames=4)
    near_enough = 0
    for _ in range(looks):
        look = Look(policy, 6)
        accepted = any(isinstance(look.add(search(frame)), Accepted) for frame in stranger(rng, 3, 4, together))
        near_enough += accepted or isinstance(look.close(), Ambiguous)
    expected = promise * looks
    assert near_enough <= expected + 3 * math.sqrt(expected) + 1


def test_both_eyes_of_strangers_keep_their_share_by_themselves() -> None:
    policy, rng, looks = Policy(0.5, frames=2), np.random.default_rng(5), 4000
    threshold = policy.threshold_of_both_eyes(2)
    assert threshold is not None
    hits = 0
    for _ in range(looks):
        frames = np.array([[eye.distance for eye in frame] for frame in stranger(rng, 1, 2, 0.6)])
        hits += frames.min(axis=0).mean() < threshold
    assert hits / looks <= policy.rate_per_pair_of_eyes(2) * 2 * 4


def test_the_gallery_tells_each_near_template_with_its_side_nearest_first(
    make_template: MakeTemplate, noisy_copy: Callable[[Template, float, int], Template]
) -> None:
    gallery, eye = Gallery(), make_template(1)
    for noise, side in ((0.3, EyeSide.LEFT), (0.1, EyeSide.RIGHT), (0.2, EyeSide.LEFT)):
        gallery.add(f"{noise}", "ann", replace(noisy_copy(eye, noise, 3), side=side))
    gallery.add("far", "bob", make_template(9))
    near = [candidate for candidate in gallery.identify(eye).near if candidate.person == "ann"]
    assert [(candidate.template_id, candidate.side) for candidate in near] == [
        ("0.1", EyeSide.RIGHT),
        ("0.2", EyeSide.LEFT),
        ("0.3", EyeSide.LEFT),
    ]


def test_a_large_gallery_tells_its_nearest_few(make_template: MakeTemplate) -> None:
    gallery = Gallery()
    for seed in range(3 * NEAR_AT_MOST):
        gallery.add(str(seed), str(seed), make_template(seed))
    near = [candidate.distance for candidate in gallery.identify(make_template(999)).near]
    assert len(near) <= NEAR_AT_MOST
    assert near == sorted(near)
    assert all(value < NEAR for value in near)


def test_every_third_frame_brings_a_fused_code_that_is_nearer_than_its_frames(
    make_template: MakeTemplate, noisy_copy: Callable[[Template, float, int], Template]
) -> None:
    eye, burst, gallery = make_template(1, believed=1.0), Burst(), Gallery()
    gallery.add("t", "ann", eye)
    frames = [noisy_copy(eye, 0.3, seed) for seed in range(2 * FUSED)]
    fused = [burst.add(frame) for frame in frames]
    assert [code is not None for code in fused] == [False, False, True] * 2
    code = fused[FUSED - 1]
    assert code is not None
    singles = [gallery.identify(frame).best for frame in frames[:FUSED]]
    best = gallery.identify(code).best
    assert best is not None
    assert all(single is not None and best.distance < single.distance for single in singles)


def test_frames_of_three_different_eyes_make_nobody(make_template: MakeTemplate) -> None:
    gallery, burst = Gallery(), Burst()
    for seed in range(50):
        gallery.add(str(seed), str(seed), make_template(seed))
    codes = [code for seed in range(100, 130) if (code := burst.add(make_template(seed))) is not None]
    for code in codes:
        assert isinstance(Look(Policy(1e-3), len(gallery)).add(gallery.identify(code)), NotYet)


def test_frames_that_cannot_be_compared_fuse_to_nothing(make_template: MakeTemplate) -> None:
    burst = Burst()
    frames = [make_template(1, side=EyeSide.LEFT), make_template(1, side=EyeSide.RIGHT), make_template(1)]
    assert [burst.add(frame) for frame in frames] == [None, None, None]
