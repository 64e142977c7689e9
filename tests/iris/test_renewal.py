"""Renewal: an eye that has changed a little may renew its enrolment, and no sequence of visits leads to another eye."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris import impostors
from iris.code import CODE_COLUMNS, CODE_ROWS, IrisCode
from iris.decision import Policy
from iris.drift import INCOMPARABLE, Sighting
from iris.encode import encode
from iris.enrolment import LEAST_QUALITY, fused
from iris.gallery import RENEWAL_LEADS, Gallery
from iris.match import compare
from iris.refusals import Refusal
from iris.renewal import FRAMES_NEEDED, LEAST_KEPT, QUALITY_MARGIN, NotRenewed, Renewal, limit, renewals, sighting
from iris.template import EyeSide, Template
from simulator.eyes.eye import grow
from simulator.eyes.identity import Identity, Side
from simulator.eyes.life import draw_view, live
from simulator.eyes.render import render

POLICY, GALLERY = Policy(looks=3), 400
LEFT, RIGHT = EyeSide.LEFT, EyeSide.RIGHT

Make = Callable[..., Template]
Noisy = Callable[[Template, float, int], Template]


def look(noisy: Noisy, eye: Template, flipped: float = 0.08, seed: int = 0) -> list[Template]:
    """Three good frames of an eye, as a look gives them: the side is not known."""
    return [replace(noisy(eye, flipped, 10 * seed + n), side=EyeSide.UNKNOWN) for n in range(FRAMES_NEEDED)]


def judge(frames: list[Template], original: Template) -> Renewal | NotRenewed:
    return renewals(frames, {original.side: original}, POLICY, GALLERY)[original.side]


def test_three_good_frames_near_the_enrolment_renew_it(make_template: Make, noisy_copy: Noisy) -> None:
    original = make_template(1, side=LEFT)
    renewed = judge(look(noisy_copy, noisy_copy(original, 0.08, 99)), original)
    assert isinstance(renewed, Renewal)
    assert renewed.template.side is LEFT
    assert renewed.template.frames == original.frames


def test_each_eye_is_renewed_from_its_own_frames(make_template: Make, noisy_copy: Noisy) -> None:
    left, right = make_template(1, side=LEFT), make_template(2, side=RIGHT)
    found = renewals(look(noisy_copy, left) + look(noisy_copy, right)[:2], {LEFT: left, RIGHT: right}, POLICY, GALLERY)
    assert isinstance(found[LEFT], Renewal)
    assert found[RIGHT] is NotRenewed.TOO_FEW


def test_a_look_that_is_accepted_only_just_renews_nothing(make_template: Make, noisy_copy: Noisy) -> None:
    original = make_template(1, side=LEFT, believed=1.0)
    frames = look(noisy_copy, original, 0.32)
    distances = [compare(frame, original).distance for frame in frames]
    assert all(limit(POLICY, GALLERY) < distance < POLICY.threshold(GALLERY) for distance in distances)
    assert judge(frames, original) is NotRenewed.FAR


def test_one_frame_that_is_too_far_refuses_the_others(make_template: Make, noisy_copy: Noisy) -> None:
    original = make_template(1, side=LEFT, believed=1.0)
    frames = look(noisy_copy, original)
    assert judge([*frames, *look(noisy_copy, original, 0.32)[:1]], original) is NotRenewed.FAR


def test_poor_frames_renew_nothing(make_template: Make, noisy_copy: Noisy) -> None:
    original = make_template(1, side=LEFT)
    frames = look(noisy_copy, original)
    assert judge([*frames[:2], replace(frames[2], quality=64)], original) is NotRenewed.TOO_FEW


def test_frames_that_are_just_good_enough_renew(make_template: Make, noisy_copy: Noisy) -> None:
    original = make_template(1, side=LEFT)
    frames = [replace(frame, quality=LEAST_QUALITY + QUALITY_MARGIN) for frame in look(noisy_copy, original)]
    assert isinstance(judge(frames, original), Renewal)


@pytest.mark.parametrize(("places", "renewed"), [(341, True), (342, False)])
def test_two_thirds_of_the_places_are_enough_and_less_is_not(
    make_template: Make,
    places: int,
    renewed: bool,  # noqa: FBT001 - a table
) -> None:
    full = make_template(1, side=LEFT, believed=1.0).unpacked()
    bits, mask = full.bits.copy(), full.mask.copy()
    mask[0, 0] = False  # 1023 are left
    original = Template.of(IrisCode(full.bits, mask), side=LEFT, quality=90)
    struck = np.flatnonzero(mask)[:places]
    bits.reshape(-1, 2)[struck, 0] ^= True
    found = judge([Template.of(IrisCode(bits, mask), side=EyeSide.UNKNOWN, quality=90)] * FRAMES_NEEDED, original)
    if renewed:
        assert isinstance(found, Renewal)
        assert found.kept == LEAST_KEPT
    else:
        assert found is NotRenewed.TOO_MUCH


def test_two_people_before_the_camera_renew_nothing(make_template: Make, noisy_copy: Noisy) -> None:
    original, stranger = make_template(1, side=LEFT), make_template(2)
    frames = look(noisy_copy, original)
    assert judge([*frames, stranger], original) is NotRenewed.SOMEBODY_ELSE


def test_templates_of_another_encoder_renew_nothing(make_template: Make, noisy_copy: Noisy) -> None:
    original = make_template(1, side=LEFT)
    frames = look(noisy_copy, original)
    foreign = [replace(frame, encoder=bytes(8)) for frame in frames]
    assert judge(foreign, original) is NotRenewed.SOMEBODY_ELSE
    assert judge(frames, replace(original, encoder=bytes(8))) is NotRenewed.SOMEBODY_ELSE


def test_codes_that_say_nothing_renew_nothing(make_template: Make) -> None:
    original = make_template(1, side=LEFT)
    dead = replace(original, code=np.zeros_like(original.code), side=EyeSide.UNKNOWN)
    assert judge([dead] * FRAMES_NEEDED, original) is NotRenewed.SOMEBODY_ELSE


@pytest.mark.parametrize("gallery", [1, 400, 20_000, 100_000])
def test_a_stranger_renews_a_promise_more_seldom_than_one_is_accepted(gallery: int) -> None:
    accepted = impostors.false_match_rate(POLICY.threshold(gallery))
    renewed = impostors.false_match_rate(limit(POLICY, gallery))
    assert renewed == pytest.approx(accepted * POLICY.false_match_rate, rel=0.1)


def between(a: Template, b: Template, part: float) -> Template:
    """An eye on the way from one to another: so large a part of its places is the other's."""
    order = np.random.default_rng(5).random((CODE_COLUMNS, CODE_ROWS)) < part
    one, other = a.unpacked(), b.unpacked()
    return Template.of(IrisCode(np.where(order[..., None], other.bits, one.bits), one.mask), side=a.side, quality=90)


def only_fused(frames: list[Template], against: Template) -> Template | None:
    """The rule that this is not: the frames themselves become the template, measured against the newest one."""
    near = all(compare(frame, against).distance < limit(POLICY, GALLERY) for frame in frames)
    return fused(frames, against.side) if near else None


def test_an_eye_that_creeps_towards_another_never_gets_there(make_template: Make, noisy_copy: Noisy) -> None:
    """Beside it what the same visits do to templates that are renewed from the last renewal, with the frames' bits."""
    original, stranger = make_template(1, side=LEFT), make_template(2, side=LEFT)
    chained, renewed_often = original, 0
    for visit, part in enumerate(np.linspace(0.05, 1.0, 20)):
        frames = look(noisy_copy, between(original, stranger, part), 0.04, visit)
        chained = only_fused(frames, chained) or chained
        if isinstance(renewed := judge(frames, original), Renewal):
            renewed_often += 1
            assert compare(stranger, renewed.template).distance > POLICY.threshold(GALLERY)
    assert renewed_often
    assert compare(stranger, chained).distance < POLICY.threshold(GALLERY)


def painted(original: Template, stranger: Template, changed: float) -> Template:
    """The pattern that gains a stranger most: the enrolled one, with the stranger's bits where both of a place differ
    first, then where one does; so large a part of the believed places is changed."""
    own, other = original.unpacked(), stranger.unpacked()
    differing = (own.bits != other.bits).sum(axis=2) * own.mask
    ranked = np.argsort(-differing.ravel(), kind="stable")[: int(changed * own.mask.sum())]
    take = np.zeros(own.mask.size, bool)
    take[ranked] = True
    bits = np.where(take.reshape(own.mask.shape)[..., None], other.bits, own.bits)
    return Template.of(IrisCode(bits, own.mask), side=EyeSide.UNKNOWN, quality=90)


@pytest.mark.parametrize("seed", range(2, 8))
def test_even_an_eye_painted_for_it_opens_no_way_for_the_painter(make_template: Make, seed: int) -> None:
    """Codes as full as the fullest of two data sets (1,700 bits in common), the head held as it helps."""
    original, stranger = make_template(1, side=LEFT, believed=0.83), make_template(seed, believed=1.0)
    done = 0
    for changed in np.linspace(0.02, 0.6, 30):
        renewed = judge([painted(original, stranger, changed)] * FRAMES_NEEDED, original)
        if isinstance(renewed, Renewal):
            done += 1
            assert compare(stranger, renewed.template).distance > POLICY.threshold(GALLERY)
    assert done


def held_as_it_helps(stranger: Template, original: Template) -> Template:
    """A stranger's eye, turned to where it comes nearest."""
    turn = compare(stranger, original).rotation
    return replace(stranger, code=np.roll(stranger.code, turn, axis=0), mask=np.roll(stranger.mask, turn, axis=0))


def painted_by_one_bit(original: Template, stranger: Template, places: float) -> Template:
    """The cheapest way to strike places out: one bit of each, so that the pattern stays at half the distance.

    Places both of whose bits speak against the stranger come first, then those of which one does.
    """
    own, other = original.unpacked(), stranger.unpacked()
    differing = (own.bits != other.bits) & own.mask[..., None]
    count = differing.sum(axis=2).ravel()
    struck = np.argsort(-count, kind="stable")[: int(places * own.mask.sum())]
    struck = struck[count[struck] > 0]
    bits, against = own.bits.reshape(-1, 2).copy(), differing.reshape(-1, 2)
    bits[struck, np.where(against[struck, 0], 0, 1)] ^= True
    return Template.of(IrisCode(bits.reshape(own.bits.shape), own.mask), side=EyeSide.UNKNOWN, quality=90)


@pytest.mark.parametrize("seed", range(2, 8))
def test_who_paints_one_bit_of_each_place_is_still_no_nearer_with_the_bare_eye(make_template: Make, seed: int) -> None:
    """The renewal alone would let the painter in; the gallery lets it lead the enrolment by a little only."""
    original = make_template(1, side=LEFT, believed=0.83)
    stranger = held_as_it_helps(make_template(seed, believed=1.0), original)
    renewed = judge([painted_by_one_bit(original, stranger, 0.33)] * FRAMES_NEEDED, original)
    assert isinstance(renewed, Renewal)
    gallery = Gallery()
    gallery.add("enrolment", "ann", original)
    gallery.add("renewal", "ann", renewed.template, renews="enrolment")
    assert compare(stranger, renewed.template).distance < POLICY.threshold(len(gallery))
    found = gallery.identify(stranger)
    assert found.best is not None
    assert found.best.distance == compare(stranger, original).distance - RENEWAL_LEADS
    assert found.best.distance > POLICY.threshold(len(gallery))


def test_what_a_renewal_may_gain_is_no_more_than_owners_do(make_template: Make, noisy_copy: Noisy) -> None:
    original = make_template(1, side=LEFT)
    renewed = judge(look(noisy_copy, noisy_copy(original, 0.08, 99)), original)
    assert isinstance(renewed, Renewal)
    gallery, frame = Gallery(), noisy_copy(noisy_copy(original, 0.08, 99), 0.08, 7)
    gallery.add("enrolment", "ann", original)
    gallery.add("renewal", "ann", renewed.template, renews="enrolment")
    found = gallery.identify(frame)
    assert found.best is not None
    assert found.best.template_id == "renewal"
    assert found.best.distance < compare(frame, original).distance


def test_a_renewal_has_no_bit_and_no_place_that_the_enrolment_has_not(make_template: Make, noisy_copy: Noisy) -> None:
    original = make_template(1, side=LEFT)
    renewed = judge(look(noisy_copy, noisy_copy(original, 0.1, 3)), original)
    assert isinstance(renewed, Renewal)
    assert np.array_equal(renewed.template.code, original.code)
    assert not np.any(renewed.template.mask & ~original.mask)
    assert renewed.kept == pytest.approx(
        np.unpackbits(renewed.template.mask).sum() / np.unpackbits(original.mask).sum()
    )


def test_a_part_that_has_changed_for_good_counts_no_more(make_template: Make, noisy_copy: Noisy) -> None:
    original, later = make_template(1, side=LEFT), make_template(2, side=LEFT)
    changed = between(original, later, 0.25)
    renewed = judge(look(noisy_copy, changed, 0.06), original)
    assert isinstance(renewed, Renewal)
    for seed in range(5, 10):
        frame = noisy_copy(changed, 0.06, seed)
        assert compare(frame, renewed.template).distance < compare(frame, original).distance - 0.03


@pytest.mark.parametrize("turn", [-7, 4])
def test_a_tilted_head_strikes_out_the_same_places(make_template: Make, noisy_copy: Noisy, turn: int) -> None:
    original = replace(make_template(1, side=LEFT, quality=71), frames=7)
    frames = look(noisy_copy, replace(noisy_copy(original, 0.08, 99), quality=80), 0.04)
    turned = [
        replace(each, code=np.roll(each.code, turn, axis=0), mask=np.roll(each.mask, turn, axis=0)) for each in frames
    ]
    straight, tilted = judge(frames, original), judge(turned, original)
    assert isinstance(straight, Renewal)
    assert isinstance(tilted, Renewal)
    assert tilted.template == straight.template
    assert (tilted.template.side, tilted.template.quality, tilted.template.frames) == (LEFT, 71, 7)
    assert straight.kept < 1


def test_an_eye_of_which_too_little_would_be_left_is_not_renewed(make_template: Make, noisy_copy: Noisy) -> None:
    original, later = make_template(1, side=LEFT, believed=1.0), make_template(2, side=LEFT, believed=1.0)
    assert judge(look(noisy_copy, between(original, later, 0.52), 0.0), original) is NotRenewed.TOO_MUCH


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 0.5), st.floats(0, 1)), max_size=8))
def test_whatever_the_visits_every_renewal_is_a_part_of_the_enrolment(
    make_template: Make, noisy_copy: Noisy, visits: list[tuple[int, float, float]]
) -> None:
    original, history = make_template(1, side=LEFT), []
    for seed, flipped, part in visits:
        eye = between(original, make_template(seed + 2, side=LEFT), part)
        renewed = judge(look(noisy_copy, eye, flipped, seed), original)
        history.append(renewed)
        if isinstance(renewed, Renewal):
            assert np.array_equal(renewed.template.code, original.code)
    if visits:  # what came before changes nothing
        seed, flipped, part = visits[-1]
        eye = between(original, make_template(seed + 2, side=LEFT), part)
        assert type(judge(look(noisy_copy, eye, flipped, seed), original)) is type(history[-1])


def burst(person: str, stand: int, count: int) -> list[Template]:
    """Frames of one stand of a simulated person's left eye that gave a template."""
    eye, rng = grow(Identity(17, person, Side.LEFT)), np.random.default_rng([17, stand, len(person)])
    views = live(draw_view(rng), rng)
    templates = []
    for _ in range(count):
        try:
            templates.append(encode(render(eye, next(views), rng).picture).template)
        except Refusal:
            continue
    return templates


def test_simulated_strangers_never_renew_and_the_owner_does() -> None:
    original = fused(burst("owner", 0, 4), LEFT)
    own = [judge(burst("owner", stand, 4), original) for stand in (1, 2)]
    assert any(isinstance(each, Renewal) for each in own)
    for n in range(6):
        strange = judge(burst(f"stranger-{n}", 1, 4), original)
        assert not isinstance(strange, Renewal)


def test_a_sighting_is_the_nearest_frame_of_that_eye(make_template: Make, noisy_copy: Noisy) -> None:
    left, right = make_template(1, side=LEFT), make_template(2, side=RIGHT)
    originals = {LEFT: left, RIGHT: right}
    frames = [noisy_copy(left, 0.2, 1), noisy_copy(left, 0.05, 2), noisy_copy(right, 0.01, 3), make_template(9)]
    nearest = compare(frames[1], left).distance
    assert sighting(frames, originals, LEFT, None) == Sighting(original=nearest)
    renewal = noisy_copy(left, 0.1, 4)
    expected = Sighting(original=nearest, renewed=compare(frames[1], renewal).distance)
    assert sighting(frames, originals, LEFT, renewal) == expected
    twice = [frames[1], replace(frames[1], quality=70)]
    assert sighting(twice, originals, LEFT, None) == Sighting(original=nearest)
    assert sighting(frames[3:], originals, LEFT, renewal) is None
    assert sighting(frames[:2], originals, RIGHT, None) is None


def test_a_renewal_that_does_not_compare_is_sighted_as_far_as_a_stranger(
    make_template: Make, noisy_copy: Noisy
) -> None:
    original = make_template(1, side=LEFT)
    blind = replace(original, mask=np.zeros_like(original.mask))
    found = sighting([noisy_copy(original, 0.05, 1)], {LEFT: original}, LEFT, blind)
    assert found is not None
    assert found.renewed == INCOMPARABLE == 0.5
