"""The report of an evaluation in Debian's Chromium: it fits a desk and a telephone, and wraps long names."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from locker.cli import main

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
LONG = "a name of a folder that somebody thought would tell everything there is to be known of an eye 张三的左眼"
CUT_OFF = """() => [...document.querySelectorAll("table.w td, p, h1, h2")]
    .filter(each => each.getBoundingClientRect().right > innerWidth && !each.closest("div.t"))
    .map(each => each.textContent)"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}; install Debian's package chromium"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    for name in (LONG, f"{LONG} again", "<b>&", "x" * 120):
        (folder / "set" / name).mkdir(parents=True)
        for shot in range(2):
            (folder / "set" / name / f"{shot}.png").write_text("no picture")
    told = ["--layout", "folders", "--report", str(folder / "r"), "--jobs", "1"]
    assert main(["iris", "evaluate", str(folder / "set"), *told]) == 0
    return folder / "r" / "report.html"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_its_window_and_wraps_long_names(report: Path, width: int) -> None:
    complaints: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_ARGUMENTS))
        page = chromium.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(report.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT_OFF) == []
        words = page.locator("table.w").last
        assert words.evaluate("each => each.scrollWidth <= each.parentElement.clientWidth")
        assert LONG in words.inner_text()
        chromium.close()
    assert complaints == []
