"""Faults of a line, as its settings say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from simulator.boards.faults import LineFaults


def test_a_line_without_faults_has_none() -> None:
    assert LineFaults().model_dump(exclude_defaults=True) == {}


@pytest.mark.parametrize(
    ("noise_on", "requests", "replies"), [("both", 0.01, 0.01), ("requests", 0.01, 0.0), ("replies", 0.0, 0.01)]
)
def test_noise_may_hit_one_direction_alone(noise_on: str, requests: float, replies: float) -> None:
    faults = LineFaults.model_validate({"noise": 0.01, "noise_on": noise_on})
    assert (faults.request_noise, faults.reply_noise) == (requests, replies)


@pytest.mark.parametrize("wrong", [{"noise": 1.5}, {"drop": -0.1}, {"late_s": 61}, {"dead": "all"}, {"nois": 0.1}])
def test_a_fault_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        LineFaults.model_validate(wrong)
