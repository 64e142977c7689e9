"""Commands that the platform signs, true ones and forged ones, and the cabinet's replies to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from simulator.platform.clock import Now, instant
from simulator.platform.jose import Signer
from simulator.platform.rows import Json

EXPIRED_SINCE = timedelta(minutes=10)
FINAL = frozenset({"rejected", "expired", "done", "failed", "unknown"})


class Forgery(StrEnum):
    """Ways to make a command that no cabinet may obey."""

    SIGNATURE = "signature"  # a true command with its signature changed
    KEY = "key"  # signed by somebody else under the platform's key id
    AUDIENCE = "audience"  # truly signed, but for another cabinet


@dataclass(frozen=True)
class Sent:
    """A command as it was sent."""

    command_id: str
    token: str
    not_after: datetime
    forged: bool


@dataclass(frozen=True)
class Reply:
    """A word of the cabinet on a command."""

    command_id: str
    status: str
    reason: str
    at: str
    times: int = 1


class CommandOffice:
    """Signs commands and files the replies."""

    def __init__(self, signer: Signer, forger: Signer, audience: str, now: Now) -> None:
        """`forger` signs with a key that the cabinet does not believe, under the same key id."""
        self._signer = signer
        self._forger = forger
        self._audience = audience
        self._now = now
        self._sent: dict[str, Sent] = {}
        self._replies: dict[str, list[Reply]] = {}

    def issue(
        self,
        command_id: str,
        body: Mapping[str, Json],
        lasts_s: float,
        forgery: Forgery | None = None,
        *,
        expired: bool = False,
    ) -> Sent:
        """Sign a command that may be obeyed for `lasts_s` seconds, or was to be obeyed long ago when `expired`."""
        issued_at = self._now() - (EXPIRED_SINCE if expired else timedelta())
        not_after = issued_at + timedelta(seconds=lasts_s)
        claims = json.dumps(
            {
                "command_id": command_id,
                "audience": self._audience + ("-other" if forgery is Forgery.AUDIENCE else ""),
                "issued_at": instant(issued_at),
                "not_after": instant(not_after),
                "body": body,
            }
        )
        token = (self._forger if forgery is Forgery.KEY else self._signer).sign(claims)
        if forgery is Forgery.SIGNATURE:
            token = _spoil(token)
        sent = Sent(command_id, token, not_after, forged=forgery is not None)
        # A forgery under the id of a true command must not take its place here either.
        if not sent.forged or command_id not in self._sent:
            self._sent[command_id] = sent
        return sent

    def sent(self, command_id: str) -> Sent | None:
        """The command as it was sent, if it was."""
        return self._sent.get(command_id)

    def unanswered(self) -> tuple[Sent, ...]:
        """True commands that still may be obeyed and have no reply at all; sending them again does no harm."""
        return tuple(
            sent
            for sent in self._sent.values()
            if not sent.forged and sent.not_after > self._now() and not self._replies.get(sent.command_id)
        )

    def file(self, command_id: str, status: str, reason: str) -> None:
        """Keep a reply; the same one again is counted, not kept twice."""
        replies = self._replies.setdefault(command_id, [])
        if replies and (replies[-1].status, replies[-1].reason) == (status, reason):
            replies[-1] = replace(replies[-1], times=replies[-1].times + 1)
        else:
            replies.append(Reply(command_id, status, reason, instant(self._now())))

    def replies(self, command_id: str) -> tuple[Reply, ...]:
        """What the cabinet has said of a command, in order."""
        return tuple(self._replies.get(command_id, ()))

    def all_sent(self) -> tuple[Sent, ...]:
        """Every command in the order of issue."""
        return tuple(self._sent.values())


def _spoil(token: str) -> str:
    signed, _, signature = token.rpartition(".")
    changed = "A" if signature[0] != "A" else "B"
    return f"{signed}.{changed}{signature[1:]}"
