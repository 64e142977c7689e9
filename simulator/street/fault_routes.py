"""Faults over HTTP in words, for lines, doors and the supply alike; and the supply itself."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.doors.supply import SupplyFaults
from simulator.street.answers import answer
from simulator.street.bodies import FaultsBody, read_body
from simulator.street.fault_words import present_faults, read_faults
from simulator.street.views import SupplyView
from simulator.street.world import World


class FaultRoutes:
    """Everything under /api/faults and /api/supply."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/api/faults", self.present),
            Route("/api/faults", self.change, methods=["POST"]),
            Route("/api/supply", self.supply),
            Route("/api/supply", self.weaken, methods=["POST"]),
        ]

    async def present(self, _request: Request) -> Response:
        """What is wrong at present, in words."""
        return answer(self._world, {"faults": present_faults(self._world)})

    async def change(self, request: Request) -> Response:
        """Do what some words say, all of them or none; answers with what is wrong then."""
        body = await read_body(request, FaultsBody)
        for act in read_faults(self._world, body.set):
            act()
        return await self.present(request)

    async def supply(self, _request: Request) -> Response:
        """The power supply."""
        return answer(self._world, SupplyView.of(self._world.cabinet.supply))

    async def weaken(self, request: Request) -> Response:
        """Put in another supply, or a weaker one."""
        self._world.cabinet.supply.set_faults(await read_body(request, SupplyFaults))
        return await self.supply(request)
