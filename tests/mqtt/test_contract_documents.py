"""The documents of the contract: generated, complete, without dangling references, and true in their examples."""

from __future__ import annotations

import argparse
import hmac
import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from mqtt import asyncapi, cli
from mqtt.contract.events import EVENTS, JournalRow
from mqtt.contract.messages import Command, PersonalPart

CONTRACT = Path(__file__).parents[2] / "docs" / "contract"
SECRET = bytes(range(32))


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


@pytest.mark.parametrize("path", sorted(asyncapi.rendered()))
def test_the_generated_files_have_not_drifted_from_the_models(path: str) -> None:
    assert (CONTRACT / path).read_text(encoding="utf-8") == asyncapi.rendered()[path], (
        "run: iris-locker contract --out docs/contract"
    )


def test_no_schema_is_left_over_from_a_model_that_is_gone() -> None:
    kept = {f"schemas/{path.name}" for path in (CONTRACT / "schemas").iterdir()}
    assert kept == set(asyncapi.rendered()) - {asyncapi.DOCUMENT}


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = asyncapi.document()
    for reference in references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_the_document_has_a_message_for_every_kind_of_event() -> None:
    messages = asyncapi.document()["channels"]["events"]["messages"]
    assert set(messages) == {event.kind for event in EVENTS}


def test_the_command_line_prints_the_document_and_writes_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    options = parser.parse_args(["contract"])
    assert options.run(options) == 0
    assert json.loads(capsys.readouterr().out)["asyncapi"] == "3.0.0"
    options = parser.parse_args(["contract", "--out", str(tmp_path / "new")])
    assert options.run(options) == 0
    assert (tmp_path / "new" / "schemas" / "JournalRow.json").exists()
    (tmp_path / "file").touch()
    options = parser.parse_args(["contract", "--out", str(tmp_path / "file")])
    assert options.run(options) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_the_examples_of_the_page_fit_the_models_and_the_chain() -> None:
    page = (CONTRACT / "README.md").read_text(encoding="utf-8")
    row, command, personal = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    event = JournalRow.model_validate_json(row, strict=True)
    assert event.event().subject == event.subject
    assert sha256(rfc8785.dumps(event.model_dump(mode="json", exclude={"hash"}))).hexdigest() == event.hash
    Command.model_validate_json(command, strict=True)
    PersonalPart.model_validate_json(personal, strict=True)


def test_the_codes_of_the_page_follow_from_its_recipe() -> None:
    page = (CONTRACT / "README.md").read_text(encoding="utf-8")
    mac = hmac.digest(SECRET, b"cons-0001:3", "sha256")
    number = int.from_bytes(mac[6:10], "big") & 0x7FFFFFFF
    assert mac[-1] & 0x0F == 6
    assert mac.hex() in page
    assert f"{number % 10**8:08d}" in page
    assert hmac.digest(SECRET, b"deposit:cred-7:48213057", "sha256").hex() in page
