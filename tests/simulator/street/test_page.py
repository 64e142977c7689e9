"""The street page in a browser: what a person sees and does there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

PATIENCE_MS = 60_000
"""How long a loaded machine may take for what a free one does at once; nobody waits that long for what happens."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's Chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], timeout=PATIENCE_MS
        )
        yield browser
        browser.close()


@contextmanager
def watching(browser: Browser, url: str) -> Iterator[Page]:
    """The page of a street; no script of it may fail."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(url)
    yield page
    page.close()
    assert faults == []


@pytest.fixture(scope="module")
def page(street: Any, browser: Browser) -> Iterator[Page]:
    with watching(browser, str(street.web.base_url)) as page:
        yield page


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


def test_a_door_is_jammed_and_freed_from_the_page(street: Any, page: Page) -> None:
    page.locator("[data-door=B05]").click()
    unfold(page.locator("#door-card"))
    page.locator("#door-faults [name=jam]").select_option("hard")
    expect(page.locator("[data-door=B05] .fault")).to_have_text("卡死")
    page.get_by_role("button", name="修好 Free").click()
    expect(page.locator("[data-door=B05] .fault")).to_have_text("")
    assert street.web.get("/api/doors").json()["B05"]["jam"] == "none"


def test_every_fault_of_a_door_and_its_lock_is_set_from_the_page_and_mended_at_once(street: Any, page: Page) -> None:
    page.locator("[data-door=B06]").click()
    unfold(page.locator("#door-card"))
    form = page.locator("#door-faults")
    form.locator("[name=jam]").select_option("soft")
    form.locator("[name=hook]").select_option("unlatched")
    fill(form, bounce_s="250", pull_in_s="300")
    check(form, "welded", "burnt")
    wanted = ["jam=soft", "hook=unlatched", "bounce_s=0.25", "pull_in_s=0.3", "welded=true", "burnt=true"]
    present(street, [f"B06.{word}" for word in wanted])
    expect(page.locator("[data-door=B06] .fault")).to_have_text("轻卡·钩·粘连·烧断")
    form.get_by_role("button", name="全部修好 Mend all").click()
    present(street, [])
    expect(form.locator("[name=pull_in_s]")).to_have_value("40")
    expect(form.locator("[name=welded]")).not_to_be_checked()


def test_a_door_is_pried_open_and_its_coil_is_warmed_from_the_page(street: Any, page: Page) -> None:
    page.locator("[data-door=B07]").click()
    unfold(page.locator("#door-card"))
    page.locator("#warm [name=celsius]").fill("150")
    page.get_by_role("button", name="加热 Warm").click()
    expect(page.locator("[data-door=B07] .fault")).to_have_text("热")
    expect(page.locator("#door-state")).to_contain_text("降温中 cooling")
    page.get_by_role("button", name="撬开 Pry").click()
    expect(page.locator("[data-door=B07]")).to_contain_class("open unlatched")
    expect(page.locator("#log")).to_contain_text("撬门 pried")
    assert street.web.get("/api/doors").json()["B07"]["pulses"] == 0


def test_every_fault_of_a_line_and_its_boards_is_set_from_the_page_and_mended_at_once(street: Any, page: Page) -> None:
    line = page.locator(".line", has_text="kerong-cu24")
    unfold(line)
    fill(line, latency_s="20", drop="25", late="10", late_s="900", noise="0.1", idle_noise="0.01", unasked_per_s="0.5")
    line.locator("[name=noise_on]").select_option("replies")
    check(line, "echo", "chatter", "dead-0", "rogue-0")
    numbers = ["latency_s=0.02", "drop=0.25", "late=0.1", "late_s=0.9", "noise=0.001", "noise_on=replies"]
    numbers += ["idle_noise=0.0001", "unasked_per_s=0.5"]
    present(street, [f"left.{word}" for word in (*numbers, "echo=true", "dead=0", "rogue=0", "chatter=true")])
    expect(line).to_have_class("line faulty")
    expect(line.locator("summary")).to_contain_text("延迟 · 丢失 · 迟到 · 噪声 · 空闲噪声 · 不请自来")
    line.get_by_role("button", name="全部修好 Mend all").click()
    present(street, [])
    expect(line).to_have_class("line")
    expect(line.locator("[name=late_s]")).to_have_value("800")


def test_an_adapter_is_pulled_put_in_and_renumbered_from_the_page(street: Any, page: Page) -> None:
    line = page.locator(".line", has_text="lock485-8a")
    line.get_by_role("button", name="拔掉 Unplug").click()
    expect(line).to_have_class("line out")
    present(street, ["right.adapter=out"])
    line.get_by_role("button", name="插上 Plug").click()
    expect(line).to_have_class("line")
    expect(line.locator(".device")).to_have_text("ttyUSB1")
    line.get_by_role("button", name="换口 Replug").click()
    expect(line.locator(".device")).to_have_text("ttyUSB2")


def test_the_supply_is_weakened_from_the_page_until_the_boards_go_down(street: Any, page: Page) -> None:
    supply = page.locator("#supply")
    fill(supply, coils="2", strength="0")
    present(street, ["supply.coils=2", "supply.strength=0.0"])
    expect(page.locator("#supply-heading")).to_contain_text("0 % 板子断电 boards down")
    supply.get_by_role("button", name="全部修好 Mend all").click()
    present(street, [])
    expect(page.locator("#supply-heading")).to_contain_text("100 % 板子正常 boards run")
    expect(page.locator("#log")).to_contain_text("欠压 brown out")


def test_a_fault_that_cannot_be_is_refused_and_the_form_says_again_what_is(street: Any, page: Page) -> None:
    line = page.locator(".line", has_text="lock485-8a")
    unfold(line)
    fill(line, drop="400")
    expect(page.get_by_role("alert")).to_have_text("丢失不能大于 100 lost %: must be at most 100")
    expect(line.locator("[name=drop]")).to_have_value("0")
    present(street, [])


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page) -> None:
    wide = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    for part in page.locator("details").all():
        part.evaluate("details => { details.open = true; }")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide is not None
    page.set_viewport_size(wide)


def test_a_picture_older_than_a_change_takes_neither_the_change_nor_what_is_being_typed_back(page: Page) -> None:
    shown = page.evaluate("""async () => {
      const { FaultForm, number } = await import("/fault_form.js");
      const { heardUpTo } = await import("/asks.js");
      const line = new FaultForm("/api/lines/left/faults", "left", [number("drop", "", "", 100)]);
      const { input } = line.fields[0];
      const before = heardUpTo();
      line.show({ drop: 0 }, before);
      input.value = "25";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      line.show({ drop: 0.1 }, before);
      const shown = [input.value];
      input.dispatchEvent(new Event("change", { bubbles: true }));
      line.show({ drop: 0 }, before);
      shown.push(input.value);
      await line.sending;
      line.show({ drop: 0 }, before);
      shown.push(input.value);
      line.show({ drop: 0.5 }, heardUpTo());
      return [...shown, input.value];
    }""")
    assert shown == ["25", "25", "25", "50"]
    page.locator(".line", has_text="kerong-cu24").get_by_role("button", name="全部修好 Mend all").click()
    expect(page.locator(".line", has_text="kerong-cu24")).to_have_class("line")


def test_the_page_comes_back_by_itself_when_the_street_is_started_anew(launch: Any, browser: Browser) -> None:
    street = launch()
    with watching(browser, str(street.web.base_url)) as page:
        line = page.locator(".line", has_text="kerong-cu24")
        unfold(line)
        fill(line, drop="25")
        expect(page.locator("#log")).to_contain_text("drop")
        street.process.terminate()
        expect(page.locator("#link")).to_contain_text("正在重连")
        street.process.wait()
        again = launch("--port", str(street.web.base_url.port))
        expect(page.locator("#link")).to_contain_text("实时")
        expect(line.locator("[name=drop]")).to_have_value("0")
        expect(page.locator("#log")).not_to_contain_text("drop")
        fill(line, drop="50")
        present(again, ["left.drop=0.5"])


def unfold(part: Locator) -> None:
    part.locator("details").evaluate("details => { details.open = true; }")


def fill(form: Locator, **values: str) -> None:
    for name, value in values.items():
        form.locator(f"[name={name}]").fill(value)
        form.locator(f"[name={name}]").blur()


def check(form: Locator, *names: str) -> None:
    for name in names:
        form.locator(f"[name={name}]").check()


def present(street: Any, words: list[str]) -> None:
    """Wait until exactly these faults are there."""
    street.until(lambda: street.web.get("/api/faults").json()["faults"] == words)
