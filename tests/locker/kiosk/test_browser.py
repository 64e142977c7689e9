from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from locker.kiosk.app import create_app
from locker.kiosk.screen import Act, Choice, Entry, EntryKind, Screen, Tone, text
from locker.kiosk.serve import served
from locker.visits.enrolment import ready_screen
from locker.visits.pickup_screens import looks_spent
from mqtt.contract.base import EyeSideName

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

CHROMIUM = "/usr/bin/chromium"
PORTRAIT = {"width": 1080, "height": 1920}
LANDSCAPE = {"width": 1280, "height": 800}
SMALLEST_TARGET_PX = 72
WCAG_AA = 4.5

CONFIRM = (Choice("confirm", text("choice.confirm"), primary=True), Choice("cancel", text("choice.cancel")))
CODE = Screen(
    "code", text("code.title"), (text("code.line"),), CONFIRM, (Entry("code", text("code.entry"), EntryKind.DIGITS, 8),)
)
SLOWED = Screen("code", text("code.title"), (text("code.wrong"),), CONFIRM, CODE.entries, tone=Tone.WARN, wait_s=600)
SIGN_IN = Screen(
    "courier",
    text("courier.title"),
    (),
    CONFIRM,
    (
        Entry("number", text("courier.number"), EntryKind.DIGITS, 8),
        Entry("pin", text("courier.pin"), EntryKind.PIN, 8),
    ),
)
WAYBILL = Screen(
    "courier.home",
    text("courier.home.title", name="王"),
    (text("courier.expected", count=3),),
    CONFIRM,
    (Entry("waybill", text("courier.home.waybill"), EntryKind.WORD, 32),),
)
SIGN_IN_SLOWED = Screen(
    "courier",
    text("courier.title"),
    (text("courier.wrong"), text("code.slow", seconds=600)),
    (*CONFIRM, Choice("deposit_code", text("choice.deposit_code"))),
    SIGN_IN.entries,
    tone=Tone.WARN,
    wait_s=600,
)
SERVICE = Screen(
    "service_home",
    text("service.title", name="张"),
    (text("service.unknown_compartment", compartment="Q9"), text("service.line", count=2)),
    (
        Choice("open", text("choice.open_any"), primary=True),
        Choice("open", text("choice.open", compartment="A01", reason="jammed"), "A01"),
        Choice("open", text("choice.open", compartment="B02", reason="by an attendant"), "B02"),
        Choice("finish", text("choice.finish")),
    ),
    (Entry("compartment", text("service.doors"), EntryKind.WORD, 4),),
    doors=("A01", "B02"),
    tone=Tone.WARN,
)
TROUBLED = Screen(
    "service_home",
    text("service.title", name="张"),
    (text("service.line", count=12),),
    (
        Choice("open", text("choice.open_any"), primary=True),
        *(
            Choice("open", text("choice.open", compartment=f"C{n:02d}", reason="jammed"), f"C{n:02d}")
            for n in range(12)
        ),
        Choice("finish", text("choice.finish")),
    ),
    SERVICE.entries,
    doors=tuple(f"C{n:02d}" for n in range(12)),
)
CHECK = Screen(
    "deposit_confirm",
    text("deposit.confirm.title", compartment="A03"),
    (text("deposit.confirm.line"),),
    (
        Choice("confirm", text("choice.confirm"), primary=True),
        Choice("larger", text("choice.larger")),
        Choice("reopen", text("choice.reopen")),
        Choice("takeback_now", text("choice.takeback_now")),
    ),
    doors=("A03",),
    tone=Tone.ASK,
)
OPEN = Screen(
    "pickup.open",
    text("pickup.open.title", compartment="A02"),
    (text("pickup.open.line", number=1, total=1),),
    (Choice("not_mine", text("choice.not_mine")),),
    doors=("A02",),
    tone=Tone.GOOD,
)
LOOK = Screen("look", text("look.title"), (text("look.hint.too-small"),), CONFIRM[1:], looking=True, progress=0.5)
CONSENT = Screen(
    "consent",
    text("consent.title"),
    (text("consent.text"),),
    (Choice("agree", text("choice.agree"), primary=True), Choice("decline", text("choice.decline"))),
    tone=Tone.ASK,
)

SPENT = looks_spent()
LENSES = ready_screen(EyeSideName.LEFT)
SCREENS = (CODE, SLOWED, SIGN_IN, SIGN_IN_SLOWED, WAYBILL, SERVICE, CHECK, OPEN, LOOK, CONSENT, SPENT, LENSES)


@pytest_asyncio.fixture(loop_scope="module")
async def url(desk: Any) -> AsyncIterator[str]:
    closing = asyncio.Event()
    app = create_app(desk, title_zh="阳光花园", title_en="Sunshine", language="zh", closing=closing, strict=True)
    async with served(app, host="127.0.0.1", port=0, closing=closing) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="module")
async def screen(browser: Browser, url: str) -> AsyncIterator[Page]:
    """The page in a portrait window; a complaint of the browser (script error, forbidden content) fails the test."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "409" not in message.text:
            complaints.append(message.text)

    page = await browser.new_page(viewport=PORTRAIT)
    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(url)
    await expect(page.locator("#stage")).to_be_visible()
    yield page
    await page.close()
    assert complaints == []


async def _shows(page: Page, desk: Any, screen: Screen) -> None:
    desk.show(screen)
    await expect(page.locator(f'#screen[data-rev="{desk.rev}"]')).to_be_visible()


async def test_a_resident_types_a_code_on_the_screen_and_sees_the_door(screen: Page, desk: Any) -> None:
    def answer(act: Act) -> None:
        desk.show(CODE if act.action == "code" else OPEN)

    desk.answer = answer
    await screen.get_by_role("button", name="输入取件码").click()
    for digit in "1234567":
        await screen.locator(".keypad.digits").get_by_role("button", name=digit, exact=True).click()
    await screen.get_by_role("button", name="删除").click()
    await screen.get_by_role("button", name="8", exact=True).click()
    await screen.get_by_role("button", name="确定").click()
    await expect(screen.locator('[data-door="A02"]')).to_be_visible()
    await expect(screen.get_by_text("A 列，从上往下第 2 格")).to_be_visible()
    assert [dict(act.entries) for act in desk.acts] == [{}, {"code": "1234568"}]


async def test_a_scanner_types_blindly_and_sends(screen: Page, desk: Any) -> None:
    await _shows(screen, desk, WAYBILL)
    await screen.evaluate("document.activeElement.blur()")
    await screen.keyboard.type("sf1234567890-1")
    await screen.keyboard.press("Enter")
    await asyncio.wait_for(desk.acted.wait(), 5)
    assert dict(desk.acts[0].entries) == {"waybill": "SF1234567890-1"}


async def test_enter_leads_to_the_entry_that_is_still_empty_instead_of_sending(screen: Page, desk: Any) -> None:
    await _shows(screen, desk, SIGN_IN)
    await screen.keyboard.type("1001")
    await screen.keyboard.press("Enter")
    await expect(screen.locator("#entry-pin")).to_be_focused()
    assert desk.acts == []
    await screen.locator(".keypad.digits").get_by_role("button", name="7", exact=True).click()
    await screen.keyboard.press("Enter")
    await asyncio.wait_for(desk.acted.wait(), 5)
    assert dict(desk.acts[0].entries) == {"number": "1001", "pin": "7"}


async def test_digits_take_no_letters(screen: Page, desk: Any) -> None:
    await _shows(screen, desk, CODE)
    await screen.keyboard.type("1a2-3")
    await expect(screen.locator("#entry-code")).to_have_value("123")


async def test_the_keypad_is_closed_while_wrong_codes_slow_it_down(screen: Page, desk: Any) -> None:
    await _shows(screen, desk, CODE)
    await _shows(screen, desk, SLOWED)
    await expect(screen.locator("#entry-code")).to_be_disabled()
    await expect(screen.locator(".wait")).to_be_visible()
    await expect(screen.get_by_role("button", name="取消")).to_be_enabled()
    await _shows(screen, desk, CODE)
    await expect(screen.locator("#entry-code")).to_be_focused()


async def test_a_tap_on_a_screen_that_has_changed_shows_the_present_one(screen: Page, desk: Any) -> None:
    desk.screen, desk.rev = OPEN, 9  # behind the page's back, as when the stream is late
    await screen.get_by_role("button", name="输入取件码").click()
    await expect(screen.locator('#screen[data-screen="pickup.open"]')).to_be_visible()
    assert desk.acts == []


async def test_the_language_is_toggled_by_touch(screen: Page) -> None:
    await screen.get_by_role("button", name="English").click()
    await expect(screen.get_by_role("heading", name="Hello")).to_be_visible()
    await expect(screen.locator("html")).to_have_attribute("lang", "en")
    await screen.get_by_role("button", name="中文").click()
    await expect(screen.get_by_role("heading", name="您好")).to_be_visible()


async def test_whoever_was_looked_at_often_enough_reads_in_both_languages_that_only_codes_work_for_now(
    screen: Page, desk: Any
) -> None:
    await _shows(screen, desk, SPENT)
    await expect(screen.get_by_role("heading", name="现在请用取件码")).to_be_visible()
    await expect(screen.get_by_text("半分钟没有人以后，又可以看镜头")).to_be_visible()
    await expect(screen.get_by_role("button", name="输入取件码")).to_be_visible()
    await screen.get_by_role("button", name="English").click()
    await expect(screen.get_by_role("heading", name="A code, please, for now")).to_be_visible()
    await expect(screen.get_by_text("Looking works again once nobody was here for half a minute")).to_be_visible()


async def test_with_many_doors_in_trouble_the_buttons_scroll_and_the_rest_stays_in_sight(
    screen: Page, desk: Any
) -> None:
    for window in (PORTRAIT, LANDSCAPE):
        await screen.set_viewport_size(window)
        await _shows(screen, desk, TROUBLED)
        for name in ("打开", "结束"):
            await expect(screen.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
        await screen.get_by_role("button", name="打开 C11").scroll_into_view_if_needed()
        await expect(screen.get_by_role("button", name="打开 C11")).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("language", ["中文", "English"])
@pytest.mark.parametrize("window", [PORTRAIT, LANDSCAPE])
async def test_every_target_is_large_and_everything_is_on_the_screen(
    screen: Page, desk: Any, window: dict[str, int], language: str
) -> None:
    await screen.set_viewport_size(window)
    if language == "English":
        await screen.get_by_role("button", name="English").click()
    for shown in SCREENS:
        await _shows(screen, desk, shown)
        boxes = await screen.evaluate(
            "[...document.querySelectorAll('button, input')].filter((one) => one.offsetParent).map((one) => {"
            "const box = one.getBoundingClientRect();"
            "return [one.outerHTML, box.left, box.top, box.right, box.bottom]; })"
        )
        for html, left, top, right, bottom in boxes:
            assert bottom - top >= SMALLEST_TARGET_PX, html
            assert right - left >= SMALLEST_TARGET_PX, html
            assert left >= 0 <= top, html
            assert right <= window["width"], html
            assert bottom <= window["height"], html
        assert await screen.evaluate(
            "[...document.querySelectorAll('.say, .act')].every((part) => part.scrollHeight <= part.clientHeight + 1)"
        ), shown.name


CONTRASTS = """
() => {
  const lightness = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number).slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (color !== "rgba(0, 0, 0, 0)") return color;
    }
    return "rgb(255, 255, 255)";
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const seen = [...document.querySelectorAll("#screen *")].filter((one) => hasText(one) && one.checkVisibility());
  return seen.map((one) => {
    const style = getComputedStyle(one);
    const drawn = one instanceof SVGElement;
    const text = lightness(drawn ? style.fill : style.color);
    const ground = lightness(drawn ? getComputedStyle(one.previousElementSibling).fill : behind(one));
    const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    return [one.textContent.trim(), contrast, one.closest(":disabled") !== null];
  });
}
"""
"""Text and its contrast by WCAG 2.2 ("relative luminance" and "contrast ratio"), for all that is visible."""


async def test_every_text_has_more_contrast_than_wcag_aa_asks_for(screen: Page, desk: Any) -> None:
    for shown in SCREENS:
        await _shows(screen, desk, shown)
        texts = await screen.evaluate(CONTRASTS)
        assert texts
        for words, contrast, disabled in texts:
            assert disabled or contrast >= WCAG_AA, words


async def test_a_lost_daemon_is_told_and_forgotten_when_it_is_back(browser: Browser, desk: Any) -> None:
    async def serve(port: int) -> AsyncIterator[str]:
        closing = asyncio.Event()
        app = create_app(desk, title_zh="柜", title_en="Box", language="zh", closing=closing)
        async with served(app, host="127.0.0.1", port=port, closing=closing) as address:
            yield address

    first = serve(0)
    address = await anext(first)
    page = await browser.new_page(viewport=PORTRAIT)
    await page.goto(address)
    await expect(page.locator("#lost")).to_be_hidden()
    await first.aclose()
    await expect(page.locator("#lost")).to_be_visible(timeout=15_000)
    desk.show(OPEN)
    second = serve(int(address.rpartition(":")[2]))
    await anext(second)
    await expect(page.locator('#screen[data-screen="pickup.open"]')).to_be_visible(timeout=15_000)
    await expect(page.locator("#lost")).to_be_hidden()
    await page.close()
    await second.aclose()


async def test_without_scripts_the_forms_do_the_same(browser: Browser, url: str, desk: Any) -> None:
    desk.answer = lambda act: desk.show(CODE if act.action == "code" else OPEN)
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_role("button", name="输入取件码").click()
    await page.locator("#entry-code").fill("12345678")
    await page.get_by_role("button", name="确定").click()
    await expect(page.locator('[data-door="A02"]')).to_be_visible()
    assert dict(desk.acts[-1].entries) == {"code": "12345678"}
    await context.close()
