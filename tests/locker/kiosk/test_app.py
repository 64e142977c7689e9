from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from locker.kiosk.app import create_app
from locker.kiosk.screen import Act, Choice, Entry, EntryKind, Screen, Tone, text

WELCOME = Screen("welcome", text("welcome.title"), choices=(Choice("look", text("choice.look"), primary=True),))
CODE = Screen(
    "code",
    text("code.title"),
    choices=(Choice("confirm", text("choice.confirm"), primary=True), Choice("cancel", text("choice.cancel"))),
    entries=(Entry("code", text("code.entry"), EntryKind.DIGITS, 8),),
)
HARMLESS = {"rev": "1", "action": "look", "value": ""}


def main_of(html: str) -> dict[str, str]:
    """Attributes of the `<main>` in a fragment or page."""
    return dict(re.findall(r'([\w-]+)="([^"]*)"', re.search(r"<main[^>]*>", html)[0]))


async def _ask(app: Starlette, method: str, url: str, **request: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport) as client:
        return await client.request(method, url, **request)


async def test_the_page_holds_the_screen_and_loads_nothing_from_elsewhere(page: httpx.AsyncClient) -> None:
    answer = await page.get("/")
    assert answer.status_code == 200
    assert main_of(answer.text)["data-screen"] == "welcome"
    assert main_of(answer.text)["data-rev"] == "1"
    assert not re.search(r"(src|href)=\"(https?:)?//", answer.text)


async def test_every_asset_of_the_page_is_served(page: httpx.AsyncClient) -> None:
    html = (await page.get("/")).text
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', html)
    assert len(assets) == 5
    for asset in assets:
        assert (await page.get(asset)).status_code == 200


async def test_the_fragment_is_the_screen_alone(page: httpx.AsyncClient) -> None:
    html = (await page.get("/screen")).text.strip()
    assert html.startswith("<main ")
    assert html.endswith("</main>")


async def test_every_choice_is_a_button_that_programs_find(page: httpx.AsyncClient, desk: Any) -> None:
    desk.show(
        Screen(
            "size",
            text("size.title"),
            choices=(
                Choice("size", text("choice.size", size="S", free=1), "S"),
                Choice("size", text("choice.size", size="M", free=2), "M"),
            ),
        )
    )
    html = (await page.get("/screen")).text
    assert '<button name="action" value="size" data-action="size" data-value="S"' in html
    assert '<button name="action" value="size" data-action="size" data-value="M"' in html


@pytest.mark.parametrize("tone", Tone)
async def test_every_tone_and_kind_of_screen_can_be_drawn(page: httpx.AsyncClient, desk: Any, tone: Tone) -> None:
    desk.show(
        Screen(
            "everything",
            text("welcome.title"),
            (text("consent.text"),),
            tuple(
                Choice("open", text("choice.open", compartment=f"A{n:02d}", reason="jammed"), f"A{n:02d}")
                for n in range(20)
            ),
            tuple(Entry(kind.value, text("code.entry"), kind, 20) for kind in EntryKind),
            doors=("A01",),
            tone=tone,
            looking=True,
            progress=0.5,
            wait_s=3.0,
        )
    )
    html = (await page.get("/screen")).text
    assert main_of(html)["data-wait"] == "3.0"
    assert 'value="50"' in html


async def test_an_act_reaches_the_desk_with_its_entries_and_brings_the_screen_afterwards(
    page: httpx.AsyncClient, desk: Any
) -> None:
    desk.show(CODE)
    desk.answer = lambda _act: desk.show(WELCOME)
    form = {"rev": "2", "action": "confirm", "value": "", "code": "12345678", "stray": "x"}
    answer = await page.post("/act", data=form)
    assert answer.status_code == 200
    assert main_of(answer.text)["data-rev"] == "3"
    assert [(act.rev, act.action, dict(act.entries)) for act in desk.acts] == [(2, "confirm", {"code": "12345678"})]


async def test_a_second_tap_is_told_the_screen_has_changed_and_does_nothing(page: httpx.AsyncClient, desk: Any) -> None:
    desk.answer = lambda _act: desk.show(CODE)
    first = await page.post("/act", data=HARMLESS)
    second = await page.post("/act", data=HARMLESS)
    assert (first.status_code, second.status_code) == (200, 409)
    assert main_of(second.text)["data-screen"] == "code"
    assert len(desk.acts) == 1


async def test_an_act_that_the_screen_does_not_offer_is_refused_with_the_present_screen(
    page: httpx.AsyncClient, desk: Any
) -> None:
    answer = await page.post("/act", data=HARMLESS | {"action": "open", "value": "A01"})
    assert answer.status_code == 400
    assert main_of(answer.text)["data-screen"] == "welcome"
    assert desk.acts == []


@pytest.mark.parametrize("broken", [{"rev": ""}, {"rev": "-1"}, {"rev": "１"}, {"rev": "x" * 99}, {"action": ""}])
async def test_a_malformed_act_is_refused_with_the_present_screen(
    page: httpx.AsyncClient, desk: Any, broken: dict[str, str]
) -> None:
    answer = await page.post("/act", data=HARMLESS | broken)
    assert answer.status_code == 400
    assert main_of(answer.text)["data-screen"] == "welcome"
    assert desk.acts == []


async def test_an_entry_longer_than_the_screen_allows_is_refused(page: httpx.AsyncClient, desk: Any) -> None:
    desk.show(CODE)
    form = {"rev": "2", "action": "confirm", "value": "", "code": "1" * 9}
    assert (await page.post("/act", data=form)).status_code == 400
    assert desk.acts == []


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("rev=1&rev=1&action=look", "application/x-www-form-urlencoded", 400),
        ("rev=1&action=look&value=%ff", "application/x-www-form-urlencoded", 400),
        ("&".join(f"a{n}=1" for n in range(99)), "application/x-www-form-urlencoded", 400),
        ("value=" + "x" * 9000, "application/x-www-form-urlencoded", 413),
        ('{"rev": 1}', "application/json", 415),
        ("rev=1", "text/plain", 415),
    ],
)
async def test_a_body_that_no_page_sends_is_refused(
    page: httpx.AsyncClient, desk: Any, body: str, content_type: str, status: int
) -> None:
    answer = await page.post("/act", content=body.encode(), headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert desk.acts == []


async def test_a_browser_without_scripts_is_sent_back_to_the_page(page: httpx.AsyncClient, desk: Any) -> None:
    del page.headers["HX-Request"]
    answer = await page.post("/act", data=HARMLESS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert len(desk.acts) == 1


async def test_a_browser_without_scripts_sees_the_whole_page_when_the_screen_had_changed(
    page: httpx.AsyncClient,
) -> None:
    del page.headers["HX-Request"]
    answer = await page.post("/act", data=HARMLESS | {"rev": "7"})
    assert answer.status_code == 409
    assert answer.text.startswith("<!doctype html>")


async def test_the_language_is_toggled_for_the_whole_screen(page: httpx.AsyncClient) -> None:
    answer = await page.post("/language", data={"lang": "en"})
    assert main_of(answer.text)["lang"] == "en"
    assert "Sunshine Garden" in (await page.get("/")).text
    assert (await page.post("/language", data={"lang": "tlh"})).status_code == 400


HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>"


async def test_values_from_outside_are_never_markup(page: httpx.AsyncClient, desk: Any) -> None:
    desk.show(
        Screen(
            f"name{HOSTILE}",
            text("courier.home.title", name=HOSTILE),
            (text("courier.recipient", name=HOSTILE, room=HOSTILE, tail=HOSTILE),),
            (Choice(f"act{HOSTILE}", text("choice.open", compartment=HOSTILE, reason=HOSTILE), HOSTILE),),
            (Entry(f"entry{HOSTILE}", text("code.entry"), EntryKind.WORD, 20),),
            doors=(f"A01{HOSTILE}",),
        )
    )
    for path in ("/", "/screen"):
        html = (await page.get(path)).text
        assert "<script>alert" not in html
        assert "<img" not in html


async def test_pages_carry_the_protective_headers_and_are_never_cached(page: httpx.AsyncClient) -> None:
    for path in ("/", "/screen", "/health", "/static/kiosk.css", "/nothing-here"):
        headers = (await page.get(path)).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


async def test_the_page_has_no_inline_script_or_style(page: httpx.AsyncClient, desk: Any) -> None:
    desk.show(CODE)
    html = (await page.get("/")).text
    assert not re.search(r"<script(?![^>]* src=)", html)
    assert "<style" not in html
    assert not re.search(r"\s(on\w+|style)=", html)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST:1"])
async def test_loopback_names_are_served(page: httpx.AsyncClient, host: str) -> None:
    assert (await page.get("/", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["attacker.example", "localhost.attacker.example", "127.0.0.1.nip.io:8080", "", "[::1"]
)
async def test_another_host_name_is_refused(page: httpx.AsyncClient, host: str) -> None:
    assert (await page.get("/", headers={"Host": host})).status_code == 400


async def test_a_configured_host_name_is_served(desk: Any) -> None:
    app = create_app(desk, title_zh="柜", title_en="Box", language="zh", allowed_hosts=frozenset({"locker.lan"}))
    assert (await _ask(app, "GET", "http://locker.lan:8080/health")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://attacker.example"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/act", "/language"])
async def test_a_post_from_another_origin_is_refused(
    page: httpx.AsyncClient, desk: Any, headers: dict[str, str], path: str
) -> None:
    answer = await page.post(path, data=HARMLESS | {"lang": "en"}, headers=headers)
    assert answer.status_code == 403
    assert desk.acts == []


async def test_a_post_from_the_page_itself_is_taken(page: httpx.AsyncClient, desk: Any) -> None:
    own = {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
    assert (await page.post("/act", data=HARMLESS, headers=own)).status_code == 200
    assert len(desk.acts) == 1


async def test_health_tells_what_is_shown(page: httpx.AsyncClient) -> None:
    assert (await page.get("/health")).json() == {"status": "ok", "screen": "welcome", "rev": 1}


@pytest.mark.parametrize(("method", "path"), [("GET", "/act"), ("POST", "/"), ("GET", "/static/../app.py")])
async def test_other_methods_and_paths_find_nothing(page: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await page.request(method, path)).status_code in {404, 405}


async def test_a_fault_of_ours_shows_an_apology_and_no_trace(desk: Any) -> None:
    def fail(_act: Act) -> None:
        raise RuntimeError("secret detail")

    desk.answer = fail
    app = create_app(desk, title_zh="柜", title_en="Box", language="zh")
    answer = await _ask(app, "POST", "http://localhost/act", data=HARMLESS)
    assert answer.status_code == 500
    assert "您的物品是安全的" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


async def test_missing_wording_does_not_take_the_screen_away(desk: Any) -> None:
    desk.show(Screen("odd", text("no.such.key"), doors=("A01",)))
    app = create_app(desk, title_zh="柜", title_en="Box", language="zh")
    html = (await _ask(app, "GET", "http://localhost/screen")).text
    assert "no.such.key" in html
    assert 'data-door="A01"' in html


async def test_each_compartment_pointed_out_is_marked_once(page: httpx.AsyncClient, desk: Any) -> None:
    desk.show(Screen("open", text("pickup.open.title", compartment="A02"), doors=("A02", "Z09")))
    html = (await page.get("/screen")).text
    assert sorted(re.findall(r'data-door="([^"]*)"', html)) == ["A02", "Z09"]
