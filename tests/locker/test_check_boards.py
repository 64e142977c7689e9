"""Board settings that no driver can work with are named, with the remedy, before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load_settings
from firmware_bridge.errors import FrameFieldError, UnknownFamilyError
from locker import check
from locker.daemon import run_daemon

EXAMPLE = Path(__file__).parents[2] / "config" / "examples" / "two-boards.toml"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def change(site: Path, old: str, new: str) -> None:
    text = site.read_text(encoding="utf-8")
    assert old in text
    site.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_family_without_a_driver_is_named_with_those_that_have_one(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(site, 'family = "kerong-cu24"', 'family = "kerong-cu99"')
    (finding,) = check._boards(load_settings(site))
    assert "kerong-cu99" in finding.fault
    assert "kerong-cu24" in finding.fault
    monkeypatch.setattr("locker.daemon.load_keys", lambda _: pytest.fail("something was opened"))
    with pytest.raises(UnknownFamilyError, match=r"lines\.family"):
        run_daemon(load_settings(site))


def test_a_board_setting_that_its_family_does_not_know_is_named(site: Path) -> None:
    text = site.read_text(encoding="utf-8")
    assert "boards = [{ address = 0" in text or "boards = [{address = 0" in text
    site.write_text(text.replace("address = 0", "infrared = true, address = 0", 1), encoding="utf-8")
    (finding,) = check._boards(load_settings(site))
    assert "infrared" in finding.fault
    assert "remove it" in finding.fault
    with pytest.raises(FrameFieldError):
        run_daemon(load_settings(site))


def test_the_example_site_has_boards_that_can_be_driven(site: Path) -> None:
    (finding,) = check._boards(load_settings(site))
    assert finding.fault is None


def test_a_rate_that_no_board_of_the_family_has_gets_no_tick(site: Path) -> None:
    change(site, 'family = "kerong-cu24"', 'family = "kerong-cu24"\nbaud = 19201')
    (finding,) = check._boards(load_settings(site))
    assert "lines.baud：线路" in finding.fault
    assert "has baud = 19201, but kerong-cu24 boards run at 19200, 9600" in finding.fault
