"""The table of thresholds as a user sees it."""

from __future__ import annotations

import argparse
import json

import pytest

from iris import cli
from iris.decision import Policy


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    arguments = parser.parse_args(["iris", "policy", *words])
    return int(arguments.run(arguments))


def test_the_table_as_json_holds_what_the_policy_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json", "--gallery", "5", "500", "--frames", "4", "--looks", "2", "--false-match-rate", "1e-3") == 0
    told = json.loads(capsys.readouterr().out)
    policy = Policy(1e-3, frames=4, looks=2)
    assert told["degrees_of_freedom"] <= told["degrees_of_freedom_95"][0]
    for row in told["galleries"]:
        assert row["threshold"] == policy.threshold(row["templates"])
        assert row["threshold_of_both_eyes"] == policy.threshold_of_both_eyes(row["templates"])
        assert row["rate_per_comparison"] == policy.rate_per_comparison(row["templates"])
        assert row["extrapolated"] == policy.extrapolates(row["templates"])


def test_the_table_tells_data_from_extrapolation(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--gallery", "1", "100000", "--frames", "1", "--looks", "1", "--false-match-rate", "1e-4") == 0
    small, large = (line for line in capsys.readouterr().out.splitlines() if line.lstrip()[:1] == "1")
    assert small.endswith("data")
    assert large.endswith("the model alone")
    assert " - " in small


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--gallery", "-1"), "gallery_size"),
        (("--frames", "0"), "frames"),
        (("--looks", "0"), "looks"),
        (("--false-match-rate", "0"), "false_match_rate"),
    ],
)
def test_an_impossible_promise_is_named(words: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    assert named in capsys.readouterr().err
