"""The street and the platform as the story's people reach them: thin HTTP clients."""

from __future__ import annotations

import time
from typing import Any

import httpx

from simulator.story.kiosk import StoryFault

Json = dict[str, Any]


class DoesNotFit(Exception):
    """The thing is larger than the compartment."""


class Street:
    """Doors, parcels and the place before the camera."""

    def __init__(self, url: str) -> None:
        """`url` is the street page's address."""
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=30.0)

    def doors(self) -> dict[str, Json]:
        """Every door and what lies behind it."""
        answer: dict[str, Json] = self._http.get("/api/doors").raise_for_status().json()
        return answer

    def wait_open(self, door: str, timeout_s: float = 8.0) -> None:
        """Wait until a door stands open."""
        query: dict[str, str | float] = {"id": door, "open": "true", "timeout": timeout_s}
        answer = self._http.get("/api/doors/wait", params=query)
        if answer.status_code != httpx.codes.OK:
            raise StoryFault(f"door {door} did not open: {answer.text[:100]}")

    def do(self, door: str, action: str, body: Json | None = None) -> None:
        """Close, push, free, jam, put or take at one door.

        Raises:
            DoesNotFit: the item is too large.
            StoryFault: the street says no.
        """
        answer = self._http.post(f"/api/doors/{door}/{action}", json=body or {})
        if answer.status_code == httpx.codes.CONFLICT and "fit" in answer.text:
            raise DoesNotFit(door)
        if answer.status_code != httpx.codes.OK:
            raise StoryFault(f"the street refused {action} at {door}: {answer.text[:100]}")

    def stand(self, person: str | None, eye: str = "left", purpose: str = "look") -> None:
        """Put somebody (or nobody) before the camera."""
        body = {"person": person, "eye": eye, "purpose": purpose}
        self._http.post("/api/camera", json=body).raise_for_status()

    def log(self, since: int = 0) -> Json:
        """What happened physically."""
        answer: Json = self._http.get("/api/log", params={"since": since}).raise_for_status().json()
        return answer


class Platform:
    """The community platform, as its operators and its residents' telephones see it."""

    def __init__(self, url: str) -> None:
        """`url` is the platform page's address."""
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=30.0)

    def get(self, path: str, **query: str | float) -> Any:  # noqa: ANN401 - JSON as it comes
        """Read something."""
        return self._http.get(path, params=query).raise_for_status().json()

    def post(self, path: str, body: Json | None = None) -> Any:  # noqa: ANN401 - JSON as it comes
        """Ask for something."""
        return self._http.post(path, json=body or {}).raise_for_status().json()

    def code_for(self, person: str, consignment: str, timeout_s: float = 15.0) -> str:
        """The pickup code that the recipient was told."""
        told = self.until(lambda: self._told(person, consignment), f"a code for {consignment}", timeout_s)
        return str(told[0]["code"])

    def _told(self, person: str, consignment: str) -> list[Json]:
        inbox = self.get(f"/api/inbox/{person}")
        return [
            message for message in inbox if message["consignment"] == consignment and message["kind"] == "deposited"
        ]

    def reply(self, command: str, *wanted: str, timeout_s: float = 15.0) -> Json:
        """The latest reply to a command, once it is one of those wanted."""

        def look() -> list[Json]:
            replies = self.get(f"/api/replies/{command}")
            return replies[-1:] if replies and replies[-1]["status"] in wanted else []

        found: list[Json] = self.until(look, f"a reply to {command}: {' or '.join(wanted)}", timeout_s)
        return found[0]

    def until(self, look: Any, what: str, timeout_s: float = 15.0) -> Any:  # noqa: ANN401 - whatever `look` finds
        """Look again and again until there is something to see.

        Raises:
            StoryFault: it did not come.
        """
        end = time.monotonic() + timeout_s
        while not (found := look()):
            if time.monotonic() > end:
                raise StoryFault(f"the platform never saw {what}")
            time.sleep(0.05)
        return found
