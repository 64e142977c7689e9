"""`iris policy`: what a promised false-match rate per visit means in distances, gallery by gallery."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from iris import impostors
from iris.commands.trouble import Commands, Trouble, guarded
from iris.decision import FRAMES, MARGIN, Policy

GALLERY = (1, 10, 100, 1_000, 10_000, 100_000)
"""Templates in the galleries of the table: one person's eye up to a town."""
LOOKS = 3
"""Looks that a visit may take where a site says nothing else."""


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser("policy", help="thresholds that keep a promised false-match rate per visit")
    default = Policy().false_match_rate
    command.add_argument("--false-match-rate", type=float, default=default, metavar="R", help="promise per visit")
    command.add_argument(
        "--gallery", type=int, nargs="+", default=GALLERY, metavar="N", help="templates in the gallery"
    )
    command.add_argument("--frames", type=int, default=FRAMES, metavar="N", help="codes that one look compares at most")
    command.add_argument("--looks", type=int, default=LOOKS, metavar="N", help="looks of one visit at most")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=guarded(_policy))


def _policy(arguments: argparse.Namespace) -> int:
    try:
        policy = Policy(arguments.false_match_rate, arguments.frames, arguments.looks)
        rows = [_row(policy, size) for size in arguments.gallery]
    except ValueError as error:
        raise Trouble(str(error)) from error
    if arguments.json:
        print(json.dumps(_facts(policy) | {"galleries": rows}, indent=2))
    else:
        print("\n".join(_table(policy, rows)))
    return 0


def _facts(policy: Policy) -> dict[str, object]:
    return {
        "false_match_rate_per_visit": policy.false_match_rate,
        "frames_per_look": policy.frames,
        "looks_per_visit": policy.looks,
        "degrees_of_freedom": impostors.DEGREES_OF_FREEDOM,
        "degrees_of_freedom_95": impostors.DEGREES_OF_FREEDOM_95,
        "independent_rotations": impostors.INDEPENDENT_ROTATIONS,
        "measured_down_to": impostors.MEASURED_DOWN_TO,
        "margin": MARGIN,
    }


def _row(policy: Policy, size: int) -> dict[str, float | bool | None]:
    return {
        "templates": size,
        "rate_per_comparison": policy.rate_per_comparison(size),
        "threshold": policy.threshold(size),
        "threshold_of_both_eyes": policy.threshold_of_both_eyes(size),
        "extrapolated": policy.extrapolates(size),
    }


def _table(policy: Policy, rows: list[dict[str, float | bool | None]]) -> Iterator[str]:
    low, high = impostors.DEGREES_OF_FREEDOM_95
    yield (
        f"At most {policy.false_match_rate:g} false matches per visit of {policy.looks} looks with {policy.frames} "
        "frames each, against the whole gallery."
    )
    yield (
        f"Strangers: {impostors.DEGREES_OF_FREEDOM:.0f} degrees of freedom taken ({low:.0f} to {high:.0f} are the 95 % "
        f"bounds of the fits), {impostors.INDEPENDENT_ROTATIONS:.0f} independent rotations."
    )
    yield ""
    yield f"{'templates':>10}  {'rate per comparison':>19}  {'one frame':>9}  {'both eyes':>9}  rests on"
    for row in rows:
        both = row["threshold_of_both_eyes"]
        yield (
            f"{row['templates']:>10,}  {row['rate_per_comparison']:>19.2e}  {row['threshold']:>9.4f}  "
            f"{'-' if both is None else f'{both:.4f}':>9}  {'the model alone' if row['extrapolated'] else 'data'}"
        )
    yield ""
    yield "One frame: a single or fused frame is accepted below this; both eyes: the mean of a left and a right eye."
    yield (
        f"The next person must be {MARGIN:g} farther away. No data stand behind the model below "
        f"{impostors.MEASURED_DOWN_TO:g} per comparison."
    )
    yield (
        "iris compare and iris identify look at one picture: --frames 1 --looks 1; the visits of iris evaluate have "
        "one look: --looks 1; a cabinet has the looks of its site (iris.looks)."
    )
