"""The `iris` command: encode, compare, identify, evaluate and bench, on the user's own files."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from iris import bench
from iris.decision import Accepted, Look, Policy
from iris.encode import encode
from iris.evaluation.layouts import Layout, LayoutError, items
from iris.evaluation.report import html
from iris.evaluation.scores import on_stderr, read_grey, scores
from iris.evaluation.statistics import figures
from iris.gallery import Gallery, Identification
from iris.match import Incomparable, compare
from iris.refusals import Refusal
from iris.template import Template, TemplateFormatError

SUFFIX = ".iris"
"""File name ending of a template."""
TROUBLE, NO_MATCH = 2, 1


class _Trouble(Exception):
    """What the user must mend."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the `iris` command."""
    parser = subparsers.add_parser("iris", help="encode, compare, identify and evaluate pictures of eyes")
    commands = parser.add_subparsers(dest="iris_command", required=True, metavar="COMMAND")

    command = commands.add_parser("encode", help="one template file per picture, and a JSON line each")
    command.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    command.add_argument("--out", required=True, type=Path, metavar="DIR")
    command.set_defaults(run=_guarded(_encode))

    command = commands.add_parser("compare", help="distance of two templates or pictures")
    command.add_argument("a", type=Path, metavar="A")
    command.add_argument("b", type=Path, metavar="B")
    command.set_defaults(run=_guarded(_compare))

    command = commands.add_parser("identify", help="who of a folder of templates a picture shows")
    command.add_argument("image", type=Path, metavar="IMAGE")
    command.add_argument("--gallery", required=True, type=Path, metavar="DIR")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=_guarded(_identify))

    command = commands.add_parser("evaluate", help="accuracy on a data set, as a report and figures")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--layout", required=True, choices=[layout.value for layout in Layout])
    command.add_argument("--subjects", type=_subjects, metavar="A-B")
    command.add_argument("--report", required=True, type=Path, metavar="DIR")
    command.add_argument("--scores", type=Path, metavar="FILE.npz")
    command.set_defaults(run=_guarded(_evaluate))

    command = commands.add_parser("bench", help="speed on this machine")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=_guarded(_bench))


def _guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Turns what the user can mend into one line on stderr and exit code 2."""

    def guarded(arguments: argparse.Namespace) -> int:
        try:
            return run(arguments)
        except (Refusal, Incomparable, TemplateFormatError, LayoutError, OSError, _Trouble) as error:
            print(f"iris-locker iris: {error}", file=sys.stderr)
            return TROUBLE

    return guarded


def _subjects(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    try:
        span = int(first), int(last or first)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected A-B, for example 1-40, got {text!r}") from None
    if span[0] > span[1]:
        raise argparse.ArgumentTypeError(f"{text!r} is an empty range")
    return span


def _encode(arguments: argparse.Namespace) -> int:
    names = [image.stem for image in arguments.images]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise _Trouble(f"pictures share the name {doubles[0]!r}; their templates would overwrite each other")
    arguments.out.mkdir(parents=True, exist_ok=True)
    refused = 0
    for image in arguments.images:
        try:
            encoded = encode(read_grey(image))
        except Refusal as refusal:
            refused += 1
            line = {"image": str(image), "refused": refusal.reason, "detail": refusal.detail}
            print(json.dumps(line | {"text_zh": refusal.text_zh, "text_en": refusal.text_en}, ensure_ascii=False))
            continue
        file = arguments.out / (image.stem + SUFFIX)
        file.write_bytes(encoded.template.to_bytes())
        advice = [note.text_en for note in encoded.quality.advice]
        print(
            json.dumps({"image": str(image), "template": str(file), "quality": encoded.quality.score, "advice": advice})
        )
    return NO_MATCH if refused else 0


def _template(path: Path) -> Template:
    if path.suffix == SUFFIX:
        return Template.from_bytes(path.read_bytes())
    return encode(read_grey(path)).template


def _compare(arguments: argparse.Namespace) -> int:
    found = compare(_template(arguments.a), _template(arguments.b))
    threshold = Policy(frames=1).threshold(1)
    same = found.distance < threshold
    line = {"distance": found.distance, "raw": found.raw, "overlap": found.overlap, "degrees": found.degrees}
    print(json.dumps(line | {"threshold": threshold, "same_eye": same}))
    return 0 if same else NO_MATCH


def _identify(arguments: argparse.Namespace) -> int:
    gallery = Gallery()
    files = sorted(arguments.gallery.glob(f"*{SUFFIX}"))
    if not files:
        raise _Trouble(f"{arguments.gallery} holds no template (*{SUFFIX}); make some with 'iris encode'")
    for file in files:
        gallery.add(file.stem, file.stem, Template.from_bytes(file.read_bytes()))
    found = gallery.identify(_template(arguments.image))
    decision = Look(Policy(frames=1), len(gallery)).add(found)
    accepted = isinstance(decision, Accepted)
    if arguments.json:
        print(json.dumps(_answer(found, decision.threshold, accepted=accepted)))
    elif accepted:
        assert found.best is not None
        print(f"{found.best.template_id} (distance {found.best.distance:.3f}, threshold {decision.threshold:.3f})")
    else:
        near = (
            "nothing comparable"
            if found.best is None
            else f"nearest {found.best.template_id} {found.best.distance:.3f}"
        )
        print(f"not recognised ({near}, threshold {decision.threshold:.3f})")
    return 0 if accepted else NO_MATCH


def _answer(found: Identification, threshold: float, *, accepted: bool) -> dict[str, object]:
    best, other = found.best, found.runner_up
    return {
        "accepted": accepted,
        "template": best.template_id if best else None,
        "distance": best.distance if best else None,
        "runner_up": other.template_id if other else None,
        "runner_up_distance": other.distance if other else None,
        "threshold": threshold,
        "compared": found.compared,
        "skipped": found.skipped,
    }


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


def _bench(arguments: argparse.Namespace) -> int:
    found = bench.speed()
    if arguments.json:
        print(found.model_dump_json(indent=2))
        return 0
    print(f"OpenCV {cv2.__version__}, NumPy {np.__version__}, one core")
    print(f"320x280 to template   {found.encode_320x280_ms.median:8.2f} ms (95 %: {found.encode_320x280_ms.p95:.2f})")
    print(f"640x480 to template   {found.encode_640x480_ms.median:8.2f} ms (95 %: {found.encode_640x480_ms.p95:.2f})")
    print(f"one comparison        {found.compare_ms:8.3f} ms, all rotations")
    print(f"one look against {found.identify_templates}: {found.identify_ms:.1f} ms, all rotations")
    print(f"                      {found.identify_templates_per_second:,.0f} templates a second")
    return 0
