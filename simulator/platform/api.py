"""The platform over HTTP: for the simulated people, for the operator, and for the page."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from importlib import resources
from typing import TypeVar

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from simulator.platform import asks, views
from simulator.platform.centre import CabinetUnknown, Centre
from simulator.platform.community import Parcel
from simulator.platform.copy import Copy
from simulator.platform.jose import UnusableKey
from simulator.platform.registry import UnknownEntry

WAIT_MAX_S = 60.0
EVENTS_MAX = 1000
Asked = TypeVar("Asked", bound=asks.Ask)


class Api:
    """The routes of one platform."""

    def __init__(self, centre: Centre) -> None:
        """Everything asked for happens in `centre`."""
        self._centre = centre

    def app(self) -> Starlette:
        """The application."""
        get: list[tuple[str, Callable[[Request], Awaitable[Response]]]] = [
            ("/", self.page),
            ("/api/page", self.page_data),
            ("/api/people", self.people),
            ("/api/consignments", self.consignments),
            ("/api/inbox/{person}", self.inbox),
            ("/api/replies/{command_id}", self.replies),
            ("/api/copy", self.copy),
            ("/api/events", self.events),
            ("/api/wait", self.wait),
            ("/api/status", self.status),
            ("/api/alarms", self.alarms),
        ]
        post: list[tuple[str, Callable[[Request], Awaitable[Response]]]] = [
            ("/api/directory", self.directory),
            ("/api/expect", self.expect),
            ("/api/delegate", self.delegate),
            ("/api/commands", self.command),
            ("/api/commands/replay", self.replay),
        ]
        return Starlette(
            routes=[
                *(Route(path, endpoint, methods=["GET"]) for path, endpoint in get),
                *(Route(path, endpoint, methods=["POST"]) for path, endpoint in post),
            ],
            exception_handlers={
                HTTPException: _refuse_http,
                UnknownEntry: _refuse(404),
                CabinetUnknown: _refuse(409),
                UnusableKey: _refuse(409),
            },
        )

    async def page(self, _: Request) -> Response:
        """The page for people, with what it first draws in it."""
        frame = resources.files("simulator.platform").joinpath("page.html").read_text(encoding="utf-8")
        first = json.dumps(views.page(self._centre), ensure_ascii=False).replace("<", "\\u003c")
        return HTMLResponse(frame.replace("{{first}}", first))

    async def page_data(self, request: Request) -> Response:
        """What the page draws, as soon as it is newer than revision `after`."""
        after = _integer(request, "after", -1)
        await self._centre.changes.wait(lambda: self._centre.changes.revision > after, 20.0)
        return JSONResponse(views.page(self._centre))

    async def people(self, _: Request) -> Response:
        """Everybody, with what they know."""
        return JSONResponse(views.people(self._centre.registry, self._copy))

    async def consignments(self, _: Request) -> Response:
        """Every announced consignment."""
        return JSONResponse(views.consignments(self._centre.registry, self._copy))

    async def inbox(self, request: Request) -> Response:
        """What one resident was told."""
        person = self._centre.registry.resident(request.path_params["person"]).person
        return JSONResponse([asdict(notice) for notice in self._centre.ledgers.postbox.inbox(person)])

    async def replies(self, request: Request) -> Response:
        """What the cabinet said of one command."""
        return JSONResponse([asdict(one) for one in self._centre.commands.replies(request.path_params["command_id"])])

    async def copy(self, _: Request) -> Response:
        """The whole copy."""
        return JSONResponse(views.copy_view(self._centre))

    async def events(self, request: Request) -> Response:
        """Stored rows of the current ledger after a seq."""
        limit = min(_integer(request, "limit", EVENTS_MAX), EVENTS_MAX)
        return JSONResponse(
            [views.event(row) for row in self._centre.ledgers.events(_integer(request, "after", 0), limit)]
        )

    async def wait(self, request: Request) -> Response:
        """Wait until the copy has a seq."""
        seq, timeout_s = _integer(request, "seq", 1), min(_number(request, "timeout", 10.0), WAIT_MAX_S)
        reached = await self._centre.changes.wait(lambda: self._seq >= seq, timeout_s)
        return JSONResponse({"seq": self._seq, "reached": reached, "ledger_id": self._centre.ledgers.current_id})

    async def status(self, _: Request) -> Response:
        """Whether everybody is there."""
        return JSONResponse(views.status(self._centre))

    async def alarms(self, _: Request) -> Response:
        """The operator's board."""
        return JSONResponse([asdict(alarm) for alarm in self._centre.ledgers.alarms.all()])

    async def directory(self, request: Request) -> Response:
        """Publish a full directory."""
        await _read(request, asks.PublishDirectory)
        return JSONResponse({"version": self._centre.publish_directory(), "full": True})

    async def expect(self, request: Request) -> Response:
        """Announce one more consignment."""
        asked = await _read(request, asks.Expect)
        consignment, waybill = self._centre.registry.mint_ids()
        carriers = [member.carrier for member in self._centre.registry.staff if member.carrier]
        parcel = Parcel(
            consignment=asked.consignment or consignment,
            waybill=asked.waybill or waybill,
            recipient=asked.recipient,
            carrier=asked.carrier or carriers[0],
            service=asked.service.value,
            direction=asked.direction,
            size=asked.size.value,
            true_size=(asked.true_size or asked.size).value,
            deadline_h=asked.deadline_h,
        )
        version = self._centre.expect(parcel)
        return JSONResponse(asdict(parcel) | {"state": "expected", "version": version})

    async def delegate(self, request: Request) -> Response:
        """Issue a new delegate code."""
        code = self._centre.delegate((await _read(request, asks.DelegateTo)).consignment)
        version = self._centre.registry.issued
        return JSONResponse({"code": code.code, "credential": code.credential, "version": version})

    async def command(self, request: Request) -> Response:
        """Sign a command and send it."""
        asked = await _read(request, asks.SendCommand)
        command_id = asked.command_id or self._centre.registry.mint_command()
        sent = self._centre.command(command_id, asked.body, asked.not_after_s, asked.forge, expired=asked.expired)
        return JSONResponse({"command_id": sent.command_id, "token": sent.token})

    async def replay(self, request: Request) -> Response:
        """Send a command's token again."""
        asked = await _read(request, asks.Replay)
        sent = self._centre.commands.sent(asked.command_id)
        if sent is None:
            raise UnknownEntry(f"no command {asked.command_id} was sent")
        self._centre.replay(sent)
        return JSONResponse({"command_id": sent.command_id, "token": sent.token})

    @property
    def _copy(self) -> Copy | None:
        account = self._centre.ledgers.current
        return account.copy if account else None

    @property
    def _seq(self) -> int:
        return self._copy.seq if self._copy else 0


async def _read(request: Request, model: type[Asked]) -> Asked:
    try:
        return model.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise HTTPException(422, f"{where or 'body'}: {fault['msg']}") from error


def _integer(request: Request, name: str, default: int) -> int:
    return int(_number(request, name, default))


def _number(request: Request, name: str, default: float) -> float:
    text = request.query_params.get(name, str(default))
    try:
        return float(text)
    except ValueError as error:
        raise HTTPException(422, f"{name}: {text!r} is not a number") from error


def _refuse(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(_: Request, error: Exception) -> Response:
        return JSONResponse({"error": str(error)}, status)

    return answer


async def _refuse_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code)
