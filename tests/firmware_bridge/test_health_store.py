"""The file of the locks' health: whole or the one before, and never in the way when it is neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lock_life import LockLife

from firmware_bridge.health import store
from firmware_bridge.health.book import HealthBook, Records
from firmware_bridge.health.report import health_lines


@pytest.fixture(scope="module")
def records() -> Records:
    """Of locks that have lived a while, one of them with a drift."""
    life = LockLife(1, boards=2, locks=6)
    life.live(600)
    life.habits["A03"].slower = 2.0
    life.live_until("weak_lock", "A03", 400)
    return life.book.snapshot()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return store.health_file(tmp_path / "ledger.sqlite3")


def test_it_is_said_in_chinese_first(records: Records) -> None:
    said = list(health_lines(records))
    assert said[0].startswith("柜门")
    assert said[1].startswith("door")
    rows = {line.split()[0]: line for line in said if line}
    assert rows["A01"].endswith("  正常 ok")
    assert rows["A03"].endswith("  电控锁变慢 weak_lock")
    drift = next(at for at, line in enumerate(said) if line.startswith("A03: 电控锁变慢 weak_lock, 自 since "))
    assert said[drift + 1].startswith("  所见 seen: ")
    assert said[drift + 2].startswith("  请清洁锁并上油")
    assert said[drift + 3].startswith("  clean and grease the lock")
    new = LockLife(1, boards=1, locks=1).book.snapshot()
    assert list(health_lines(new))[2].endswith("  学习中 learning, 0 of 30 openings")


def test_it_stands_beside_the_ledger(tmp_path: Path) -> None:
    assert store.health_file(tmp_path / "ledger.sqlite3") == tmp_path / "lock-health.json"


def test_what_was_written_is_read(path: Path, records: Records) -> None:
    assert store.read(path) is None
    store.write(path, records)
    assert store.read(path) == records
    assert list(path.parent.iterdir()) == [path]


def test_a_power_cut_while_it_is_written_leaves_the_old_file(path: Path, records: Records) -> None:
    store.write(path, records)
    path.with_suffix(".new").write_bytes(b'{"version":1,"locks":{"A0')
    assert store.read(path) == records
    store.write(path, Records())
    assert store.read(path) == Records()


@pytest.mark.parametrize(
    ("damage", "where"),
    [
        (b"", "the whole"),
        (b"\x00" * 4096, "the whole"),
        (b"\xff\xfe not json", "the whole"),
        (b"[" * 100_000, "the whole"),
        (b"null", "the whole"),
        (b'{"version": 2}', "version"),
        (b'{"version": 1, "doors": {}}', "doors"),
        (b'{"locks": {"A01": {"wiring": "left:0:0", "recent_s": [NaN]}}}', "locks.A01.recent_s.0"),
        (b'{"locks": {"A01": {"wiring": "left:0:0", "recent_s": [0]}}}', "locks.A01.recent_s.0"),
        (b'{"locks": {"A01": {"wiring": "left:0:0", "slowness": 1e999}}}', "locks.A01.slowness"),
    ],
)
def test_a_damaged_or_foreign_file_is_named_with_its_first_fault(path: Path, damage: bytes, where: str) -> None:
    path.write_bytes(damage)
    with pytest.raises(store.HealthFileError, match=f"damaged at {where}: .*move it away"):
        store.read(path)


def test_a_huge_file_is_not_taken_into_memory(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(store.HealthFileError, match="larger than"):
        store.read(path)


def test_a_folder_in_its_place_is_an_error_that_says_so(path: Path) -> None:
    path.mkdir()
    with pytest.raises(store.HealthFileError, match="cannot be read"):
        store.read(path)


def test_a_torn_file_is_never_read_as_something_else(path: Path, records: Records) -> None:
    text = records.model_dump_json().encode()
    for length in range(0, len(text), 997):
        path.write_bytes(text[:length])
        with pytest.raises(store.HealthFileError):
            store.read(path)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_the_file_is_refused_or_can_be_lived_with(data: st.DataObject, records: Records) -> None:
    """Any one number or text of a true file is changed; what is still taken must not break the book."""
    tree = json.loads(records.model_dump_json())
    leaf, key = data.draw(st.sampled_from(leaves(tree)))
    leaf[key] = data.draw(
        st.one_of(st.integers(-(10**6), 10**6), st.floats(), st.text(max_size=60), st.none(), st.just([]))
    )
    try:
        taken = Records.model_validate_json(json.dumps(tree))
    except ValueError:
        return
    life = LockLife(2, boards=2, locks=6)
    life.begin(taken)
    life.live(60)
    written = life.book.snapshot().model_dump_json()
    HealthBook(life.wiring, Records.model_validate_json(written), on_drift=lambda _: None)
    assert list(health_lines(taken))


def leaves(tree: Any) -> list[tuple[Any, Any]]:
    """Where every number and text of a JSON tree stands."""
    places = []
    for key, value in list(tree.items() if isinstance(tree, dict) else enumerate(tree)):
        places += leaves(value) if isinstance(value, dict | list) else [(tree, key)]
    return places


def test_a_lock_costs_little_room(path: Path, records: Records) -> None:
    store.write(path, records)
    assert path.stat().st_size < 1200 * len(records.locks) + 20_000
