"""`iris templates`: what template files are, which of them this program can compare, and older formats written anew.

Only the container can be migrated. The code of another encoder would need the picture, which nobody has kept, so its
person enrols again; this command never changes a code or a fingerprint.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from iris.code import encoder_fingerprint
from iris.commands import outputs
from iris.commands.template_files import SUFFIX
from iris.commands.trouble import NO_MATCH, Commands, Trouble, guarded
from iris.evaluation.picture_file import shown
from iris.template import FORMAT, Template, TemplateFormatError

FORMAT_AT = 4
"""Byte of the header that holds the format."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """One template file.

    Attributes:
        path: the file.
        state: "ours" can be compared; "foreign" is of another encoder; "damaged" is no template that is read here.
        format: version of the container before a migration; None where it cannot be read.
        encoder: fingerprint in hexadecimal; "" where it cannot be read.
        side, quality, frames, readings: as in the header; None where it cannot be read.
        migrated: whether the file was written anew.
        remedy: what to do; "" where nothing is wrong.
    """

    path: str
    state: str
    format: int | None = None
    encoder: str = ""
    side: str | None = None
    quality: int | None = None
    frames: int | None = None
    readings: int | None = None
    migrated: bool = False
    remedy: str = ""


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser("templates", help="inspect template files; write older formats anew")
    command.add_argument("paths", nargs="+", type=Path, metavar="FILE_OR_DIR")
    command.add_argument("--migrate", action="store_true", help=f"write older formats anew as format {FORMAT}")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=guarded(_templates))


def _templates(arguments: argparse.Namespace) -> int:
    files = [
        file for path in arguments.paths for file in (sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path])
    ]
    if not files:
        raise Trouble(f"no template (*{SUFFIX}) in {', '.join(map(shown, arguments.paths))}")
    found = [inspect(file, migrate=arguments.migrate) for file in files]
    for each in found:
        print(json.dumps(asdict(each), ensure_ascii=False) if arguments.json else _line(each))
    if not arguments.json:
        states = [each.state for each in found]
        counts = ", ".join(f"{states.count(state)} {state}" for state in ("ours", "foreign", "damaged"))
        print(f"{len(found)} templates: {counts}; {sum(each.migrated for each in found)} written anew")
    return 0 if all(each.state == "ours" for each in found) else NO_MATCH


def inspect(file: Path, *, migrate: bool = False) -> Inspected:
    """What a template file is; with `migrate` one of an older format is replaced in one step. Raises `OSError`."""
    data = file.read_bytes()
    try:
        template = Template.from_bytes(data)
    except TemplateFormatError as error:
        return Inspected(shown(file), "damaged", remedy=_remedy(error))
    ours, form = template.encoder == encoder_fingerprint(), data[FORMAT_AT]
    migrated = migrate and form != FORMAT
    if migrated:
        outputs.write(file, template.to_bytes())
    return Inspected(
        shown(file),
        "ours" if ours else "foreign",
        form,
        template.encoder.hex(),
        template.side.value,
        template.quality,
        template.frames,
        len(template.readings),
        migrated,
        "" if ours else "enrol the person again, or encode the picture again if you have it",
    )


def _remedy(error: TemplateFormatError) -> str:
    """What is wrong and what to do; an error that says both is left as it is."""
    told = str(error)
    if "enrol again" in told:
        return told.replace("enrol again", "use the program that wrote it, or enrol again")
    return f"{told}; take it from a backup, or enrol again"


def _line(each: Inspected) -> str:
    if each.state == "damaged":
        return f"{each.path}: damaged: {each.remedy}"
    facts = (
        f"format {each.format}, encoder {each.encoder}, {each.side} eye, quality {each.quality}, {each.frames} frames"
    )
    new = f"; written anew as format {FORMAT}" if each.migrated else ""
    return f"{each.path}: {each.state}: {facts}, {each.readings} readings{new}" + (
        f"; {each.remedy}" if each.remedy else ""
    )
