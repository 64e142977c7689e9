"""Doors over HTTP: look at them, push, close, fill and empty them, force, bend and mend them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.doors.compartment import Compartment, Item
from simulator.doors.faults import DoorFaults, Jam
from simulator.street.answers import answer
from simulator.street.bodies import HookBody, JamBody, PutBody, TakeBody, WaitQuery, WarmBody, read_body, read_query
from simulator.street.views import DoorView, doors_view
from simulator.street.world import World


class DoorRoutes:
    """Everything under /api/doors. Each action answers with the door as it is then."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """The routes, the fixed paths first."""
        return [
            Route("/api/doors", self.every),
            Route("/api/doors/wait", self.wait),
            Route("/api/doors/{door}/close", self._simple(lambda it: it.door.close()), methods=["POST"]),
            Route("/api/doors/{door}/push", self._simple(lambda it: it.door.push()), methods=["POST"]),
            Route("/api/doors/{door}/pry", self._simple(lambda it: it.door.pry()), methods=["POST"]),
            Route("/api/doors/{door}/free", self._simple(lambda it: it.door.set_jam(Jam.NONE)), methods=["POST"]),
            Route("/api/doors/{door}/jam", self.jam, methods=["POST"]),
            Route("/api/doors/{door}/hook", self.hook, methods=["POST"]),
            Route("/api/doors/{door}/faults", self.faults, methods=["POST"]),
            Route("/api/doors/{door}/warm", self.warm, methods=["POST"]),
            Route("/api/doors/{door}/put", self.put, methods=["POST"]),
            Route("/api/doors/{door}/take", self.take, methods=["POST"]),
        ]

    async def every(self, _request: Request) -> Response:
        """Every door by name."""
        return JSONResponse({name: view.model_dump(mode="json") for name, view in doors_view(self._world).items()})

    async def wait(self, request: Request) -> Response:
        """The door, as soon as it is in the awaited state."""
        query = read_query(request, WaitQuery)
        door = self._world.cabinet.compartment(query.id).door
        wanted = {
            name: value for name, value in (("open", query.open), ("latched", query.latched)) if value is not None
        }
        state = ", ".join(f"{name}={value}" for name, value in wanted.items())

        def holds() -> bool:
            return all(getattr(door, name) is value for name, value in wanted.items())

        await self._world.changes.until(holds, query.timeout, f"{query.id} {state}")
        return self._answer(self._world.cabinet.compartment(query.id))

    async def jam(self, request: Request) -> Response:
        """Bend a door, or free it."""
        body = await read_body(request, JamBody)
        compartment = self._named(request)
        compartment.door.set_jam(body.mode)
        return self._answer(compartment)

    async def hook(self, request: Request) -> Response:
        """Make a hook sensor lie, or mend it."""
        body = await read_body(request, HookBody)
        compartment = self._named(request)
        compartment.door.stick_hook(body.stuck)
        return self._answer(compartment)

    async def faults(self, request: Request) -> Response:
        """Break a door and its lock; what the body does not name is in order again."""
        body = await read_body(request, DoorFaults)
        compartment = self._named(request)
        compartment.door.set_faults(body)
        return self._answer(compartment)

    async def warm(self, request: Request) -> Response:
        """Bring a coil to a temperature, as hard use before would have."""
        body = await read_body(request, WarmBody)
        compartment = self._named(request)
        compartment.door.coil.warm(body.celsius)
        return self._answer(compartment)

    async def put(self, request: Request) -> Response:
        """Put an item in."""
        body = await read_body(request, PutBody)
        compartment = self._named(request)
        compartment.put(Item(body.item, body.size))
        return self._answer(compartment)

    async def take(self, request: Request) -> Response:
        """Take an item out."""
        body = await read_body(request, TakeBody)
        compartment = self._named(request)
        compartment.take(body.item)
        return self._answer(compartment)

    def _simple(self, act: Callable[[Compartment], None]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            compartment = self._named(request)
            act(compartment)
            return self._answer(compartment)

        return endpoint

    def _named(self, request: Request) -> Compartment:
        return self._world.cabinet.compartment(request.path_params["door"])

    def _answer(self, compartment: Compartment) -> Response:
        return answer(self._world, DoorView.of(compartment))
