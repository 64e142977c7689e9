"""Who stands before the camera: kept here for the page, and told to the camera process."""

from __future__ import annotations

from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict

from simulator.street.bodies import StandBody
from simulator.street.errors import NoCamera

TIMEOUT_S = 5.0


class Standing(BaseModel):
    """The camera's address (None without a camera) and who stands before it (None for nobody)."""

    model_config = ConfigDict(frozen=True)

    url: str | None
    person: str | None = None
    eye: str = "left"
    purpose: str = "look"


class Camera:
    """The camera process at an address.

    Args:
        url: where it answers; None when the street has no camera.
        client: asks it. The camera's owner closes the client.
    """

    def __init__(self, url: str | None, client: httpx.AsyncClient) -> None:
        self.standing = Standing(url=url.rstrip("/") if url else None)
        self._client = client

    async def stand(self, who: StandBody) -> Any:  # noqa: ANN401 - the camera's own JSON, passed through
        """Let somebody (or nobody) stand before the camera; returns the camera's answer.

        Raises:
            NoCamera: there is none, it does not answer, or it refuses.
        """
        answer = await self._ask("POST", "/api/stand", content=who.model_dump_json())
        self.standing = Standing(url=self.standing.url, **who.model_dump())
        return answer

    async def people(self) -> Any:  # noqa: ANN401 - the camera's own JSON, passed through
        """Whom the camera knows.

        Raises:
            NoCamera: there is none, it does not answer, or it refuses.
        """
        return await self._ask("GET", "/api/people")

    async def _ask(self, method: str, path: str, content: str | None = None) -> Any:  # noqa: ANN401 - as above
        if self.standing.url is None:
            raise NoCamera("this street has no camera; start it with --camera-url")
        address = self.standing.url + path
        try:
            headers = {"content-type": "application/json"}
            response = await self._client.request(method, address, content=content, headers=headers, timeout=TIMEOUT_S)
            response.raise_for_status()
            return response.json()
        except httpx.HTTPStatusError as error:
            raise NoCamera(f"the camera refused {method} {address}: {error.response.text}") from error
        except (httpx.HTTPError, ValueError) as error:
            raise NoCamera(f"the camera did not answer {method} {address}: {error!r}") from error
