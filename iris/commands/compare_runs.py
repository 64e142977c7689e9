"""`iris compare-runs`: two evaluations of the same pictures, and whether they differ by more than luck."""

from __future__ import annotations

import argparse
from pathlib import Path

from iris.commands.trouble import Commands, Trouble, guarded
from iris.evaluation.paired import Comparison, Difference, DifferentData, comparison
from iris.evaluation.score_file import ScoreFileError, read

MOST_EYES = 20
"""Changed eyes that are printed; `--json` has them all."""


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser("compare-runs", help="two evaluations of the same pictures against one another")
    command.add_argument("a", type=Path, metavar="A.npz", help="scores of the first run (iris evaluate --scores)")
    command.add_argument("b", type=Path, metavar="B.npz", help="scores of the second run")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=guarded(_compare_runs))


def _compare_runs(arguments: argparse.Namespace) -> int:
    try:
        found = comparison(read(arguments.a), read(arguments.b))
    except (ScoreFileError, DifferentData) as error:
        raise Trouble(str(error)) from error
    if arguments.json:
        print(found.model_dump_json(indent=2))
    else:
        _tell(found)
    return 0


def _tell(found: Comparison) -> None:
    encoders = found.encoder_a if found.encoder_a == found.encoder_b else f"{found.encoder_a} and {found.encoder_b}"
    print(f"{found.pictures} pictures of {found.eyes} eyes, encoder {encoders}")
    print(f"refused: {found.refused_by_a} by A, {found.refused_by_b} by B")
    print(f"{'':26}{'A':>9}{'B':>9}{'B - A':>10}   95 % (eyes resampled)")
    print(_line("EER", found.eer))
    for rate, change in found.fnmr_incl_fte.items():
        name = f"FNMR at FMR {rate} incl. FTE"
        if change is None:
            print(f"{name:28}too few impostor pairs")
            continue
        print(_line(name, change))
        print(
            f"  missed by both {change.missed_by_both}, by A only {change.missed_by_a_only}, by B only "
            f"{change.missed_by_b_only}, of {change.pairs} genuine pairs; McNemar p {change.mcnemar_p:.2g} "
            "(pairs taken as independent)"
        )
    print(f"eyes that changed: {len(found.changed_eyes)}")
    for eye in found.changed_eyes[:MOST_EYES]:
        print(f"  {eye.eye}: missed {eye.missed_by_a} by A, {eye.missed_by_b} by B, of {eye.pairs}")
    if len(found.changed_eyes) > MOST_EYES:
        print(f"  and {len(found.changed_eyes) - MOST_EYES} more (see --json)")


def _line(name: str, change: Difference) -> str:
    if change.a is None or change.b is None or change.difference is None:
        return f"{name:28}too few pairs"
    around = change.difference_95
    spread = "" if around is None else f"   {around[0]:+.3%} to {around[1]:+.3%}"
    verdict = "" if not change.clear else "   B is better" if change.difference < 0 else "   A is better"
    return f"{name:28}{change.a:>7.3%}{change.b:>9.3%}{change.difference:>+10.3%}{spread}{verdict}"
