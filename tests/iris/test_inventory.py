"""`iris templates`: every file is told for what it is, and migration changes the container and nothing else."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from iris.commands.inventory import inspect
from iris.template import CODE_BYTES, MASK_BYTES, Template
from locker.cli import main

Make = Callable[..., Template]


def of_format_1(template: Template) -> bytes:
    """The bytes in which an older program kept a template: no count of readings, and the first reading alone."""
    body = bytearray(template.to_bytes()[:-4])
    body[4] = 1
    header = len(body) - 1 - CODE_BYTES - MASK_BYTES
    del body[header]
    return bytes(body) + zlib.crc32(body).to_bytes(4, "big")


@pytest.fixture
def folder(tmp_path: Path, make_template: Make) -> Path:
    """A template of today, an older format, another encoder, and rubbish."""
    (tmp_path / "new.iris").write_bytes(make_template(1).to_bytes())
    (tmp_path / "old.iris").write_bytes(of_format_1(make_template(2)))
    (tmp_path / "foreign.iris").write_bytes(of_format_1(replace(make_template(3), encoder=b"an older")))
    (tmp_path / "rubbish.iris").write_bytes(b"no template at all, and yet long enough for a header")
    return tmp_path


def test_each_file_is_told_for_what_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {file: file.read_bytes() for file in folder.iterdir()}
    assert main(["iris", "templates", str(folder), "--json"]) == 1
    told = {Path(line["path"]).stem: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {name: (line["state"], line["format"]) for name, line in told.items()} == {
        "new": ("ours", 2),
        "old": ("ours", 1),
        "foreign": ("foreign", 1),
        "rubbish": ("damaged", None),
    }
    assert "enrol" in told["foreign"]["remedy"]
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


def test_migration_changes_the_container_and_nothing_else(
    folder: Path, make_template: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    rubbish = (folder / "rubbish.iris").read_bytes()
    assert main(["iris", "templates", str(folder), "--migrate"]) == 1
    assert "2 written anew" in capsys.readouterr().out
    assert (folder / "old.iris").read_bytes() == make_template(2).to_bytes()
    assert (folder / "rubbish.iris").read_bytes() == rubbish
    assert len(list(folder.iterdir())) == 4
    assert inspect(folder / "foreign.iris").state == "foreign"
    assert inspect(folder / "foreign.iris").format == 2


def test_a_folder_of_today_needs_nothing(tmp_path: Path, make_template: Make) -> None:
    (tmp_path / "a.iris").write_bytes(make_template(1).to_bytes())
    assert main(["iris", "templates", str(tmp_path), "--migrate"]) == 0
    assert not inspect(tmp_path / "a.iris", migrate=True).migrated


def test_an_empty_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["iris", "templates", str(tmp_path)]) == 2
    assert "no template" in capsys.readouterr().err
