"""The gallery beside a naive one, through every order of coming, going and searching."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris import columns as columns_module
from iris import gallery as gallery_module
from iris import reference
from iris.columns import Columns, Entry
from iris.gallery import NEAR, NEAR_AT_MOST, RENEWAL_LEADS, Candidate, Gallery, Identification, UnknownTemplate
from iris.match import Incomparable, compare
from iris.planes import Distances, Planes, Scan, distances, planes
from iris.template import EyeSide, Template

Make = Callable[..., Template]


class NaiveGallery:
    """A dictionary, compared one by one; a renewal counts by the enrolment that `renews` has for it, if any."""

    def __init__(self) -> None:
        self.templates: dict[str, tuple[str, Template]] = {}
        self.renews: dict[str, str | None] = {}

    def remove(self, name: str) -> None:
        del self.templates[name]
        self.renews.pop(name, None)
        self.renews |= {each: None for each, original in self.renews.items() if original == name}

    def distance(self, probe: Template, name: str) -> float:
        distance = compare(probe, self.templates[name][1]).distance
        if name not in self.renews:
            return distance
        original = self.renews[name]
        if original is None:
            raise Incomparable
        return max(distance, compare(probe, self.templates[original][1]).distance - RENEWAL_LEADS)

    def identify(self, probe: Template) -> Identification:
        found = []
        for name, (person, template) in self.templates.items():
            with suppress(Incomparable):
                found.append(Candidate(name, person, self.distance(probe, name), template.side))
        found.sort(key=lambda candidate: candidate.distance)
        best = found[0] if found else None
        runner_up = next((each for each in found if best is not None and each.person != best.person), None)
        near = tuple(each for each in found[:NEAR_AT_MOST] if each.distance < NEAR)
        return Identification(best, runner_up, len(found), len(self.templates) - len(found), near)


def template(make: Make, seed: int) -> Template:
    """One of a few: some alike, some of two readings, some silent or blind, of any side."""
    believed = (0.8, 0.5, 0.1)[seed % 3]
    plain = make(seed // 2, believed=believed, side=list(EyeSide)[seed % 4 % 3])
    if seed % 5 == 0:
        plain = dataclasses.replace(plain, code=np.zeros_like(plain.code))
    if seed % 7 < 2:
        return Template.of_readings([plain, make(seed + 500, believed=0.6)])
    return plain


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrays that are outgrown and packed together within a few changes."""
    monkeypatch.setattr(columns_module, "SMALLEST", 2)
    monkeypatch.setattr(gallery_module, "SMALLEST", 2)
    monkeypatch.setattr(Columns.__init__, "__defaults__", (2,))


@pytest.mark.usefixtures("small")
@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["add", "add", "renew", "renew", "remove", "identify"]), st.integers(0, 40)),
        max_size=40,
    )
)
def test_whatever_comes_and_goes_the_answer_is_that_of_a_naive_gallery(
    make_template: Make, steps: list[tuple[str, int]]
) -> None:
    gallery, naive = Gallery(), NaiveGallery()
    for step, seed in [*steps, *(("identify", seed) for seed in (1, 2, 7, 8))]:
        name, original = f"t{seed % 15}", f"t{(seed + 1) % 15}"
        if step == "identify":
            assert gallery.identify(template(make_template, seed)) == naive.identify(template(make_template, seed))
        elif step == "renew" and name not in naive.templates and original in naive.templates:
            stored = (f"p{seed % 4}", template(make_template, seed))
            if original in naive.renews:
                with pytest.raises(UnknownTemplate, match=original):
                    gallery.add(name, *stored, renews=original)
                continue
            naive.templates[name], naive.renews[name] = stored, original
            gallery.add(name, *stored, renews=original)
        elif step == "add" and name not in naive.templates:
            naive.templates[name] = (f"p{seed % 4}", template(make_template, seed))
            gallery.add(name, *naive.templates[name])
        elif step == "remove" and name in naive.templates:
            naive.remove(name)
            gallery.remove(name)
        assert len(gallery) == len(naive.templates)
        assert (name in gallery) == (name in naive.templates)


@pytest.mark.parametrize("flipped", [0.0, 0.1, 0.3])
def test_a_renewal_leads_its_enrolment_by_so_much_at_most_to_the_last_bit_of_the_reference(
    make_template: Make, noisy_copy: Make, flipped: float
) -> None:
    """However near it lies itself; of two readings of the enrolment the nearer one counts."""
    probe = make_template(1)
    original = Template.of_readings([make_template(3), noisy_copy(probe, 0.25, 1)])
    renewal = noisy_copy(probe, flipped, 2)
    gallery = Gallery()
    gallery.add("original", "ann", original)
    gallery.add("renewal", "ann", renewal, renews="original")
    whole, part = reference.nearest(probe, original), reference.nearest(probe, renewal)
    assert whole is not None
    assert part is not None
    found = {each.template_id: each.distance for each in gallery.identify(probe).near}
    assert found["original"] == float(whole.distance)
    assert found["renewal"] == max(float(part.distance), float(whole.distance) - RENEWAL_LEADS)


def test_renewals_stay_with_their_enrolments_when_columns_move(make_template: Make, noisy_copy: Make) -> None:
    """By removals before, between and behind them, and by arrays that are outgrown."""
    gallery, probes = Gallery(), {f"p{n}": make_template(n) for n in range(3)}
    others = iter(range(1000, 9000))
    names = []

    def fill(count: int) -> None:
        for number in range(count):
            names.append(f"o{len(names)}")
            gallery.add(names[-1], "other", template(make_template, 2 * next(others) + number % 2))

    for person, probe in probes.items():
        fill(30)
        gallery.add(f"{person} enrolment", person, Template.of_readings([make_template(99), noisy_copy(probe, 0.2, 1)]))
        fill(10)
        gallery.add(f"{person} renewal", person, probe, renews=f"{person} enrolment")
    fill(30)
    before = {person: gallery.identify(probe).near for person, probe in probes.items()}
    moved = gallery._columns
    for name in names:
        gallery.remove(name)
    assert gallery._columns is not moved
    assert len(gallery) == 6
    for person, probe in probes.items():
        renewal, enrolment = (each for each in gallery.identify(probe).near if each.person == person)
        assert (renewal.template_id, enrolment.template_id) == (f"{person} renewal", f"{person} enrolment")
        assert renewal.distance == enrolment.distance - RENEWAL_LEADS
        assert {renewal, enrolment} <= set(before[person])


def test_a_renewal_counts_nothing_without_its_enrolment_and_none_renews_a_renewal(make_template: Make) -> None:
    gallery, iris = Gallery(), make_template(1)
    with pytest.raises(UnknownTemplate, match="enrolment 'first' is not in the gallery"):
        gallery.add("renewal", "ann", iris, renews="first")
    gallery.add("first", "ann", iris)
    gallery.add("renewal", "ann", iris, renews="first")
    with pytest.raises(UnknownTemplate, match="enrolment 'renewal' is not in the gallery"):
        gallery.add("another", "ann", iris, renews="renewal")
    assert gallery.identify(iris).compared == 2
    gallery.remove("first")
    found = gallery.identify(iris)
    assert (found.best, found.compared, found.skipped) == (None, 0, 1)
    gallery.add("first", "ann", make_template(2))  # another enrolment by the same name
    best = gallery.identify(iris).best
    assert best is not None
    assert best.distance > 0.4
    with pytest.raises(UnknownTemplate):
        gallery.add("another", "ann", iris, renews="renewal")


def test_a_person_with_very_many_templates_still_has_a_runner_up(make_template: Make, noisy_copy: Make) -> None:
    iris = make_template(1)
    gallery = Gallery()
    for number in range(NEAR_AT_MOST + 5):
        gallery.add(f"a{number}", "a", noisy_copy(iris, 0.1, number))
    gallery.add("b", "b", make_template(2))
    found = gallery.identify(iris)
    assert found.runner_up is not None
    assert found.runner_up.person == "b"
    assert len(found.near) == NEAR_AT_MOST
    gallery.remove("b")
    assert gallery.identify(iris).runner_up is None


def test_of_equally_near_templates_the_one_added_first_is_named(make_template: Make) -> None:
    gallery = Gallery()
    for name in ("first", "second", "third"):
        gallery.add(name, name, make_template(1))
    gallery.remove("first")
    gallery.add("first", "first", make_template(1))
    found = gallery.identify(make_template(1))
    assert [each.template_id for each in found.near] == ["second", "third", "first"]


@pytest.mark.parametrize("count", [30, NEAR_AT_MOST])
def test_equally_near_templates_are_named_in_the_order_in_which_they_came(
    make_template: Make, noisy_copy: Make, count: int
) -> None:
    gallery, nearest, farther = Gallery(), [], []
    for number in range(count):
        for names, noise in ((farther, 0.2), (nearest, 0.1)):
            names.append(f"{noise} {number}")
            gallery.add(names[-1], "p", noisy_copy(make_template(1), noise, 1))
        gallery.add(f"far {number}", "stranger", make_template(100 + number))
    told = [each.template_id for each in gallery.identify(make_template(1)).near]
    assert told[: 2 * count] == [*nearest, *farther][:NEAR_AT_MOST]


@pytest.mark.parametrize("room", [0, 1, 2])
def test_a_gallery_grows_for_a_template_of_two_readings_however_few_columns_are_left(
    make_template: Make, room: int
) -> None:
    gallery, doubtful = Gallery(), Template.of_readings([make_template(500), make_template(501)])
    for seed in range(columns_module.SMALLEST - room):
        gallery.add(f"t{seed}", f"p{seed}", make_template(seed))
    gallery.add("doubtful", "ann", doubtful)
    for probe in doubtful.readings:
        found = gallery.identify(probe)
        assert found.best is not None
        assert (found.best.person, found.compared) == ("ann", len(gallery))


@pytest.mark.usefixtures("small")
def test_a_search_under_way_sees_the_gallery_as_it_was(make_template: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    gallery = Gallery()
    for seed in range(8):
        gallery.add(f"t{seed}", f"p{seed}", make_template(seed))
    before = gallery.identify(make_template(5))

    def meanwhile(probe: Planes, others: Planes, scan: Scan) -> Distances:
        for seed in range(8):
            gallery.remove(f"t{seed}")
        for seed in range(8):
            gallery.add(f"t{seed}", "somebody else", make_template(seed + 5))
        return distances(probe, others, scan)

    with monkeypatch.context() as patched:
        patched.setattr(gallery_module, "distances", meanwhile)
        assert gallery.identify(make_template(5)) == before
    after = gallery.identify(make_template(5))
    assert after.best is not None
    assert (after.best.template_id, after.best.person) == ("t0", "somebody else")


@pytest.mark.parametrize("during_a_search", [False, True])
def test_a_removed_template_is_overwritten_once_no_search_reads_it(
    make_template: Make, monkeypatch: pytest.MonkeyPatch, *, during_a_search: bool
) -> None:
    gallery = Gallery()
    gallery.add("gone", "p", make_template(1))
    gallery.add("kept", "q", make_template(2))
    columns = gallery._columns
    if during_a_search:

        def meanwhile(probe: Planes, others: Planes, scan: Scan) -> Distances:
            gallery.remove("gone")
            assert others.mask[:, 0].any()
            return distances(probe, others, scan)

        with monkeypatch.context() as patched:
            patched.setattr(gallery_module, "distances", meanwhile)
            gallery.identify(make_template(1))
    else:
        gallery.remove("gone")
    assert not columns._words[:, :, 0].any()
    assert columns._words[:, :, 1].any()
    assert columns._entries[0] is None


def test_a_search_that_ends_beside_another_one_overwrites_nothing_that_the_other_reads(
    make_template: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = Gallery()
    for seed in range(4):
        gallery.add(f"t{seed}", f"p{seed}", make_template(seed))
    before = gallery.identify(make_template(2))

    def meanwhile(probe: Planes, others: Planes, scan: Scan) -> Distances:
        monkeypatch.setattr(gallery_module, "distances", distances)
        gallery.identify(make_template(1))
        gallery.remove("t2")
        gallery.identify(make_template(1))
        return distances(probe, others, scan)

    monkeypatch.setattr(gallery_module, "distances", meanwhile)
    assert gallery.identify(make_template(2)) == before
    assert not gallery._columns._words[:, :, 2].any()


@pytest.mark.parametrize("during_a_search", [False, True])
def test_arrays_that_were_outgrown_keep_no_copy_of_a_code_once_no_search_reads_them(
    make_template: Make, monkeypatch: pytest.MonkeyPatch, *, during_a_search: bool
) -> None:
    """Or a template that is removed later would live on in freed memory."""
    gallery = Gallery()
    for seed in range(columns_module.SMALLEST):
        gallery.add(f"t{seed}", f"p{seed}", make_template(seed))
    outgrown = gallery._columns

    def meanwhile(probe: Planes, others: Planes, scan: Scan) -> Distances:
        gallery.add("one more", "p", make_template(500))
        assert outgrown._words[:, :, 7].any()
        return distances(probe, others, scan)

    with monkeypatch.context() as patched:
        if during_a_search:
            patched.setattr(gallery_module, "distances", meanwhile)
        found = gallery.identify(make_template(7))
        assert found.best is not None
        assert found.best.template_id == "t7"
    if not during_a_search:
        gallery.add("one more", "p", make_template(500))
    assert gallery._columns is not outgrown
    assert not outgrown._words[:, :, : columns_module.SMALLEST].any()
    again = gallery.identify(make_template(7))
    assert again.best == found.best
    assert again.compared == columns_module.SMALLEST + 1


def test_a_failed_search_leaves_the_gallery_in_order(make_template: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    gallery = Gallery()
    gallery.add("t", "p", make_template(1))

    def broken(*_: object) -> Distances:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(gallery_module, "distances", broken)
        with pytest.raises(MemoryError):
            gallery.identify(make_template(1))
    columns = gallery._columns
    gallery.remove("t")
    assert not columns._words[:, :, 0].any()


def test_changes_copy_a_bounded_number_of_columns_each(make_template: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: what is copied over a whole life stays a small multiple of the changes."""
    copied = 0
    pack = Columns.packed_together

    def counted(self: Columns, more: int = 0) -> Columns:
        nonlocal copied
        fresh = pack(self, more)
        copied += fresh.used
        return fresh

    monkeypatch.setattr(Columns, "packed_together", counted)
    gallery, one = Gallery(), make_template(1)
    for number in range(2000):
        gallery.add(str(number), "p", one)
    for number in range(2000, 6000):
        gallery.remove(str(number - 2000))
        gallery.add(str(number), "p", one)
    for number in range(4000, 6000):
        gallery.remove(str(number))
    assert copied < 5 * 12_000
    assert gallery._columns.used <= 2 * columns_module.SMALLEST


def test_no_search_reads_more_empty_columns_than_a_part_of_all(make_template: Make) -> None:
    gallery = Gallery()
    for number in range(1000):
        gallery.add(str(number), "p", make_template(1))
    for number in range(0, 1000, 3):
        gallery.remove(str(number))
        columns = gallery._columns
        assert columns.empty <= columns_module.SMALLEST + columns_module.MOST_EMPTY * columns.used


def test_packing_together_keeps_names_with_their_codes(make_template: Make) -> None:
    columns = Columns(64)
    for seed in range(20):
        columns.append(Entry(str(seed), "p", EyeSide.LEFT, silent=seed == 3), planes([template(make_template, seed)]))
    for seed in range(0, 20, 2):
        columns.retire(str(seed))
    view = columns.packed_together().view()
    assert view.templates == 10
    leads = np.setdiff1d(np.arange(view.planes.columns), view.seconds)
    names = [entry.template_id for entry in (view.entries[lead] for lead in leads) if entry is not None]
    assert names == [str(seed) for seed in range(1, 20, 2)]
    assert [name for name, lead in zip(names, leads, strict=True) if not view.comparable[lead]] == ["3"]
    for name, lead in zip(names, leads, strict=True):
        expected = planes([template(make_template, int(name))])
        assert np.array_equal(view.planes.mask[:, lead], expected.mask[:, 0])
        assert np.array_equal(view.planes.real[:, lead], expected.real[:, 0])
