"""People at the real screen: the kiosk page of a running cabinet in Debian's Chromium, its doors in the street."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from simulator.story import people
from simulator.story.roles import Neighbour, Parcel, Worker
from simulator.story.town import Town

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
PORTRAIT = {"width": 1080, "height": 1920}
TRIES = 3
"""How often somebody looks again, or shows an eye again, before giving up: a blink is no fault of the cabinet."""

pytestmark = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}; install Debian's package chromium"),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="module")
async def screen(browser: Browser, town: Town) -> AsyncIterator[Page]:
    """The cabinet's screen; anything that the browser has to say about it fails the test."""
    said: list[str] = []
    page = await browser.new_page(viewport=PORTRAIT)
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(town.kiosk.url)
    await reach(page, "welcome")
    yield page
    await page.close()
    assert said == []


# What a person does at the screen


async def reach(page: Page, *names: str) -> str:
    """Wait for one of these screens; returns which it is."""
    wanted = ", ".join(f'#screen[data-screen="{name}"]' for name in names)
    shown = await page.wait_for_selector(wanted)
    assert shown is not None
    return str(await shown.get_attribute("data-screen"))


async def tap(page: Page, action: str) -> None:
    await page.locator(f'#screen button[data-action="{action}"]').first.click()


async def type_on_keypad(page: Page, entry: str, keys: str) -> None:
    """Touch an entry, then key after key on the screen's own keypad."""
    await page.locator(f"#entry-{entry}").click()
    for key in keys:
        await page.locator(f'.keypad:visible button[data-key="{key}"]').click()
    await expect(page.locator(f"#entry-{entry}")).to_have_value(keys)


async def pointed_out(page: Page) -> str:
    """The compartment that the screen points out."""
    return str(await page.locator("#screen [data-door]").first.get_attribute("data-door"))


async def sign_in(page: Page, courier: Worker) -> None:
    await tap(page, "courier")
    await reach(page, "sign_in")
    await type_on_keypad(page, "number", courier.number)
    await type_on_keypad(page, "pin", courier.pin)
    await tap(page, "enter")
    await reach(page, "courier_home")


async def enter_code(page: Page, code: str) -> None:
    await reach(page, "code")
    await type_on_keypad(page, "code", code)
    await tap(page, "enter")


async def show_both_eyes(page: Page, town: Town, resident: Neighbour) -> None:
    """Show the eye that the screen asks for until the enrolment is done."""
    for _ in range(2 * TRIES):
        shown = await reach(page, "enrol_ready_left", "enrol_ready_right", "enrol_refused", "enrol_done")
        if shown == "enrol_done":
            return
        if shown == "enrol_refused":
            await tap(page, "again")
        else:
            eye = shown.removeprefix("enrol_ready_")
            await asyncio.to_thread(town.street.stand, resident.camera_name, eye, "enrol")
            await tap(page, "ready")
        await expect(page.locator(f'#screen[data-screen="{shown}"]')).to_have_count(0)
    await reach(page, "enrol_done")


async def look(page: Page, town: Town, resident: Neighbour) -> None:
    """Look into the camera until the cabinet opens a door."""
    await asyncio.to_thread(town.street.stand, resident.camera_name, "left", "look")
    await tap(page, "look")
    for _ in range(TRIES):
        if await reach(page, "pickup_open", "look_refused") == "pickup_open":
            return
        await tap(page, "again")
        await expect(page.locator('#screen[data-screen="look_refused"]')).to_have_count(0)
    await reach(page, "pickup_open")


async def take_and_close(page: Page, town: Town, parcel: Parcel) -> None:
    """Take the parcel out of the door that the screen points out, and close it."""
    door = await pointed_out(page)
    await expect(page.get_by_role("heading", name=f"{door} 已打开")).to_be_visible()
    await asyncio.to_thread(town.street.wait_open, door)
    await asyncio.to_thread(town.street.do, door, "take", {"item": parcel.waybill})
    await asyncio.to_thread(town.street.do, door, "close")
    await reach(page, "pickup_done")
    await tap(page, "finish")
    await reach(page, "welcome")


# What has happened before the journey begins, done without the screen


def courier_of(town: Town, parcel: Parcel) -> Worker:
    return next(courier for courier in town.couriers if courier.carrier == parcel.carrier)


def wait_for_a_parcel(town: Town, resident: Neighbour) -> Parcel:
    """Have a courier bring the resident's parcel."""
    parcel = town.parcels_for(resident)[0]
    people.sign_in(town, courier_of(town, parcel))
    people.put_in(town, parcel)
    people.confirm(town)
    town.kiosk.press_on("courier_home", "finish")
    town.kiosk.until("welcome")
    return parcel


# The journeys


async def test_a_courier_signs_in_and_deposits_a_parcel(screen: Page, town: Town) -> None:
    parcel = town.parcels_for(town.cast.others[0])[0]
    await sign_in(screen, courier_of(town, parcel))
    await type_on_keypad(screen, "waybill", parcel.waybill)
    await tap(screen, "deposit")
    await reach(screen, "size")
    await tap(screen, "auto")
    await reach(screen, "deposit_open")
    door = await pointed_out(screen)
    await asyncio.to_thread(town.street.wait_open, door)
    await asyncio.to_thread(town.street.do, door, "put", {"item": parcel.waybill, "size": parcel.true_size})
    await asyncio.to_thread(town.street.do, door, "close")
    await reach(screen, "deposit_confirm")
    await tap(screen, "confirm")
    await reach(screen, "deposit_done")
    await tap(screen, "continue")
    await reach(screen, "courier_home")
    await tap(screen, "finish")
    await reach(screen, "welcome")
    await asyncio.to_thread(town.expect, parcel.consignment, "deposited")
    assert town.behind(door) == [parcel.waybill]


async def test_a_resident_enrols_both_eyes_and_collects_by_looking(screen: Page, town: Town) -> None:
    resident = town.cast.hurried
    parcel = await asyncio.to_thread(wait_for_a_parcel, town, resident)
    await reach(screen, "welcome")
    await tap(screen, "enrol")
    await enter_code(screen, resident.enrolment_code or "")
    await reach(screen, "consent")
    await tap(screen, "agree")
    await show_both_eyes(screen, town, resident)
    await tap(screen, "continue")
    await reach(screen, "welcome")
    await look(screen, town, resident)
    await take_and_close(screen, town, parcel)
    await asyncio.to_thread(town.expect, parcel.consignment, "collected")


async def test_a_resident_without_enrolment_types_the_pickup_code(screen: Page, town: Town) -> None:
    parcel = await asyncio.to_thread(wait_for_a_parcel, town, town.cast.unenrolled)
    code = await asyncio.to_thread(town.platform.code_for, parcel.recipient, parcel.consignment)
    await reach(screen, "welcome")
    await tap(screen, "code")
    await enter_code(screen, code)
    await reach(screen, "pickup_open")
    await take_and_close(screen, town, parcel)
    await asyncio.to_thread(town.expect, parcel.consignment, "collected")


async def test_a_wrong_code_opens_nothing_and_says_so(screen: Page, town: Town) -> None:
    await tap(screen, "code")
    await enter_code(screen, "00000000")
    await expect(screen.get_by_text("号码不对")).to_be_visible()
    await tap(screen, "cancel")
    await reach(screen, "welcome")
    assert people.left_open(town) == set()


async def test_the_screen_speaks_english_when_asked_until_it_is_asked_otherwise(screen: Page) -> None:
    await screen.get_by_role("button", name="English").click()
    await expect(screen.get_by_role("heading", name="Hello")).to_be_visible()
    await tap(screen, "code")
    await expect(screen.get_by_role("heading", name=re.compile("pickup code"))).to_be_visible()
    await expect(screen.locator("html")).to_have_attribute("lang", "en")
    await tap(screen, "cancel")
    await reach(screen, "welcome")
    await screen.get_by_role("button", name="中文").click()
    await expect(screen.get_by_role("heading", name="您好")).to_be_visible()
