"""`iris compare-runs`: two evaluations of the same pictures, and whether they differ by more than luck."""

from __future__ import annotations

import argparse
from pathlib import Path

from iris.commands.trouble import Commands, Trouble, guarded
from iris.evaluation.intervals import with_width
from iris.evaluation.paired import Comparison, Difference, DifferentData, comparison
from iris.evaluation.score_file import ScoreFileError, read
from iris.evaluation.summary import cells

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
    print(f"未采用 refused pictures: {found.refused_by_a} by A, {found.refused_by_b} by B")
    print(f"{'':28}{'A':>9}{'B':>9}{'B - A':>10}   95 % (eyes resampled)")
    print(_line("采集失败 FTA (pictures)", found.failures_to_acquire))
    print(_line("注册失败 FTE (eyes)", found.failures_to_enrol))
    print(_line("等错误率 EER", found.eer))
    print(_line("d'", found.d_prime, "{:.3f}", better=1))
    for rate, change in found.fnmr_incl_fte.items():
        name = f"FNMR at FMR {rate} incl. FTA"
        if change is None:
            print(f"{name:28}样本不足 too few impostor pairs")
            continue
        print(_line(name, change))
        print(
            f"  missed by both {change.missed_by_both}, by A only {change.missed_by_a_only}, by B only "
            f"{change.missed_by_b_only}, of {change.pairs} genuine pairs, "
            f"at distance {change.threshold_a:.4f} in A and {change.threshold_b:.4f} in B"
        )
        print(
            f"  eyes with more misses in A {change.eyes_worse_in_a}, in B {change.eyes_worse_in_b}: sign test p "
            f"{change.sign_test_p:.2g} (by eye); McNemar p {change.mcnemar_p:.2g} (pairs taken as independent)"
        )
    at = found.changed_at
    kind = "the observed" if at.observed else "the policy promises"
    print(
        f"变化的眼睛 eyes that changed: {len(found.changed_eyes)}; missed: beyond {at.threshold_a:.4f} in A, "
        f"{at.threshold_b:.4f} in B, {kind} FMR {at.false_match_rate}"
    )
    for eye in found.changed_eyes[:MOST_EYES]:
        print(f"  {eye.eye}: missed {eye.missed_by_a} by A, {eye.missed_by_b} by B, of {eye.pairs}")
    if len(found.changed_eyes) > MOST_EYES:
        print(f"  and {len(found.changed_eyes) - MOST_EYES} more (see --json)")


def _line(name: str, change: Difference, form: str = "{:.3%}", *, better: int = -1) -> str:
    """A row; `better` says whether a greater (1) or a lesser (-1) figure is the better one."""
    padded = name + " " * (28 - cells(name))
    if change.a is None or change.b is None or change.difference is None:
        return f"{padded}样本不足 too few pairs"
    around = with_width(change.difference_95)
    signed = form.replace(":", ":+")
    spread = "   –" if around is None else f"   {signed.format(around[0])} to {signed.format(around[1])}"
    verdict = "" if not change.clear else "   B is better" if change.difference * better > 0 else "   A is better"
    values = f"{form.format(change.a):>9}{form.format(change.b):>9}{signed.format(change.difference):>10}"
    return f"{padded}{values}{spread}{verdict}"
