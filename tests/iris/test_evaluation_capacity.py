from __future__ import annotations

from pathlib import Path

import pytest

from iris.evaluation.capacity import TooManyPictures, available_memory, check
from iris.evaluation.layouts import Item


def data(eyes: int, shots: int) -> list[Item]:
    return [
        Item(Path(f"{eye}/{shot}.png"), str(eye), str(eye), eye, "", f"{eye}/{shot}.png")
        for eye in range(eyes)
        for shot in range(shots)
    ]


def test_a_development_set_fits_and_a_hundred_thousand_pictures_do_not() -> None:
    check(data(200, 7), 1 << 30)
    with pytest.raises(TooManyPictures, match=r"100,000 pictures make 4,999,950,000 pairs.*16.0 GB are free"):
        check(data(20_000, 5), 16_000_000_000)


def test_the_number_of_pictures_that_is_told_to_fit_does_fit() -> None:
    with pytest.raises(TooManyPictures) as told:
        check(data(1000, 5), 500_000_000)
    fitting = int(str(told.value).split("about ")[1].split(" pictures")[0].replace(",", ""))
    assert 2000 < fitting < 5000
    check(data(fitting // 5, 5), 500_000_000)


def test_many_pictures_of_one_eye_need_more_than_as_many_of_many_eyes() -> None:
    check(data(200, 5), 200_000_000)
    with pytest.raises(TooManyPictures):
        check(data(1, 1000), 200_000_000)


def test_the_memory_of_this_machine_is_known() -> None:
    free = available_memory()
    assert free is not None
    assert free > 10_000_000
