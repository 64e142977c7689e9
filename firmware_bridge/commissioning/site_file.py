"""Writing [[lines]] and [[columns]] into a site's TOML file, every other byte of it left as it is."""

from __future__ import annotations

import json
import re
import tomllib
from itertools import dropwhile
from pathlib import Path
from typing import Any, Final

import config
from firmware_bridge.commissioning.notebook import write_whole
from firmware_bridge.commissioning.ports import lasting_name
from firmware_bridge.commissioning.wiring import Table, Wiring
from firmware_bridge.errors import BridgeError

PARTS: Final = ("lines", "columns")
HEADER: Final = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_-]+)[^\]]*\]")
REMARK: Final = re.compile(r"^\s*(#|$)")
TEMPLATE: Final = Path(config.__path__[0]) / "examples" / "two-boards.toml"
NEW_FILE: Final = """\
# [[lines]] and [[columns]] are as `iris-locker board walk` found them; change everything else to what is yours, and let
# `iris-locker check --config FILE` tell you what is still wrong.

"""
TRIAL: Final = Wiring(({"name": "trial", "port": "none", "boards": []},), ({"name": "A"},), ())
"""Something to see with whether a file can be changed."""
CARRIED: Final = {"lines": ("reply_timeout_s", "read_retries", "gap_s"), "boards": ("pulse_s", "infrared")}
"""What a walk does not find out, and an old file may say."""


class SiteFileError(BridgeError):
    """The site file cannot be read, or not be changed without touching more than its lines and columns."""


def write_site(path: Path, wiring: Wiring) -> bool:
    """Put the wiring into a site file; says whether there was one before. Without one, the example is filled in.

    The old file is kept beside it with the ending `.before-walk`.

    Raises:
        SiteFileError: see there.
    """
    try:
        before = _read(path)
        text = spliced(before if before is not None else _template(), wiring)
        if before is not None and before != text:
            write_whole(path.with_name(path.name + ".before-walk"), before)
        write_whole(path, text)
    except (OSError, UnicodeDecodeError) as error:
        raise SiteFileError(f"{path} cannot be written ({error}); name another --out") from error
    return before is not None


def check_site(path: Path) -> None:
    """See, before a fitter walks along the doors, whether `write_site` will be able to change the file.

    Raises:
        SiteFileError: it will not.
    """
    try:
        before = _read(path)
    except (OSError, UnicodeDecodeError) as error:
        raise SiteFileError(f"{path} cannot be read ({error}); name another --out") from error
    if before is not None:
        spliced(before, TRIAL)


def _read(path: Path) -> str | None:
    """The file with the line ends that it has; None when there is none."""
    if not path.exists():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def _template() -> str:
    """The example without what it says about itself."""
    example = TEMPLATE.read_text(encoding="utf-8")
    return NEW_FILE + example[example.index("[site]") :]


def spliced(text: str, wiring: Wiring) -> str:
    """The text with the wiring in the place of its old lines and columns.

    Raises:
        SiteFileError: it is no TOML, or is written in a way that this cannot change safely.
    """
    old = _parsed(text)
    carried = {lasting_name(str(each.get("port"))): each for each in old.get("lines", ()) if isinstance(each, dict)}
    lines = [_carry(line, carried.get(lasting_name(line["port"]), {})) for line in wiring.lines]
    new = {"lines": lines, "columns": list(wiring.columns)}
    kept, at = _without_parts(text)
    result = kept[:at] + as_toml(new) + kept[at:]
    expected = {key: value for key, value in old.items() if key not in PARTS} | new
    if not _says(result, expected):
        raise SiteFileError(
            "the file has its lines or columns in an unusual form; write them as [[lines]] and [[columns]], or put "
            f"this into it by hand:\n{as_toml(new)}"
        )
    return result


def as_toml(tables: dict[str, list[Table]]) -> str:
    """Arrays of tables."""
    blocks = [
        f"[[{name}]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in table.items()) + "\n"
        for name, array in tables.items()
        for table in array
    ]
    return "".join(blocks)


def _value(value: Any) -> str:  # noqa: ANN401 - whatever TOML can hold
    if isinstance(value, dict):
        return (
            "{ "
            + ", ".join(
                f"{json.dumps(key) if key[0].isdigit() or not key.isidentifier() else key} = {_value(each)}"
                for key, each in value.items()
            )
            + " }"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)


def _carry(line: Table, before: Table) -> Table:
    """A walked line with what only the old file can know."""
    old_boards = {each.get("address"): each for each in before.get("boards", ())}
    boards = [
        board
        | {
            key: old_boards[board["address"]][key]
            for key in CARRIED["boards"]
            if key in old_boards.get(board["address"], {})
        }
        for board in line["boards"]
    ]
    return line | {key: before[key] for key in CARRIED["lines"] if key in before} | {"boards": boards}


def _without_parts(text: str) -> tuple[str, int]:
    """The text without its lines and columns, and where the first of them stood.

    Comments right above a table belong to it: they stay when it does.
    """
    kept: list[str] = []
    above: list[str] = []
    place: int | None = None
    inside = False
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        header = HEADER.match(line)
        if header:
            inside = header[1] in PARTS
            if inside and place is None:
                place = sum(map(len, kept))
            kept += () if inside else dropwhile(lambda each: not each.strip(), above)
        if not inside:
            kept.append(line)
        above = [*above, line] if inside and not header and REMARK.match(line) else []
    whole = "".join(kept)
    if place is None:
        whole += "" if whole.endswith("\n") else "\n"
        return whole, len(whole)
    return whole, place


def _says(text: str, expected: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == expected
    except tomllib.TOMLDecodeError:
        return False


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SiteFileError(f"the site file is not valid TOML ({error}); mend it first") from error
