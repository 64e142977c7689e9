"""Serial lines over HTTP: pull them out, put them in, make them faulty."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.boards.faults import LineFaults
from simulator.boards.serial_line import SerialLine
from simulator.street.answers import answer
from simulator.street.bodies import read_body
from simulator.street.views import line_view
from simulator.street.world import World


class LineRoutes:
    """Everything under /api/lines. Each action answers with the line as it is then."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/api/lines", self.every),
            Route("/api/lines/{line}/unplug", self.unplug, methods=["POST"]),
            Route("/api/lines/{line}/plug", self.plug, methods=["POST"]),
            Route("/api/lines/{line}/replug", self.replug, methods=["POST"]),
            Route("/api/lines/{line}/faults", self.faults, methods=["POST"]),
        ]

    async def every(self, _request: Request) -> Response:
        """Every line by name."""
        lines = self._world.lines.values()
        return JSONResponse({line.name: line_view(self._world, line).model_dump(mode="json") for line in lines})

    async def unplug(self, request: Request) -> Response:
        """Pull the adapter out."""
        line = self._named(request)
        line.unplug()
        return self._answer(line)

    async def plug(self, request: Request) -> Response:
        """Put the adapter in."""
        line = self._named(request)
        line.plug()
        return self._answer(line)

    async def replug(self, request: Request) -> Response:
        """Pull the adapter out and put it in elsewhere: its own name changes, its stable link moves."""
        line = self._named(request)
        line.replug()
        return self._answer(line)

    async def faults(self, request: Request) -> Response:
        """Make the line faulty; what the body does not name is in order again."""
        body = await read_body(request, LineFaults)
        line = self._named(request)
        self._world.set_faults(line.name, body)
        return self._answer(line)

    def _named(self, request: Request) -> SerialLine:
        return self._world.line(request.path_params["line"])

    def _answer(self, line: SerialLine) -> Response:
        return answer(self._world, line_view(self._world, line))
