"""The street page in a browser: what a person sees and does there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's Chromium is not installed"),
]


@pytest.fixture(scope="module")
def page(street: Any) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(str(street.web.base_url))
        yield page
        assert faults == []
        browser.close()


def test_the_whole_cabinet_is_in_view_without_scrolling(page: Page) -> None:
    expect(page.locator(".door")).to_have_count(36)
    expect(page.locator("#link")).to_contain_text("实时")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_a_pulsed_door_springs_open_on_the_page_and_is_filled_emptied_and_closed_there(street: Any, page: Page) -> None:
    door = page.locator("[data-door=A01]")
    door.click()
    street.ask("left", "02 00 00 81 00 00 03 86", 8)
    expect(door).to_contain_class("open unlatched flash")
    page.get_by_placeholder("物品 item").fill("<b>包裹</b>")
    page.get_by_role("button", name="放入 Put").click()
    expect(door.locator(".thing")).to_have_text("<b>包裹</b>")
    page.get_by_role("button", name="取出 Take").click()
    expect(door.locator(".thing")).to_have_count(0)
    page.get_by_role("button", name="关门 Close").click()
    expect(page.locator("#door-state")).to_contain_text("关着并锁闭")
    expect(page.locator("#log")).to_contain_text("door closed")


def test_what_cannot_be_done_is_said(page: Page) -> None:
    page.locator("[data-door=C01]").click()
    page.get_by_placeholder("物品 item").fill("沙发")
    page.get_by_role("button", name="放入 Put").click()
    expect(page.get_by_role("alert")).to_have_text("cannot put '沙发' into C01: the door is shut")


def test_a_door_is_jammed_and_mended_from_the_page(street: Any, page: Page) -> None:
    page.locator("[data-door=B05]").click()
    page.locator("#jam").select_option("hard")
    expect(page.locator("[data-door=B05] .fault")).to_have_text("卡死")
    page.get_by_role("button", name="修好 Free").click()
    expect(page.locator("[data-door=B05] .fault")).to_have_text("")
    assert street.web.get("/api/doors").json()["B05"]["jam"] == "none"


def test_a_line_is_made_faulty_pulled_and_put_in_again_from_the_page(street: Any, page: Page) -> None:
    line = page.locator(".line", has_text="lock485-8a")
    line.locator("[name=drop]").fill("25")
    line.locator("[name=echo]").check()
    expect(line).to_have_class("line faulty")
    line.get_by_role("button", name="拔掉 Unplug").click()
    expect(line).to_have_class("line faulty out")
    faults = street.web.get("/api/lines").json()["right"]["faults"]
    assert (faults["drop"], faults["echo"]) == (0.25, True)
    line.get_by_role("button", name="插上 Plug").click()
    expect(line).to_have_class("line faulty")
