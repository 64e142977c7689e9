"""Template files and folders of them: how they are named, whose they are, and which of them can be used.

A gallery is a folder. A file belongs to the person after whom it is named: `ann-left.iris` and `ann-right.iris`, as
`iris enrol` writes them, are the two eyes of `ann`; every file below the folder `ann/` is one of ann's; any other file
is a person of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from iris.commands.trouble import Trouble
from iris.decision import Policy
from iris.encode import encode
from iris.evaluation.picture_file import read_grey, shown
from iris.gallery import Gallery
from iris.match import Incomparable, check_encoder
from iris.quality import Advice
from iris.template import EyeSide, Template, TemplateFormatError

SUFFIX = ".iris"
"""File name ending of a template."""
ONE_PICTURE = 1
"""Pictures that `compare` and `identify` look at; a cabinet's look compares more and is stricter with each."""


@dataclass(frozen=True)
class Skipped:
    """A file of a gallery that cannot be used, and why."""

    file: str
    reason: str


@dataclass
class Files:
    """A folder's templates by id (the path inside it without its ending), their people, and what was left out."""

    gallery: Gallery = field(default_factory=Gallery)
    templates: dict[str, Template] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


def load(folder: Path) -> Files:
    """Every template at any depth of a folder; one that cannot be used is left out. Raises `Trouble` for no folder."""
    if not folder.is_dir():
        what = "不是文件夹 is no folder" if folder.exists() else "没有这个文件夹 no such folder"
        raise Trouble(f"{shown(folder)} holds no template: {what}")
    found = Files()
    for file in sorted(folder.rglob(f"*{SUFFIX}")):
        inside = file.relative_to(folder)
        try:
            template = Template.from_bytes(file.read_bytes())
            template_id, person = shown(inside.with_suffix("")), person_of(inside, template)
            found.gallery.add(template_id, person, template)
        except (TemplateFormatError, Incomparable, OSError) as error:
            found.skipped.append(Skipped(shown(file), getattr(error, "strerror", None) or str(error)))
            continue
        found.templates[template_id], found.people[template_id] = template, person
    return found


def person_of(inside: Path, template: Template) -> str:
    """Whose template a file is, by its path inside the gallery's folder."""
    if len(inside.parts) > 1:
        return shown(Path(inside.parts[0]))
    ending = f"-{template.side.value}"
    named = template.side is not EyeSide.UNKNOWN and inside.stem != ending
    return shown(Path(inside.stem.removesuffix(ending) if named else inside.stem))


def template_of(path: Path) -> Template:
    """The template in a file, or of the picture in it; raises `Trouble`, or a `Refusal` of the picture."""
    if path.suffix != SUFFIX or path.is_dir():
        return encode(read_grey(path)).template
    try:
        template = Template.from_bytes(path.read_bytes())
        check_encoder(template)
    except FileNotFoundError as error:
        raise Trouble(f"{shown(path)}: 没有这个文件 no such file") from error
    except (TemplateFormatError, Incomparable) as error:
        raise Trouble(f"{shown(path)}: {error}") from error
    return template


def refuse_existing(files: Iterable[Path], *, force: bool) -> None:
    """Raises `Trouble` where a file would be overwritten that nobody said may be."""
    there = [file for file in files if file.exists()]
    if there and not force:
        more = f" (+{len(there) - 1})" if len(there) > 1 else ""
        raise Trouble(f"{shown(there[0])}{more}: 已存在；用 --force 覆盖 is there already; --force overwrites it")


def advice(notes: Iterable[Advice]) -> dict[str, list[str]]:
    """What would make the next picture better, each piece of advice once."""
    found = tuple(notes)
    return {
        "advice": list(dict.fromkeys(note.text_en for note in found)),
        "advice_zh": list(dict.fromkeys(note.text_zh for note in found)),
    }


def promise(policy: Policy, templates: int) -> dict[str, float | int]:
    """What a threshold follows from; `iris policy` with the same words prints the same threshold."""
    return {
        "false_match_rate": policy.false_match_rate,
        "templates": templates,
        "frames": policy.frames,
        "looks": policy.looks,
    }


def promise_words(policy: Policy, templates: int) -> str:
    """The same for people."""
    return (
        f"误识率承诺 at most {policy.false_match_rate:g} false matches: {policy.frames} picture against {templates} "
        f"(iris policy --frames {policy.frames} --looks {policy.looks} --gallery {templates})"
    )
