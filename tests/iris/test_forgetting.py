"""Nothing that was taken from an eye picture outlives its encoding."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from iris import forgetting as module
from iris.encode import encode
from iris.forgetting import forgetting, note
from iris.refusals import Refusal
from iris.segment.eye import find_eye


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[NDArray[Any]]:
    """Every array that is zeroed at the end of the next `forgetting` blocks."""
    seen: list[NDArray[Any]] = []

    def watched(made: NDArray[Any]) -> NDArray[Any]:
        seen.append(made)
        return note(made)

    for name in ("picture", "segment.highlights", "segment.lids", "unwrap"):
        monkeypatch.setattr(f"iris.{name}.note", watched)
    return seen


def test_every_copy_is_zero_when_encoding_ends_and_the_callers_picture_is_untouched(
    drawn: Callable[..., Any], noted: list[NDArray[Any]]
) -> None:
    picture = drawn().draw()
    before = picture.copy()
    encode(picture)
    assert np.array_equal(picture, before)
    assert len(noted) >= 8
    assert not any(array.any() for array in noted)


def test_a_refused_picture_is_forgotten_too(noted: list[NDArray[Any]]) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (240, 320), np.uint8)
    with pytest.raises(Refusal):
        encode(picture)
    assert noted
    assert not any(array.any() for array in noted)


def test_a_picture_that_had_to_be_copied_is_forgotten(drawn: Callable[..., Any], noted: list[NDArray[Any]]) -> None:
    picture = drawn().draw()
    turned = np.asfortranarray(picture)
    encode(turned)
    assert noted[0].shape == picture.shape
    assert not noted[0].any()
    assert np.array_equal(turned, picture)


def test_what_others_look_at_stays(drawn: Callable[..., Any]) -> None:
    assert find_eye(drawn().draw()).boundaries.copy.plain.any()


def test_each_thread_forgets_its_own() -> None:
    def made_elsewhere() -> NDArray[np.uint8]:
        return note(np.ones(3, np.uint8))

    with forgetting():
        mine = note(np.ones(3, np.uint8))
        with ThreadPoolExecutor(1) as pool:
            theirs = pool.submit(made_elsewhere).result()
    assert module._noted.get() is None
    assert not mine.any()
    assert theirs.all()
