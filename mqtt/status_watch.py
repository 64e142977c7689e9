"""The cabinet's own `status`: repeated when a stale will, or anybody else, has overwritten it.

A broker that notices an old connection's death late publishes its will after the new connection said `online`; without
a watch the cabinet would look dead for as long as it lives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pydantic import ValidationError

from mqtt.contract.messages import Status

REPEAT_S = 5.0
"""The least time between two repeats, so that two who disagree do not fill the broker."""


class StatusWatch:
    """Decides when `online` must be said again.

    Args:
        online: what the retained status must be.
        repeat: says it.
        repeat_s: the least time between two repeats.
    """

    def __init__(self, online: Status, repeat: Callable[[], None], repeat_s: float = REPEAT_S) -> None:
        self._online = online
        self._repeat = repeat
        self._repeat_s = repeat_s
        self._not_before = float("-inf")
        self._due: asyncio.TimerHandle | None = None

    def seen(self, payload: bytes) -> None:
        """The broker holds `payload` as our status."""
        if self._is_right(payload) or self._due is not None:
            return
        loop = asyncio.get_running_loop()
        self._due = loop.call_at(max(loop.time(), self._not_before), self._say)

    def rest(self) -> None:
        """The connection is gone, or we are stopping: nothing is repeated any more."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _say(self) -> None:
        self._due = None
        self._not_before = asyncio.get_running_loop().time() + self._repeat_s
        self._repeat()

    def _is_right(self, payload: bytes) -> bool:
        try:
            return Status.model_validate_json(payload, strict=True) == self._online
        except ValidationError:
            return False
