"""What a walk writes into a site file, and what it leaves as the fitter has it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from fitter_site import FAMILY, SITE, written_site

from firmware_bridge.commissioning.site_file import SiteFileError, check_site, spliced, write_site
from firmware_bridge.commissioning.wiring import Wiring

WIRING = Wiring(
    ({"name": "left", "port": "/dev/new", "family": FAMILY, "boards": [{"address": 2, "channels": 12}]},),
    ({"name": "A", "line": "left", "board": 2, "channels": [1, 0], "sizes": ["S", "M"]},),
    (),
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return written_site(tmp_path)


def test_comments_above_what_stays_stay_and_only_those_of_the_wiring_go() -> None:
    new = spliced(SITE.format(port="x"), WIRING)
    assert "# The supply drives one lock at a time: 3 A at 12 V, measured.\n# Ask the electrician" in new
    assert new.index("# Ask the electrician") < new.index("[panel]")
    assert "# the adapter of the left half" in new
    assert "# our own" in new
    assert "# the upper board" not in new
    assert spliced(new, WIRING) == new


def test_a_file_written_on_another_system_keeps_its_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(SITE.format(port="x").replace("\n", "\r\n").encode())
    write_site(path, WIRING)
    assert b"before raising it.\r\n[panel]\r\n" in path.read_bytes()
    assert (tmp_path / "site.toml.before-walk").read_bytes().count(b"\r\n") == SITE.count("\n")


def test_the_files_mode_and_a_link_to_it_stay(tmp_path: Path) -> None:
    real = tmp_path / "etc" / "site.toml"
    real.parent.mkdir()
    real.write_text(SITE.format(port="x"), encoding="utf-8")
    real.chmod(0o640)
    link = tmp_path / "site.toml"
    link.symlink_to(real)
    write_site(link, WIRING)
    assert link.is_symlink()
    assert "/dev/new" in real.read_text(encoding="utf-8")
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_writing_the_same_again_keeps_the_fitters_own_file_as_the_one_before(site: Path) -> None:
    original = site.read_text(encoding="utf-8")
    write_site(site, WIRING)
    write_site(site, WIRING)
    assert site.with_name("site.toml.before-walk").read_text(encoding="utf-8") == original


@pytest.mark.parametrize("text", ["[site", 'lines = [{ name = "x" }]\n', "\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_a_file_that_a_walk_could_not_change_is_refused_before_the_walk(text: str, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(SiteFileError):
        check_site(path)
    assert path.read_text(encoding="latin-1") == text


def test_a_sound_file_and_none_at_all_pass_and_are_not_touched(site: Path, tmp_path: Path) -> None:
    before = site.read_bytes()
    check_site(site)
    check_site(tmp_path / "none.toml")
    assert site.read_bytes() == before
    assert not (tmp_path / "none.toml").exists()
