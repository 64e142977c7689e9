from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from locker.kiosk.app import create_app
from locker.kiosk.page import Page, Titles
from locker.kiosk.screen import Screen, text
from locker.kiosk.serve import CannotListen, served
from locker.kiosk.tongue import Tongue
from locker.kiosk.updates import event, updates

CODE = Screen("code", text("code.title"))
WELCOME = Screen("welcome", text("welcome.title"))


@pytest.fixture
def tongue() -> Tongue:
    return Tongue("zh")


@pytest.fixture
def closing() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
def stream(desk: Any, tongue: Tongue, closing: asyncio.Event) -> AsyncIterator[str]:
    page = Page(desk, tongue, Titles("柜", "Box"), strict=True)
    return updates(desk, page, tongue, closing, heartbeat_s=60)


async def _next_of(stream: AsyncIterator[str]) -> str:
    return await asyncio.wait_for(anext(stream), 5)


async def test_a_listener_gets_the_present_screen_at_once_and_then_every_change(
    stream: AsyncIterator[str], desk: Any
) -> None:
    assert (await _next_of(stream)).startswith("retry: ")
    assert 'data-screen="welcome"' in await _next_of(stream)
    waiting = asyncio.create_task(_next_of(stream))
    desk.show(CODE)
    assert 'data-screen="code"' in await waiting


async def test_a_slow_listener_skips_to_the_latest_screen(stream: AsyncIterator[str], desk: Any) -> None:
    await _next_of(stream)
    await _next_of(stream)
    desk.show(CODE)
    desk.show(WELCOME)
    assert 'data-rev="3"' in await _next_of(stream)


async def test_another_language_is_a_change_too(stream: AsyncIterator[str], tongue: Tongue) -> None:
    await _next_of(stream)
    await _next_of(stream)
    waiting = asyncio.create_task(_next_of(stream))
    tongue.speak("en")
    assert 'lang="en"' in await waiting


async def test_a_silent_stream_gives_signs_of_life(desk: Any, tongue: Tongue, closing: asyncio.Event) -> None:
    page = Page(desk, tongue, Titles("柜", "Box"))
    stream = updates(desk, page, tongue, closing, heartbeat_s=0.01)
    await _next_of(stream)
    await _next_of(stream)
    assert (await _next_of(stream)).startswith(":")


async def test_the_stream_ends_when_the_server_closes(stream: AsyncIterator[str], closing: asyncio.Event) -> None:
    await _next_of(stream)
    await _next_of(stream)
    waiting = asyncio.create_task(_next_of(stream))
    closing.set()
    with pytest.raises(StopAsyncIteration):
        await waiting


async def test_a_cancelled_listener_leaves_nothing_waiting(stream: AsyncIterator[str]) -> None:
    await _next_of(stream)
    await _next_of(stream)
    before = asyncio.all_tasks()
    listening = asyncio.create_task(_next_of(stream))
    await asyncio.wait([listening], timeout=0.01)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert asyncio.all_tasks() == before


def test_every_line_of_an_event_travels_in_a_field_of_its_own() -> None:
    assert event("screen", "a\nb") == "event: screen\ndata: a\ndata: b\n\n"


async def test_a_chosen_language_is_given_back_when_the_welcome_screen_is_idle(desk: Any, tongue: Tongue) -> None:
    tongue.speak("en")
    giving_back = asyncio.create_task(tongue.give_back(desk, idle_s=0.01))
    await asyncio.wait_for(tongue.changed("en"), 5)
    assert tongue.language == "zh"
    giving_back.cancel()


async def test_a_chosen_language_stays_while_somebody_is_served(desk: Any, tongue: Tongue) -> None:
    desk.show(CODE)
    tongue.speak("en")
    giving_back = asyncio.create_task(tongue.give_back(desk, idle_s=0.001))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(tongue.changed("en"), 0.05)
    desk.show(WELCOME)
    await asyncio.wait_for(tongue.changed("en"), 5)
    giving_back.cancel()


class _Listening:
    """An open stream over a real connection, event by event."""

    def __init__(self, answer: httpx.Response) -> None:
        self._chunks = answer.aiter_text()
        self._text = ""

    async def event(self) -> str:
        while "\n\n" not in self._text:
            self._text += await asyncio.wait_for(anext(self._chunks), 5)
        first, self._text = self._text.split("\n\n", 1)
        return first


async def test_several_listeners_are_served_and_all_end_at_shutdown(desk: Any, closing: asyncio.Event) -> None:
    app = create_app(desk, title_zh="柜", title_en="Box", language="zh", closing=closing, strict=True)
    async with httpx.AsyncClient() as client:
        async with served(app, host="127.0.0.1", port=0, closing=closing) as url:
            streams = [client.stream("GET", f"{url}/updates") for _ in range(3)]
            answers = [await stream.__aenter__() for stream in streams]
            listeners = [_Listening(answer) for answer in answers]
            for listener in listeners:
                assert (await listener.event()).startswith("retry")
                assert 'data-screen="welcome"' in await listener.event()
            desk.show(CODE)
            for listener in listeners:
                assert 'data-screen="code"' in await listener.event()
        for listener, stream in zip(listeners, streams, strict=True):
            with pytest.raises(StopAsyncIteration):
                await listener.event()
            await stream.__aexit__(None, None, None)


async def test_a_server_that_is_stopped_at_once_ends_cleanly(desk: Any, closing: asyncio.Event) -> None:
    app = create_app(desk, title_zh="柜", title_en="Box", language="zh", closing=closing)
    async with served(app, host="127.0.0.1", port=0, closing=closing) as url:
        assert url.startswith("http://127.0.0.1:")


async def test_a_taken_port_is_named_with_the_remedy(desk: Any, closing: asyncio.Event) -> None:
    app = create_app(desk, title_zh="柜", title_en="Box", language="zh", closing=closing)
    async with served(app, host="127.0.0.1", port=0, closing=closing) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(CannotListen, match=rf"127\.0\.0\.1:{port}.*free the port"):
            async with served(app, host="127.0.0.1", port=port, closing=asyncio.Event()):
                pass
