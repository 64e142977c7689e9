"""`iris encode`, `iris compare` and `iris identify`: templates from pictures, and who they belong to."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from iris.commands.trouble import NO_MATCH, Commands, Trouble, guarded
from iris.decision import Accepted, Look, Policy
from iris.encode import encode
from iris.evaluation.scores import read_grey
from iris.gallery import Gallery, Identification
from iris.match import compare
from iris.refusals import Refusal
from iris.template import Template

SUFFIX = ".iris"
"""File name ending of a template."""


def register(commands: Commands) -> None:
    """Adds the three commands."""
    command = commands.add_parser("encode", help="one template file per picture, and a JSON line each")
    command.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    command.add_argument("--out", required=True, type=Path, metavar="DIR")
    command.set_defaults(run=guarded(_encode))

    command = commands.add_parser("compare", help="distance of two templates or pictures")
    command.add_argument("a", type=Path, metavar="A")
    command.add_argument("b", type=Path, metavar="B")
    command.set_defaults(run=guarded(_compare))

    command = commands.add_parser("identify", help="who of a folder of templates a picture shows")
    command.add_argument("image", type=Path, metavar="IMAGE")
    command.add_argument("--gallery", required=True, type=Path, metavar="DIR")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=guarded(_identify))


def _encode(arguments: argparse.Namespace) -> int:
    names = [image.stem for image in arguments.images]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise Trouble(f"pictures share the name {doubles[0]!r}; their templates would overwrite each other")
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
        raise Trouble(f"{arguments.gallery} holds no template (*{SUFFIX}); make some with 'iris encode'")
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
