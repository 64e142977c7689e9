"""The web application of the cabinet's screen: it draws what the desk shows and brings back what people do.

    GET  /          the whole page
    GET  /screen    the fragment <main id="screen" data-screen="{name}" data-rev="{rev}">
    POST /act       a form: rev, action, value, and the entries by name
    POST /language  a form: lang = zh or en
    GET  /updates   server-sent events: `event: screen` with the fragment, at once and after every change
    GET  /health    JSON: status, screen, rev

Posts of a page (header `HX-Request: true`) and of programs that send that header get the fragment of the screen
afterwards: 200, or 409 when the screen had changed (nothing was done), or 400 when it offers no such act (nothing was
done). A browser without scripts gets 303 to / instead, and the whole page with 409 and 400.

What programs may rely on in the fragment:

- `<main id="screen" data-screen data-rev data-wait lang>`: which screen, its revision, seconds until entries open;
- every choice is `<button name="action" value="{action}" data-action="{action}" data-value="{value}">` in a `<form>`
  of its own with hidden inputs `rev` and `value`;
- every entry is `<input name="{name}">`, in the form of the primary choice (or of the first, where none is primary);
  the page asks for all of them before it sends any;
- every compartment pointed out is an element with `data-door="{compartment}"`, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from locker.kiosk.forms import BadForm, act_of, read_form
from locker.kiosk.guard import HEADERS, LOOPBACK_NAMES, Guard
from locker.kiosk.page import STATIC, Page, Titles
from locker.kiosk.screen import Desk, StaleAct, UnknownAct
from locker.kiosk.tongue import Tongue
from locker.kiosk.updates import updates
from locker.kiosk.wording import WORDING, Language

HEARTBEAT_S = 15.0
LANGUAGE_IDLE_S = 30.0
"""How long a chosen language stays on an idle welcome screen: long enough to look up, short enough for the next."""


def create_app(
    desk: Desk,
    *,
    title_zh: str,
    title_en: str,
    language: Language,
    allowed_hosts: frozenset[str] = frozenset(),
    closing: asyncio.Event | None = None,
    heartbeat_s: float = HEARTBEAT_S,
    language_idle_s: float = LANGUAGE_IDLE_S,
    strict: bool = False,
) -> Starlette:
    """The application for one desk.

    Args:
        desk: the screen to draw and to act on.
        title_zh: the cabinet's name in Chinese.
        title_en: the cabinet's name in English.
        language: what the site speaks.
        allowed_hosts: host names beyond the loopback ones by which the page may be reached, without ports.
        closing: set by the server when it stops, so that streams end; see `locker.kiosk.serve`.
        heartbeat_s: seconds between two signs of life on an otherwise silent stream.
        language_idle_s: seconds after which an idle welcome screen speaks the site's language again.
        strict: raise on missing wording instead of logging it (for tests).
    """
    tongue = Tongue(language)
    page = Page(desk, tongue, Titles(title_zh, title_en), strict=strict)
    kiosk = _Kiosk(desk, page, tongue, closing or asyncio.Event(), heartbeat_s)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        giving_back = asyncio.create_task(tongue.give_back(desk, language_idle_s))
        try:
            yield
        finally:
            giving_back.cancel()
            with suppress(asyncio.CancelledError):
                await giving_back

    return Starlette(
        routes=[
            Route("/", kiosk.whole),
            Route("/screen", kiosk.fragment),
            Route("/act", kiosk.act, methods=["POST"]),
            Route("/language", kiosk.speak, methods=["POST"]),
            Route("/updates", kiosk.updates),
            Route("/health", kiosk.health),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guard, allowed_hosts=LOOPBACK_NAMES | allowed_hosts)],
        exception_handlers={BadForm: _refuse_form, Exception: _apologise},
        lifespan=lifespan,
    )


class _Kiosk:
    """The endpoints; each is one request of one page."""

    def __init__(self, desk: Desk, page: Page, tongue: Tongue, closing: asyncio.Event, heartbeat_s: float) -> None:
        self._desk = desk
        self._page = page
        self._tongue = tongue
        self._closing = closing
        self._heartbeat_s = heartbeat_s

    async def whole(self, _request: Request) -> Response:
        return HTMLResponse(self._page.whole())

    async def fragment(self, _request: Request) -> Response:
        return HTMLResponse(self._page.fragment())

    async def act(self, request: Request) -> Response:
        fields = await read_form(request)
        try:
            await self._desk.act(act_of(fields, self._desk.screen))
        except StaleAct:
            return self._afterwards(request, 409)
        except (UnknownAct, BadForm):
            return self._afterwards(request, 400)
        return self._afterwards(request)

    async def speak(self, request: Request) -> Response:
        match (await read_form(request)).get("lang"):
            case "zh" | "en" as chosen:
                self._tongue.speak(chosen)
                return self._afterwards(request)
            case _:
                return self._afterwards(request, 400)

    async def updates(self, _request: Request) -> Response:
        stream = updates(self._desk, self._page, self._tongue, self._closing, self._heartbeat_s)
        return StreamingResponse(stream, media_type="text/event-stream")

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok", "screen": self._desk.screen.name, "rev": self._desk.rev})

    def _afterwards(self, request: Request, status: int = 200) -> Response:
        """The screen after a post, in the form that the sender can use."""
        if request.headers.get("hx-request") == "true":
            return HTMLResponse(self._page.fragment(), status)
        if status == 200:  # noqa: PLR2004 - HTTP's own number
            return RedirectResponse("/", 303)
        return HTMLResponse(self._page.whole(), status)


def _refuse_form(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, BadForm)
    return PlainTextResponse(f"{refusal}\n", refusal.status)


def _apologise(_request: Request, _error: Exception) -> Response:
    """A fault of ours: the server logs it, the person learns that nothing is lost."""
    chinese, english = WORDING["fault.internal"]
    # This answer is given outside the guard, so it brings its headers itself.
    return PlainTextResponse(f"{chinese}\n{english}\n", 500, HEADERS)
