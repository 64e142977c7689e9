"""`make mutants`: small faults put into the matcher, the gallery and the decision, one at a time; a test must see each.

Run: python tests/iris/mutants/run.py [--processes N] [--again]. A mutant that no test sees is either explained in
`docs/decisions/iris-mutants.md`, or printed, and then the run fails. `--again` tries only those that were not seen by
the last run. Works on a copy in reports/mutants/.
"""

# ruff: noqa: T201, PLC0415 - it is run from a terminal, and mutmut is there for this command alone

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
WORK = ROOT / "reports" / "mutants"
sys.path.insert(0, str(HERE))

from explained import PAGE, Mutant, explained  # noqa: E402 - stands beside this file

MUTATED = (
    "match",
    "planes",
    "gallery",
    "columns",
    "decision",
    "visitor",
    "impostors",
    "template",
    "burst",
    "wrong_view",
    "renewal",
    "drift",
    "enrolment",
)
TESTS = (
    "match",
    "planes",
    "gallery",
    "gallery_changes",
    "decision",
    "decision_visits",
    "visitor",
    "impostors",
    "template",
    "readings",
    "fail_closed",
    "burst",
    "turned_views",
    "renewal",
    "drift",
    "enrolment",
)
COPIED = ("pyproject.toml", "iris", "simulator", "config", "benchmarks", "tests/iris")
SEEN, ENDLESS = {1, 3}, {24, -24, 36, 152, 255}
"""What mutmut keeps for a mutant that a test failed on, and for one that had to be ended: both are found out."""
MUTMUT = "from mutmut.__main__ import cli; cli()"
ALIKE = {"PYTHONSAFEPATH": "1", "PYTHONHASHSEED": "1"}
"""The copy is what is imported, and the order of sets is the same for every mutant."""
ONE_WAY = """
from hypothesis import Phase, settings
settings.register_profile("mutants", derandomize=True, database=None, phases=[Phase.explicit, Phase.generate])
settings.load_profile("mutants")
"""
"""Every mutant meets the same examples, and no time is spent on making a failing one smaller."""


def main() -> int:
    parser = argparse.ArgumentParser(description="try every mutant of the iris matcher, gallery and decision")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="only what the last run did not see")
    arguments = parser.parse_args()
    if not arguments.again:
        shutil.rmtree(WORK, ignore_errors=True)
    _forget_unseen()
    _copy()
    done = subprocess.run(
        [sys.executable, "-c", MUTMUT, "run", "--max-children", str(arguments.processes)],
        cwd=WORK,
        env=os.environ | ALIKE | {"PYTHONPATH": f"{WORK / 'mutants'}:{WORK}"},
        check=False,
    )
    return done.returncode or _report(_exit_codes())


def _forget_unseen() -> None:
    for path in _kept():
        kept = json.loads(path.read_text())
        codes = kept["exit_code_by_key"]
        kept["exit_code_by_key"] = {name: code if code in SEEN | ENDLESS else None for name, code in codes.items()}
        path.write_text(json.dumps(kept))


def _copy() -> None:
    """The part of the checkout that the tests need, and mutmut's settings."""
    (WORK / "mutants").mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        target = WORK / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, dirs_exist_ok=True)
        else:
            shutil.copy2(ROOT / name, target)
    (WORK / "one_way.py").write_text(ONE_WAY)
    settings = {
        "source_paths": ["iris"],
        "only_mutate": [f"iris/{name}.py" for name in MUTATED],
        "also_copy": [*COPIED[2:5], "one_way.py"],
        "pytest_add_cli_args": ["-p", "one_way", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": [f"tests/iris/test_{name}.py" for name in TESTS],
        "timeout_multiplier": "2",
        "timeout_constant": "20",
    }
    lines = (
        f"{key} =\n    " + "\n    ".join([value] if isinstance(value, str) else value)
        for key, value in settings.items()
    )
    (WORK / "setup.cfg").write_text("[mutmut]\n" + "\n".join(lines) + "\n")


def _exit_codes() -> dict[str, int | None]:
    codes: dict[str, int | None] = {}
    for path in _kept():
        codes |= json.loads(path.read_text())["exit_code_by_key"]
    return codes


def _kept() -> list[Path]:
    return sorted((WORK / "mutants" / "iris").glob("*.py.meta"))


def _report(codes: dict[str, int | None]) -> int:
    unseen = [_mutant(name) for name, code in codes.items() if code not in SEEN | ENDLESS]
    reasons = explained((ROOT / PAGE).read_text())
    strays = [mutant for mutant in unseen if mutant not in reasons]
    for mutant in strays:
        print(f"\nneither seen nor explained:\n{mutant}")
    for mutant in reasons:
        if mutant not in unseen:
            print(f"\nexplained, and needs no explanation any more:\n{mutant}")
    seen = sum(code in SEEN for code in codes.values())
    endless = sum(code in ENDLESS for code in codes.values())
    print(
        f"\nmutants: {len(codes)} tried, {seen} seen by a test, {endless} ended for taking too long, "
        f"{len(unseen) - len(strays)} explained, {len(strays)} neither seen nor explained"
    )
    return 1 if strays else 0


def _mutant(name: str) -> Mutant:
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    module, _, function = name.rpartition(".")
    os.chdir(WORK)
    diff = get_diff_for_mutant(name, path=Path(module.replace(".", "/") + ".py")).splitlines()[2:]
    before, after = (tuple(line[1:].strip() for line in diff if line[0] == sign) for sign in "-+")
    return Mutant(f"{module}.{_plain(function)}", before, after)


def _plain(function: str) -> str:
    """The function's name out of mutmut's, which is `x_name__mutmut_7` or `xǁClassǁname__mutmut_7`."""
    return function.rpartition("__mutmut_")[0][2:].replace("ǁ", ".")


if __name__ == "__main__":
    raise SystemExit(main())
