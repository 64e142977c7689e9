"""The page that tells a fitter every setting of lines and panel says what the settings themselves say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from annotated_types import Ge, Gt, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.settings import LineSettings, PanelSettings
from firmware_bridge.boards.driver import families

BOARDS = Path(__file__).parents[2] / "docs" / "boards"
ROWS = {
    cells[0].strip("`"): cells
    for line in (BOARDS / "settings.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}
OF_EACH_SITE = {"name", "port", "family", "boards"}
"""What every line must have and no default can say; the family's page shows them."""
FAMILYS_OWN = {"baud"}


def limits(field: FieldInfo) -> str:
    """In the page's words."""
    low = next(each for each in field.metadata if isinstance(each, Ge | Gt))
    high = next(each for each in field.metadata if isinstance(each, Le))
    least = f"more than {low.gt:g}," if isinstance(low, Gt) else f"{low.ge:g}"
    return f"{least} to {high.le:g}"


@pytest.mark.parametrize("model", [LineSettings, PanelSettings])
def test_every_setting_of_lines_and_panel_is_on_the_page_with_its_default_and_limits(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        if name in OF_EACH_SITE:
            continue
        assert name in ROWS, f"write {name} into docs/boards/settings.md"
        _, unit, default, said, meaning = ROWS[name]
        assert meaning
        assert (unit == "s") == name.endswith("_s")
        if name not in FAMILYS_OWN:
            assert (name, default, said) == (name, str(field.default), limits(field))


def test_the_page_names_no_setting_that_is_not_there() -> None:
    assert set(ROWS) <= set(LineSettings.model_fields) | set(PanelSettings.model_fields)


@pytest.mark.parametrize("page", [*families(), "commissioning"])
def test_every_page_of_a_fitter_leads_there(page: str) -> None:
    assert re.search(r"\(settings\.md\)", (BOARDS / f"{page}.md").read_text(encoding="utf-8"))
