"""`iris encode`: one template file per picture, and a JSON line each."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from iris.commands import outputs
from iris.commands.template_files import SUFFIX, advice, refuse_existing
from iris.commands.trouble import NO_MATCH, TROUBLE, Commands, Trouble, guarded
from iris.encode import encode
from iris.evaluation.picture_file import MISTAKEN, read_grey, shown
from iris.refusals import Refusal
from iris.template import EyeSide

SIDES = {side.value: side for side in (EyeSide.LEFT, EyeSide.RIGHT)}


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser(
        "encode",
        help="one template file per picture, and a JSON line each",
        description="One template per picture, for comparing and research: DIR/NAME.iris, or DIR/FOLDER/NAME.iris "
        "where pictures of different folders share a name. To enrol a person from several pictures: iris enrol.",
    )
    command.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    command.add_argument("--out", required=True, type=Path, metavar="DIR")
    command.add_argument("--side", choices=tuple(SIDES), help="which eye all these pictures show")
    command.add_argument("--force", action="store_true", help="overwrite templates that are there already")
    command.set_defaults(run=guarded(_encode))


def targets(images: list[Path], out: Path) -> list[Path]:
    """A file for each picture: by its name, or by its folder and name where names alone repeat; raises `Trouble`."""
    named = [out / f"{image.stem}{SUFFIX}" for image in images]
    if len(set(named)) < len(named):
        whole = [Path(os.path.abspath(image)) for image in images]  # noqa: PTH100 - links keep the names that they have
        above = Path(os.path.commonpath([image.parent for image in whole]))
        named = [out / image.relative_to(above).with_suffix(SUFFIX) for image in whole]
    doubles = [image for image, file in zip(images, named, strict=True) if named.count(file) > 1]
    if doubles:
        raise Trouble(
            f"同名 {', '.join(map(shown, doubles[:2]))} share a name; their templates would overwrite each other"
        )
    return named


def _encode(arguments: argparse.Namespace) -> int:
    files = targets(arguments.images, arguments.out)
    outputs.check_folder(arguments.out, "--out")
    refuse_existing(files, force=arguments.force)
    status = 0
    for image, file in zip(arguments.images, files, strict=True):
        try:
            encoded = encode(read_grey(image), side=SIDES.get(arguments.side))
        except Refusal as refusal:
            status = max(status, TROUBLE if isinstance(refusal, MISTAKEN) else NO_MATCH)
            texts = {"text_zh": refusal.text_zh, "text_en": refusal.text_en}
            _tell(image, {"refused": refusal.reason, "detail": refusal.detail, **texts})
            continue
        outputs.write(file, encoded.template.to_bytes())
        _tell(image, {"template": shown(file), "quality": encoded.quality.score, **advice(encoded.quality.advice)})
    return status


def _tell(image: Path, facts: dict[str, object]) -> None:
    print(json.dumps({"image": shown(image)} | facts, ensure_ascii=False), flush=True)
