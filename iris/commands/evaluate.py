"""`iris evaluate`: accuracy on a data set, as a report and figures."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from iris.commands import outputs
from iris.commands.trouble import Commands, Trouble, guarded
from iris.evaluation import capacity, score_file
from iris.evaluation.figures import figures
from iris.evaluation.layouts import SIDES, Item, Layout, items, pictures
from iris.evaluation.picture_file import shown
from iris.evaluation.progress import Progress
from iris.evaluation.report import About, html
from iris.evaluation.scores import WorkerDied, scores
from iris.evaluation.summary import summary

STAGES = {"encode": "编码 encode", "compare": "比对 compare", "figures": "统计 figures"}


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser(
        "evaluate",
        help="accuracy on a data set, as a report and figures",
        description="Writes report.html and figures.json into the report's folder and prints the main figures. "
        "Nothing is written before the end. Layout folders: one folder per eye, at any depth; folders whose names "
        f"differ only in the end ({', '.join('/'.join(ends) for ends in SIDES)}) are the two eyes of one person.",
    )
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--layout", required=True, choices=[layout.value for layout in Layout])
    command.add_argument("--subjects", type=_subjects, metavar="A-B", help="only these subject numbers")
    command.add_argument("--report", required=True, type=Path, metavar="DIR")
    command.add_argument("--scores", type=Path, metavar="FILE.npz", help="also write every pair's score")
    command.add_argument("--jobs", type=_jobs, metavar="N", help="processes; all cores by default")
    command.add_argument("--json", action="store_true", help="print figures.json instead of the main figures")
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
    outputs.check_folder(arguments.report, "--report")
    if arguments.scores:
        outputs.check_file(arguments.scores, "--scores", ".npz")
    found = items(arguments.folder, Layout(arguments.layout), arguments.subjects)
    _tell_left_out(arguments, found)
    jobs = arguments.jobs or os.cpu_count() or 1
    bar = Progress(sys.stderr)

    def progress(stage: str, done: int, total: int) -> None:
        bar(STAGES[stage], done, total)

    with _mended():
        capacity.check(found)
        result = scores(found, progress, jobs)
        progress("figures", 0, 1)
        summed = figures(result)
        page = html(_about(arguments, jobs), summed, result)
        progress("figures", 1, 1)
    as_json = summed.model_dump_json(indent=2)
    if arguments.scores:
        outputs.write(arguments.scores, partial(score_file.write_to, pairs=result.pairs))
    outputs.write(arguments.report / "figures.json", f"{as_json}\n".encode())
    outputs.write(arguments.report / "report.html", page.encode())
    if arguments.json:
        print(as_json)
    else:
        print("\n".join(summary(summed)))
        print(f"报告 report: {shown(arguments.report / 'report.html')}, figures.json")
    return 0


def _tell_left_out(arguments: argparse.Namespace, found: list[Item]) -> None:
    """Says which pictures of the folder are of no eye of the layout; of chosen subjects nothing is missing."""
    if arguments.subjects is not None:
        return
    taken = {item.path for item in found}
    left = [path for path in pictures(arguments.folder) if path not in taken]
    if left:
        what = f"张图像不合布局 pictures do not fit layout {arguments.layout}"
        example = shown(left[0].relative_to(arguments.folder))
        print(f"跳过 left out: {len(left)} {what}, 例如 for example {example}", file=sys.stderr)


@contextmanager
def _mended() -> Iterator[None]:
    try:
        yield
    except (capacity.TooManyPictures, WorkerDied) as error:
        raise Trouble(str(error)) from error
    except KeyboardInterrupt:
        raise KeyboardInterrupt("，什么也没有写 and nothing was written") from None


def _about(arguments: argparse.Namespace, jobs: int) -> About:
    span = "" if arguments.subjects is None else f"{arguments.subjects[0]}-{arguments.subjects[1]}"
    words = ["iris-locker", "iris", "evaluate", shown(arguments.folder), "--layout", arguments.layout]
    words += ["--subjects", span] if span else []
    words += ["--report", shown(arguments.report)]
    words += ["--scores", shown(arguments.scores)] if arguments.scores else []
    words += ["--jobs", str(arguments.jobs)] if arguments.jobs else []
    return About(
        data=shown(Path(arguments.folder.resolve().name)),
        layout=arguments.layout + (f", subjects {span}" if span else ""),
        made=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %z"),
        command=shlex.join(words),
        jobs=jobs,
    )
