"""The camera's HTTP face: stream, single frame, and who stands before it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator.camera.source import Source
from simulator.camera.stage import Stage
from simulator.camera.standing import CannotStand, Standing

BOUNDARY = "frame"
_NO_STORE = {"Cache-Control": "no-store"}


def make_app(stage: Stage, source: Source, seed: int) -> Starlette:
    """The application of one camera."""

    async def stream(_request: Request) -> Response:
        kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
        return StreamingResponse(_parts(stage), media_type=kind, headers=_NO_STORE)

    async def frame(_request: Request) -> Response:
        frames = stage.frames()
        try:
            return Response(await anext(frames), media_type="image/jpeg", headers=_NO_STORE)
        finally:
            await frames.aclose()

    async def stand(request: Request) -> Response:
        try:
            standing = Standing.model_validate_json(await request.body())
            number = await stage.stand(standing)
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in error.errors()
            )
            return JSONResponse({"error": faults}, status_code=400)
        except CannotStand as error:
            return JSONResponse({"error": str(error)}, status_code=409)
        return JSONResponse({"stand": number, **standing.model_dump(mode="json")})

    async def people(_request: Request) -> Response:
        cast = {person: who.model_dump(mode="json") for person, who in source.people().items()}
        return JSONResponse({"seed": seed, "people": cast, "standing": stage.standing.model_dump(mode="json")})

    return Starlette(
        routes=[
            Route("/stream.mjpg", stream),
            Route("/frame.jpg", frame),
            Route("/api/stand", stand, methods=["POST"]),
            Route("/api/people", people),
        ]
    )


async def _parts(stage: Stage) -> AsyncIterator[bytes]:
    async for frame in stage.frames():
        head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n"
        yield head.encode() + frame + b"\r\n"
