"""The street's web application: its routes, and how refusals are told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from simulator.doors.errors import DoorError, UnknownDoor
from simulator.street.bodies import LogQuery, StandBody, read_body, read_query
from simulator.street.camera import Camera
from simulator.street.door_routes import DoorRoutes
from simulator.street.errors import BadRequest, NoCamera, NotInTime, StreetError, UnknownBoard, UnknownLine
from simulator.street.fault_routes import FaultRoutes
from simulator.street.line_routes import LineRoutes
from simulator.street.views import log_view, street_view
from simulator.street.world import World

PAGE = Path(__file__).parent / "page"

FRAME_S = 0.05
"""Least time between two pictures of the street on a page: twenty a second are fluent."""

GLANCE_S = 1.0
"""How often a page is told what changes without an event: a coil cools down by less than a degree in a second."""

STATUS: tuple[tuple[type[Exception], int], ...] = (
    (UnknownDoor, 404),
    (UnknownLine, 404),
    (UnknownBoard, 404),
    (BadRequest, 400),
    (NotInTime, 408),
    (NoCamera, 502),
    (DoorError, 409),
    (StreetError, 409),
)
"""HTTP status of each refusal; the first that fits counts."""


def build_app(world: World, camera: Camera) -> Starlette:
    """The application, over a world that somebody else starts and stops."""
    street = StreetRoutes(world, camera)
    return Starlette(
        routes=[
            *DoorRoutes(world).routes(),
            *LineRoutes(world).routes(),
            *FaultRoutes(world).routes(),
            *street.routes(),
            Mount("/", StaticFiles(directory=PAGE, html=True)),
        ],
        exception_handlers={DoorError: _refusal, StreetError: _refusal},
    )


class StreetRoutes:
    """The log, the camera, and the live picture for the page."""

    def __init__(self, world: World, camera: Camera) -> None:
        self._world = world
        self._camera = camera

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/api/log", self.log),
            Route("/api/camera", self.stand, methods=["POST"]),
            Route("/api/camera/people", self.people),
            Route("/api/street", self.street),
            Route("/api/street/live", self.live),
        ]

    async def log(self, request: Request) -> Response:
        """Entries of the physical log."""
        query = read_query(request, LogQuery)
        return JSONResponse(log_view(self._world, query.since).model_dump(mode="json"))

    async def stand(self, request: Request) -> Response:
        """Let somebody stand before the camera."""
        answer = await self._camera.stand(await read_body(request, StandBody))
        self._world.changes.ring()
        return JSONResponse(answer)

    async def people(self, _request: Request) -> Response:
        """Whom the camera knows."""
        return JSONResponse(await self._camera.people())

    async def street(self, _request: Request) -> Response:
        """Everything that the page shows."""
        return JSONResponse(street_view(self._world, self._camera.standing).model_dump(mode="json"))

    async def live(self, _request: Request) -> Response:
        """The same, as server-sent events: one at once, one after every change, and one a second while coils cool."""
        return StreamingResponse(self._pictures(), media_type="text/event-stream")

    async def _pictures(self) -> AsyncIterator[str]:
        changes = self._world.changes
        shown = ""
        while not changes.closed:
            seen = changes.count
            picture = street_view(self._world, self._camera.standing).model_dump_json()
            if picture != shown:
                yield f"data: {picture}\n\n"
            shown = picture
            await asyncio.sleep(FRAME_S)
            if changes.count == seen:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changes.next(), GLANCE_S)


async def _refusal(_request: Request, error: Exception) -> Response:
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    said: dict[str, object] = {"error": str(error)}
    if isinstance(error, BadRequest) and error.mistakes:  # a page has its own words and units for a field
        said["mistakes"] = [
            {"field": wrong.place, "zh": wrong.zh, "en": wrong.en, "limit": wrong.limit} for wrong in error.mistakes
        ]
    return JSONResponse(said, status_code=status)
