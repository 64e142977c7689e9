import hashlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from simulator.platform.rows import BrokenChain, UnreadableRow, canonical, read_row

SAFE = st.integers(-(2**53) + 1, 2**53 - 1)
NAMES = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | SAFE | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=10,
)


def row(**changes: Any) -> dict[str, Any]:
    made = {
        "ledger_id": "ledger-1",
        "seq": 1,
        "at": "2026-03-01T08:00:00.000Z",
        "clock_synced": True,
        "boot": 1,
        "kind": "door.changed",
        "subject": "A01",
        "body": {"compartment": "A01", "latch": "latched", "visit": None, "why": "柜门 \u007f\b"},
        "prev_hash": "0" * 64,
    } | changes
    return made | {"hash": hashlib.sha256(rfc8785.dumps(made)).hexdigest()}


@given(VALUES)
def test_the_canonical_form_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical(value).encode() == rfc8785.dumps(value)


def test_a_true_first_row_follows_from_nothing() -> None:
    read_row(json.dumps(row()).encode()).follows(0, "0" * 64)


@pytest.mark.parametrize("name", ["ledger_id", "at", "kind", "subject"])
def test_a_row_changed_on_its_way_does_not_hash_to_what_it_says(name: str) -> None:
    changed = read_row(json.dumps(row() | {name: "other"}).encode())
    with pytest.raises(BrokenChain, match="hashes to"):
        changed.follows(0, "0" * 64)


def test_a_row_after_another_one_is_refused() -> None:
    with pytest.raises(BrokenChain, match="before it"):
        read_row(json.dumps(row()).encode()).follows(0, "1" * 64)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        json.dumps(row(seq=0)).encode(),
        json.dumps(row() | {"seq": True}).encode(),
        json.dumps(row() | {"body": {"x": 1.5}}).encode(),
        json.dumps(row() | {"body": []}).encode(),
        json.dumps(row() | {"kind": 7}).encode(),
        json.dumps(row() | {"extra": 1}).encode(),
        json.dumps(row() | {"body": {"x": "\ud800"}}).encode(),
        b"[" * 100_000,
    ],
)
def test_what_is_no_row_is_refused_in_words(payload: bytes) -> None:
    with pytest.raises(UnreadableRow):
        read_row(payload)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_row_or_refused(payload: bytes) -> None:
    with pytest.raises(UnreadableRow):
        read_row(payload)
