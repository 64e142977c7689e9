"""The page of explained mutants speaks of the code as it stands."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("explained", ROOT / "tests" / "iris" / "mutants" / "explained.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_line_that_a_mutant_changes_still_stands_in_its_file(page: ModuleType) -> None:
    found = page.explained((ROOT / page.PAGE).read_text(encoding="utf-8"))
    assert found
    for mutant in found:
        lines = {line.strip() for line in (ROOT / mutant.module).read_text(encoding="utf-8").splitlines()}
        assert set(mutant.before) <= lines, str(mutant)
        assert mutant.before != mutant.after


def test_no_mutant_is_explained_twice(page: ModuleType) -> None:
    counts = Counter(page.explained((ROOT / page.PAGE).read_text(encoding="utf-8")))
    assert [str(mutant) for mutant, count in counts.items() if count > 1] == []


def test_the_page_is_read_as_any_diff(page: ModuleType) -> None:
    text = """
- no mutant, for it stands in no block
```diff
@@ iris.a.f
- one
+ two
- one
+ three
- four
- five
+ six
+ seven
@@ iris.b.C.g
- removed
```
"""
    assert page.explained(text) == [
        page.Mutant("iris.a.f", ("one",), ("two",)),
        page.Mutant("iris.a.f", ("one",), ("three",)),
        page.Mutant("iris.a.f", ("four", "five"), ("six", "seven")),
        page.Mutant("iris.b.C.g", ("removed",), ()),
    ]
    assert page.explained(text)[3].module == Path("iris/b.py")
