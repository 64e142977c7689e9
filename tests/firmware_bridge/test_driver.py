from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import BoardSettings
from firmware_bridge import boards
from firmware_bridge.boards.driver import driver_named, families
from firmware_bridge.errors import BrokenDriverError, FrameFieldError, UnknownFamilyError
from simulator import boards as simulated
from simulator.boards.registry import family_named


@pytest.mark.parametrize("family", families())
def test_every_family_that_the_settings_allow_has_a_driver(family: str) -> None:
    driver = driver_named(family)
    assert driver.pulse_s(BoardSettings(address=driver.addresses[0], channels=1)) > 0
    assert driver.probe(driver.addresses[0]).frame


@pytest.mark.parametrize("family", ["no-such-board", "driver", ""])
def test_a_family_without_a_driver_is_named(family: str) -> None:
    with pytest.raises(UnknownFamilyError, match=repr(family)):
        driver_named(family)


@pytest.mark.parametrize("family", families())
def test_locks_that_a_family_cannot_have_are_refused_with_its_limits(family: str) -> None:
    driver = driver_named(family)
    address = driver.addresses[0]
    board = BoardSettings(address=address, channels=driver.most_channels)
    for wrong in (driver.addresses[-1] + 1, -1, 255):
        with pytest.raises(FrameFieldError, match=f"{family} boards have addresses"):
            driver.unlock(board.model_copy(update={"address": wrong}), 0)
    for wrong in (driver.most_channels, -1):
        with pytest.raises(FrameFieldError, match=f"{family} boards have channels"):
            driver.unlock(board, wrong)
    with pytest.raises(FrameFieldError):
        driver.hook_reads(board.model_copy(update={"channels": driver.most_channels + 1}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("import math\nmath.no_such_thing", "AttributeError: module 'math' has no attribute 'no_such_thing'"),
        ("class Diver: ...", "AttributeError: module 'firmware_bridge.boards.broken_{case}' has no attribute 'Driver'"),
        ("def", "SyntaxError"),
    ],
)
def test_a_driver_file_that_cannot_be_loaded_is_not_called_missing(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    case = f"x{request.node.callspec.indices['text']}"
    (tmp_path / f"broken_{case}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(boards, "__path__", [*boards.__path__, str(tmp_path)])
    with pytest.raises(BrokenDriverError) as caught:
        driver_named(f"broken-{case}")
    for words in (said.format(case=case), f"broken-{case}", "加载出错", "cannot be loaded"):
        assert words in str(caught.value)


def test_a_simulated_family_that_cannot_be_loaded_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_made.py").write_text("import no_such_library", encoding="utf-8")
    monkeypatch.setattr(simulated, "__path__", [*simulated.__path__, str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        family_named("half-made")
