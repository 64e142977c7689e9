"""`iris evaluate`: accuracy on a data set, as a report and figures."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from iris.commands.trouble import Commands, guarded
from iris.evaluation.layouts import Layout, items
from iris.evaluation.report import html
from iris.evaluation.scores import on_stderr, scores
from iris.evaluation.statistics import figures


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser("evaluate", help="accuracy on a data set, as a report and figures")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--layout", required=True, choices=[layout.value for layout in Layout])
    command.add_argument("--subjects", type=_subjects, metavar="A-B")
    command.add_argument("--report", required=True, type=Path, metavar="DIR")
    command.add_argument("--scores", type=Path, metavar="FILE.npz")
    command.set_defaults(run=guarded(_evaluate))


def _subjects(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    try:
        span = int(first), int(last or first)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected A-B, for example 1-40, got {text!r}") from None
    if span[0] > span[1]:
        raise argparse.ArgumentTypeError(f"{text!r} is an empty range")
    return span


def _evaluate(arguments: argparse.Namespace) -> int:
    found = items(arguments.folder, Layout(arguments.layout), arguments.subjects)
    result = scores(found, on_stderr)
    summary = figures(result)
    arguments.report.mkdir(parents=True, exist_ok=True)
    (arguments.report / "figures.json").write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
    page = html(f"Iris evaluation: {arguments.layout}", summary, result)
    (arguments.report / "report.html").write_text(page, encoding="utf-8")
    if arguments.scores:
        np.savez_compressed(
            arguments.scores,
            pictures=np.array([item.path.relative_to(arguments.folder).as_posix() for item in found]),
            eyes=np.array([item.eye for item in found]),
            first=result.first,
            second=result.second,
            genuine=result.genuine,
            distance=result.distance,
            failed=result.failed,
        )
    print(summary.model_dump_json(indent=2))
    return 0
