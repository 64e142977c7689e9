"""`iris compare`: how far apart two templates or pictures are."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from iris.commands.template_files import ONE_PICTURE, promise, template_of
from iris.commands.trouble import NO_MATCH, Commands, Trouble, guarded
from iris.decision import Policy
from iris.evaluation.picture_file import shown
from iris.match import Incomparable, compare
from iris.planes import LEAST_OVERLAP

DESCRIPTION = f"""
Prints one JSON line:
  distance    normalised distance that decides: about 0.45 for two eyes at the best rotation; the raw share, drawn
              towards 0.5 the fewer bits were compared, so that one picture twice is seldom at 0
  raw         share of the compared bits that differ (fractional Hamming distance), 0 for one picture twice
  overlap     bits that both templates believe at that rotation, {LEAST_OVERLAP} at least; fewer are refused
  degrees     rotation of A against B
  threshold   below it they count as one eye; follows from `promise` and is what `iris policy --frames 1 --looks 1
              --gallery 1` prints. `iris identify` is stricter with every further template, a cabinet with every
              further frame and look
  same_eye    whether distance lies below threshold
Exit code 0 for one eye, 1 for two, 2 where nothing can be compared.
"""


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser(
        "compare",
        help="distance of two templates or pictures",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("a", type=Path, metavar="A")
    command.add_argument("b", type=Path, metavar="B")
    command.set_defaults(run=guarded(_compare))


def _compare(arguments: argparse.Namespace) -> int:
    try:
        found = compare(template_of(arguments.a), template_of(arguments.b))
    except Incomparable as error:
        raise Trouble(f"{shown(arguments.a)}, {shown(arguments.b)}: 无法比较 cannot be compared: {error}") from error
    policy = Policy(frames=ONE_PICTURE)
    threshold = policy.threshold(1)
    same = found.distance < threshold
    line = {"distance": found.distance, "raw": found.raw, "overlap": found.overlap, "degrees": found.degrees}
    print(json.dumps(line | {"threshold": threshold, "same_eye": same, "promise": promise(policy, 1)}))
    return 0 if same else NO_MATCH
