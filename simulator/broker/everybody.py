"""Lets every client in, as somebody.

The library's own plugin marks such clients anonymous, and it keeps no messages for an anonymous client that is away;
a cabinet's persistent session would then be worth nothing.
"""

from __future__ import annotations

from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session


class EverybodyIsSomebody(BaseAuthPlugin):  # type: ignore[misc]  # the library ships no types
    """Admits any client and leaves its session a full one."""

    async def authenticate(self, *, session: Session) -> bool:
        """Admit the client, whatever name and password it brings."""
        del session
        return True
