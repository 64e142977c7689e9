"""What a family's page says is never sent is what the suite forbids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from forbidden import forbidden_in

PAGES = Path(__file__).parents[3] / "docs" / "boards"
REQUESTS = {
    "kerong-cu16": (r"Not implemented, on purpose: ([^.]*)\.", "02 00 {} 03"),
    "wkly": (r"Not implemented, on purpose: ([^:]*):", "57 4B 4C 59 08 00 {}"),
}
"""Families whose page lists the commands that are left out: where the list stands, and such a command's frame."""


@pytest.mark.parametrize(("named", "head"), REQUESTS.values(), ids=list(REQUESTS))
def test_every_command_that_the_page_says_is_never_sent_is_forbidden(
    named: str, head: str, request: pytest.FixtureRequest
) -> None:
    family = request.node.callspec.id
    listed = re.search(named, (PAGES / f"{family}.md").read_text(encoding="utf-8"))
    assert listed, f"docs/boards/{family}.md no longer lists what is left out"
    commands = re.findall(r"\b[0-9A-F]{2}\b", listed[1])
    assert len(commands) >= 4
    allowed = [code for code in commands if forbidden_in(family, bytes.fromhex(head.format(code))) is None]
    assert allowed == []
