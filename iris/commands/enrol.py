"""`iris enrol`: one template of each eye from several pictures, by the rules of a cabinet's enrolment.

Frames of one eye are taken until three agree and are fused; the same eye shown as both, or an eye that a gallery has
under another name, is refused. Nothing is written unless every eye is good.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from iris.commands import outputs
from iris.commands.policy import LOOKS
from iris.commands.template_files import SUFFIX, Files, advice, load, refuse_existing
from iris.commands.trouble import NO_MATCH, Commands, Trouble, guarded
from iris.decision import Policy
from iris.duplicates import of_another, one_eye
from iris.encode import encode
from iris.enrolment import FRAMES_NEEDED, FRAMES_TRIED, LEAST_QUALITY, Enrolment, EnrolmentRefused
from iris.evaluation.picture_file import NoSuchFile, NotAFile, read_grey, shown
from iris.refusals import BadPicture, Refusal
from iris.template import EyeSide, Template

POLICY = Policy(looks=LOOKS)
"""A cabinet's, where its site says nothing else."""
DESCRIPTION = f"""
Writes DIR/NAME-left{SUFFIX} and DIR/NAME-right{SUFFIX}: give the pictures of one eye or of both.
{FRAMES_NEEDED} pictures of each eye must agree and have a quality of {LEAST_QUALITY}; pictures after those are not
needed, and after {FRAMES_TRIED} without agreement the eye is refused. With --gallery an eye that another person
there has is refused too.

`reason` of a refusal (with --json): poor_pictures, inconsistent, same_eye_twice, duplicate.
Exit code 0 for enrolled, 1 for refused (nothing is written), 2 where nothing could be tried.
"""


@dataclass(eq=False)
class Denied(Exception):
    """The person is not enrolled: which eye, why, and the words for it."""

    side: EyeSide
    reason: str
    text_zh: str
    text_en: str
    detail: str


class GivenAlready(BadPicture):
    """A copy of a picture that was given before says nothing that agrees."""

    reason: ClassVar[str] = "given-already"
    text_zh: ClassVar[str] = "这张图像已给过"
    text_en: ClassVar[str] = "This picture was given already"


Tell = Callable[[Path, EyeSide, dict[str, object]], None]
"""Is told of each picture what became of it."""


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser(
        "enrol",
        help="one template of each eye from several pictures, as a cabinet enrols",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("name", metavar="NAME", help="the person, as the files will be named")
    command.add_argument("--left", nargs="+", type=Path, default=[], metavar="IMAGE", help="pictures of the left eye")
    command.add_argument("--right", nargs="+", type=Path, default=[], metavar="IMAGE", help="of the right eye")
    command.add_argument("--out", required=True, type=Path, metavar="DIR")
    command.add_argument("--gallery", type=Path, metavar="DIR", help="templates among which the eyes must be new")
    command.add_argument("--force", action="store_true", help="replace the person's templates that are there already")
    command.add_argument("--json", action="store_true", help="a JSON line for each picture, and one for the person")
    command.set_defaults(run=guarded(_enrol))


def _enrol(arguments: argparse.Namespace) -> int:
    name = arguments.name
    if not name or name.startswith(".") or "/" in name or "\0" in name:
        raise Trouble(f"NAME {name!r}: expected a name that a file can have")
    bursts = {
        side: images for side, images in ((EyeSide.LEFT, arguments.left), (EyeSide.RIGHT, arguments.right)) if images
    }
    if not bursts:
        raise Trouble("没有图像 no pictures: give --left IMAGE..., --right IMAGE... or both")
    _check_there(image for images in bursts.values() for image in images)
    files = {side: arguments.out / f"{name}-{side.value}{SUFFIX}" for side in bursts}
    outputs.check_folder(arguments.out, "--out")
    refuse_existing(files.values(), force=arguments.force)
    known = Files() if arguments.gallery is None else _known(arguments.gallery)
    tell = _tell_json if arguments.json else _tell
    try:
        templates = enrolled(name, bursts, known, tell)
    except Denied as denied:
        _deny(name, denied, as_json=arguments.json)
        return NO_MATCH
    for side, template in templates.items():
        outputs.write(files[side], template.to_bytes())
    _done(name, {side: (files[side], template) for side, template in templates.items()}, as_json=arguments.json)
    return 0


def _check_there(images: Iterable[Path]) -> None:
    """Tells a mistyped name before the work."""
    for image in images:
        if not image.exists() or image.is_dir():
            wrong = NotAFile if image.exists() else NoSuchFile
            raise Trouble(f"{shown(image)}: {wrong.text_zh} {wrong.text_en}")


def _known(folder: Path) -> Files:
    """The gallery to search; an empty or new one is none."""
    if not folder.exists():
        return Files()
    files = load(folder)
    for left_out in files.skipped:
        print(f"跳过 skipped {left_out.file}: {left_out.reason}", file=sys.stderr)
    return files


def enrolled(name: str, bursts: dict[EyeSide, list[Path]], known: Files, tell: Tell) -> dict[EyeSide, Template]:
    """A template of each eye; raises `Denied` for the first eye that gives none or is somebody else's."""
    templates: dict[EyeSide, Template] = {}
    for side, images in bursts.items():
        template = _of_burst(side, images, tell)
        if any(one_eye(template, other, POLICY) for other in templates.values()):
            raise Denied(
                side, "same_eye_twice", "左右眼图像是同一只眼睛", "both eyes' pictures show one eye", "left and right"
            )
        other = of_another(template, name, known.gallery, POLICY)
        if other is not None:
            raise Denied(
                side,
                "duplicate",
                f"这只眼睛已登记为 {other.person}",
                f"this eye is enrolled as {other.person} already",
                f"{other.template_id} at distance {other.distance:.3f}",
            )
        templates[side] = template
    return templates


def _of_burst(side: EyeSide, images: list[Path], tell: Tell) -> Template:
    """The fused template of the first frames that agree."""
    enrolment, encoded_any = Enrolment(side), False
    given: set[bytes] = set()
    try:
        for image in images:
            if enrolment.complete:
                tell(image, side, {"used": False, "text_zh": "不再需要", "text_en": "not needed any more"})
                continue
            try:
                encoded = encode(_further(image, given), side=side)
            except Refusal as refusal:
                texts = {"text_zh": refusal.text_zh, "text_en": refusal.text_en}
                tell(image, side, {"used": False, "refused": refusal.reason, "detail": refusal.detail} | texts)
                continue
            encoded_any = True
            progress = enrolment.add(encoded)
            facts = {"used": progress.used, "frames": progress.frames, "needed": progress.needed}
            texts = {"text_zh": progress.text_zh, "text_en": progress.text_en}
            tell(image, side, facts | {"quality": encoded.quality.score, **advice(encoded.quality.advice)} | texts)
        return enrolment.template()
    except EnrolmentRefused as refused:
        if encoded_any:
            raise Denied(side, "inconsistent", refused.text_zh, refused.text_en, refused.detail) from refused
        raise Denied(
            side, "poor_pictures", "没有可用的图像", "no picture could be used", f"{len(images)} pictures refused"
        ) from refused


def _further(image: Path, given: set[bytes]) -> NDArray[np.uint8]:
    """A picture that is none of those given before, of which the digests are kept; a frame counts once."""
    picture = read_grey(image)
    digest = hashlib.sha256(str(picture.shape).encode() + picture.tobytes()).digest()
    if digest in given:
        raise GivenAlready(shown(image))
    given.add(digest)
    return picture


def _tell(image: Path, side: EyeSide, facts: dict[str, object]) -> None:
    mark = "✓" if facts["used"] else "·"
    quality = f", quality {facts['quality']}" if "quality" in facts else ""
    count = f" [{facts['frames']}/{facts['needed']}]" if "frames" in facts else ""
    why = f" ({facts['detail']})" if "detail" in facts else ""
    print(f"{mark} {side.value} {shown(image)}{count}{quality}: {facts['text_zh']} {facts['text_en']}{why}", flush=True)


def _tell_json(image: Path, side: EyeSide, facts: dict[str, object]) -> None:
    print(json.dumps({"image": shown(image), "side": side.value} | facts, ensure_ascii=False), flush=True)


def _deny(name: str, denied: Denied, *, as_json: bool) -> None:
    if not as_json:
        print(f"{name}: 未登记 not enrolled: {denied.side.value}: {denied.text_zh} {denied.text_en} ({denied.detail})")
        return
    facts = {"person": name, "enrolled": False, "side": denied.side.value, "reason": denied.reason}
    told = {"text_zh": denied.text_zh, "text_en": denied.text_en, "detail": denied.detail}
    print(json.dumps(facts | told, ensure_ascii=False))


def _done(name: str, written: dict[EyeSide, tuple[Path, Template]], *, as_json: bool) -> None:
    if as_json:
        each = {
            side.value: {"template": shown(file), "frames": template.frames, "quality": template.quality}
            for side, (file, template) in written.items()
        }
        print(json.dumps({"person": name, "enrolled": True, "templates": each}, ensure_ascii=False))
        return
    for side, (file, template) in written.items():
        about = f"{template.frames} frames, quality {template.quality}"
        print(f"{name}: 已登记 enrolled: {side.value} eye, {shown(file)} ({about})")
