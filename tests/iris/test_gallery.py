from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

import pytest

from iris.gallery import DuplicateTemplate, Gallery, UnknownTemplate
from iris.match import ForeignEncoder, Incomparable, compare
from iris.template import EyeSide, Template


def filled(make_template: Callable[..., Template], count: int) -> Gallery:
    gallery = Gallery()
    for seed in range(count):
        gallery.add(f"t{seed}", f"p{seed // 2}", make_template(seed))
    return gallery


def test_identification_finds_the_same_as_comparing_one_by_one(
    make_template: Callable[..., Template], noisy_copy: Callable[..., Template]
) -> None:
    gallery = filled(make_template, 60)
    probe = noisy_copy(make_template(37), 0.2, 1)
    found = gallery.identify(probe)
    assert found.best is not None
    assert found.runner_up is not None
    distances = {f"t{seed}": compare(probe, make_template(seed)).distance for seed in range(60)}
    assert found.best.template_id == min(distances, key=distances.__getitem__) == "t37"
    assert found.best.distance == pytest.approx(distances["t37"])
    others = {name: value for name, value in distances.items() if name not in ("t36", "t37")}
    assert found.runner_up.template_id == min(others, key=others.__getitem__)
    assert (found.compared, found.skipped) == (60, 0)


def test_the_runner_up_is_another_person_even_when_the_second_eye_is_nearer(
    make_template: Callable[..., Template], noisy_copy: Callable[..., Template]
) -> None:
    gallery = Gallery()
    gallery.add("a1", "a", make_template(1))
    gallery.add("a2", "a", noisy_copy(make_template(1), 0.1, 1))
    gallery.add("b", "b", make_template(2))
    found = gallery.identify(make_template(1))
    assert found.best is not None
    assert found.runner_up is not None
    assert found.best.template_id == "a1"
    assert found.runner_up.person == "b"


def test_an_empty_gallery_finds_nobody(make_template: Callable[..., Template]) -> None:
    found = Gallery().identify(make_template(1))
    assert found.best is None
    assert found.runner_up is None


def test_a_template_without_overlap_is_skipped_and_never_best(make_template: Callable[..., Template]) -> None:
    gallery = Gallery()
    gallery.add("blind", "x", make_template(1, believed=0.0))
    found = gallery.identify(make_template(1))
    assert found.best is None
    assert (found.compared, found.skipped) == (0, 1)


def test_a_known_side_skips_the_templates_of_the_other_eye(make_template: Callable[..., Template]) -> None:
    gallery = Gallery()
    gallery.add("right", "x", make_template(1, side=EyeSide.RIGHT))
    gallery.add("left", "x", make_template(2, side=EyeSide.LEFT))
    found = gallery.identify(make_template(1, side=EyeSide.LEFT))
    assert found.best is not None
    assert found.best.template_id == "left"
    assert found.skipped == 1


def test_foreign_templates_are_refused_at_the_door(make_template: Callable[..., Template]) -> None:
    foreign = dataclasses.replace(make_template(1), encoder=b"elsewher")
    with pytest.raises(ForeignEncoder):
        Gallery().add("f", "x", foreign)
    with pytest.raises(Incomparable):
        filled(make_template, 3).identify(foreign)


def test_names_are_unique_and_removal_is_final(make_template: Callable[..., Template]) -> None:
    gallery = filled(make_template, 4)
    with pytest.raises(DuplicateTemplate, match="t1"):
        gallery.add("t1", "x", make_template(9))
    gallery.remove("t1")
    assert len(gallery) == 3
    assert "t1" not in gallery
    with pytest.raises(UnknownTemplate, match="'t1' is not in the gallery"):
        gallery.remove("t1")
    found = gallery.identify(make_template(1))
    assert found.best is not None
    assert found.best.template_id != "t1"


def test_searches_go_on_while_templates_come_and_go(make_template: Callable[..., Template]) -> None:
    gallery = filled(make_template, 50)
    wanted = make_template(7)
    wrong: list[object] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            found = gallery.identify(wanted)
            if found.best is None or found.best.template_id != "t7":
                wrong.append(found)

    searchers = [threading.Thread(target=search) for _ in range(2)]
    for thread in searchers:
        thread.start()
    for seed in range(100, 160):
        gallery.add(f"n{seed}", "n", make_template(seed))
        gallery.remove(f"n{seed}")
    done.set()
    for thread in searchers:
        thread.join()
    assert not wrong
    assert len(gallery) == 50
