"""`iris evaluate`: accuracy on a data set, as a report and figures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from iris.commands.trouble import Commands, Trouble, guarded
from iris.evaluation import capacity, score_file
from iris.evaluation.figures import figures
from iris.evaluation.layouts import Layout, items
from iris.evaluation.progress import Progress
from iris.evaluation.report import html
from iris.evaluation.scores import WorkerDied, scores


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser("evaluate", help="accuracy on a data set, as a report and figures")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--layout", required=True, choices=[layout.value for layout in Layout])
    command.add_argument("--subjects", type=_subjects, metavar="A-B", help="only these subject numbers")
    command.add_argument("--report", required=True, type=Path, metavar="DIR")
    command.add_argument("--scores", type=Path, metavar="FILE.npz", help="also write every pair's score")
    command.add_argument("--jobs", type=_jobs, metavar="N", help="processes; all cores by default")
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


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number of processes, at least 1, got {text!r}")
    return int(text)


def _evaluate(arguments: argparse.Namespace) -> int:
    found = items(arguments.folder, Layout(arguments.layout), arguments.subjects)
    try:
        capacity.check(found)
    except capacity.TooManyPictures as error:
        raise Trouble(str(error)) from error
    arguments.report.mkdir(parents=True, exist_ok=True)
    if arguments.scores:
        if arguments.scores.is_dir():
            raise Trouble(
                f"--scores: {arguments.scores} is a folder; name a file, for example {arguments.scores}/s.npz"
            )
        arguments.scores.parent.mkdir(parents=True, exist_ok=True)
    progress = Progress(sys.stderr)
    try:
        result = scores(found, progress, arguments.jobs)
    except WorkerDied as error:
        raise Trouble(str(error)) from error
    if arguments.scores:
        score_file.write(arguments.scores, result.pairs)
    progress("figures", 0, 1)
    summary = figures(result)
    page = html(_title(arguments), summary, result)
    progress("figures", 1, 1)
    (arguments.report / "figures.json").write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (arguments.report / "report.html").write_text(page, encoding="utf-8")
    print(summary.model_dump_json(indent=2))
    return 0


def _title(arguments: argparse.Namespace) -> str:
    span = "" if arguments.subjects is None else f", subjects {arguments.subjects[0]} to {arguments.subjects[1]}"
    return f"Iris evaluation: {arguments.layout}{span}"
