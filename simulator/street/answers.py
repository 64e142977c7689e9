"""How the street answers: JSON, and how much had happened by then."""

from __future__ import annotations

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from simulator.street.world import World

LOG_NEXT = "street-log-next"
"""Header: the number of the log's next entry. A picture of the street with a smaller one is older than the answer."""


def answer(world: World, body: BaseModel | object) -> Response:
    """A response with a body, a model or plain JSON."""
    plain = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
    return JSONResponse(plain, headers={LOG_NEXT: str(len(world.log))})
