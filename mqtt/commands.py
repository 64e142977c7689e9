"""Commands of the platform: verified, recorded before anything is done, done once, and answered every time.

What a message claims is believed only after its signature; `docs/decisions/mqtt-forged-commands.md` says what is
answered to the others.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Literal, Protocol

import structlog

from mqtt.contract.messages import Command, OpenDoor, Reply, RevokeTemplates, SetService
from mqtt.errors import Expired, Malformed, Untrusted
from mqtt.signed import Verifier, claimed_command_id

REFUSALS_REMEMBERED = 1024
"""Signed commands that were refused; a repeat within this start gets the same answer, whatever the clock does."""
WORDS_MAX = 400
"""Characters of a reason, as `contract.base.Words` has it."""
INTERRUPTED = "interrupted: the cabinet stopped between accepting this command and recording its outcome"

_log = structlog.get_logger(__name__)

Settlement = Literal["done", "failed", "unknown"]
Handler = Callable[[Command], Awaitable[tuple[Settlement, str]]]
"""Does what a command asks; returns how it ended, and why in words. Handlers of one door serialise themselves."""
CommandKind = type[OpenDoor] | type[SetService] | type[RevokeTemplates]


class CommandLedger(Protocol):
    """Where commands are kept, one row for each, for good."""

    async def find(self, command_id: str) -> Reply | None:
        """The latest reply to an accepted command; None when there is no such command."""

    async def accept(self, command: Command) -> None:
        """Record a command as accepted, durably when this returns."""

    async def settle(self, command_id: str, status: Settlement, reason: str) -> None:
        """Record how an accepted command ended."""


class CommandClock(Protocol):
    """Wall time, and whether it may be believed."""

    def now(self) -> datetime:
        """The present time, with a time zone."""

    def synced(self) -> bool:
        """Whether the clock is synchronised."""


class CommandDesk:
    """Takes commands in and sees them through.

    Args:
        verifier: whom this cabinet believes.
        ledger: where commands are kept.
        handlers: what to do, by the type of the command's body.
        reply: publishes a reply (`Link.publish_reply`).
        clock: to judge `not_after`.
    """

    def __init__(
        self,
        verifier: Verifier,
        ledger: CommandLedger,
        handlers: Mapping[CommandKind, Handler],
        reply: Callable[[Reply], Awaitable[None]],
        clock: CommandClock,
    ) -> None:
        self._verifier = verifier
        self._ledger = ledger
        self._handlers = dict(handlers)
        self._reply = reply
        self._clock = clock
        self._refused: OrderedDict[str, Reply] = OrderedDict()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def on_command(self, token: str) -> None:
        """Take one message in. Returns when it is answered or begun, not when it is done."""
        async with self._one_at_a_time:
            try:
                command = self._verifier.command(token)
            except Untrusted as fault:
                await self._turn_away(token, fault)
                return
            stored = await self._stored_reply(command.command_id)
            if stored is not None:
                await self._reply(stored)
                return
            refusal = self._refusal(command)
            if refusal is not None:
                await self._refuse(refusal)
                return
            await self._ledger.accept(command)
            self._running[command.command_id] = asyncio.create_task(
                self._see_through(command), name=f"command-{command.command_id}"
            )

    async def close(self) -> None:
        """Stop waiting for handlers. What they had not finished is found as unknown after the next start."""
        running = tuple(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until no command is being done."""
        while self._running:
            await asyncio.wait(tuple(self._running.values()))

    # Answers without a deed

    async def _stored_reply(self, command_id: str) -> Reply | None:
        stored = await self._ledger.find(command_id)
        if stored is None:
            return self._refused.get(command_id)
        if stored.status == "accepted" and command_id not in self._running:
            # Accepted by an earlier start that did not live to see the end: nobody knows it, and nothing is redone.
            await self._ledger.settle(command_id, "unknown", INTERRUPTED)
            return Reply(command_id=command_id, status="unknown", reason=INTERRUPTED)
        return stored

    def _refusal(self, command: Command) -> Reply | None:
        """Why an authentic command is not accepted; None when it is."""
        body = command.body
        if type(body) not in self._handlers:
            return _rejected(command.command_id, f"not_supported: this cabinet does no {body.kind!r}")
        if not self._clock.synced():
            if isinstance(body, OpenDoor):
                return _rejected(
                    command.command_id, "clock_not_synced: no door opens by command until the clock is right"
                )
            return None  # without a believable clock no deadline is held against anybody
        try:
            _check_time(command, self._clock.now())
        except Expired as fault:
            return Reply(command_id=command.command_id, status="expired", reason=_words(fault))
        except Malformed as fault:
            return _rejected(command.command_id, _words(fault))
        return None

    async def _refuse(self, reply: Reply) -> None:
        self._refused[reply.command_id] = reply
        while len(self._refused) > REFUSALS_REMEMBERED:
            self._refused.popitem(last=False)
        _log.warning("command refused", command_id=reply.command_id, status=reply.status, reason=reply.reason)
        await self._reply(reply)

    async def _turn_away(self, token: str, fault: Untrusted) -> None:
        """Answer under the claimed id only when no real command has it: an outsider must not speak about that one."""
        claimed = claimed_command_id(token)
        _log.warning("command not trusted", claimed_id=claimed, fault=str(fault))
        if claimed is None or claimed in self._refused or await self._ledger.find(claimed) is not None:
            return
        await self._reply(_rejected(claimed, _words(fault)))

    # Deeds

    async def _see_through(self, command: Command) -> None:
        command_id = command.command_id
        # Said beside the deed: a broker that takes no more messages must not hold a door back beyond `not_after`.
        accepted = asyncio.ensure_future(self._reply(Reply(command_id=command_id, status="accepted")))
        try:
            await asyncio.sleep(0)  # the acceptance takes its place in the queue before any outcome can
            status, reason = await self._do(command)
            await self._ledger.settle(command_id, status, reason[:WORDS_MAX])
            await accepted
            await self._reply(Reply(command_id=command_id, status=status, reason=reason[:WORDS_MAX]))
        except Exception:  # noqa: BLE001 - the ledger's fault; the command is found as unknown when it is repeated
            _log.exception("the outcome of a command was not recorded", command_id=command_id)
        finally:
            accepted.cancel()
            del self._running[command_id]

    async def _do(self, command: Command) -> tuple[Settlement, str]:
        try:
            return await self._handlers[type(command.body)](command)
        except Exception as error:  # noqa: BLE001 - a handler's fault must not lose the command
            _log.exception("a command's handler failed", command_id=command.command_id)
            return "unknown", f"handler_failed: {type(error).__name__}"


def _check_time(command: Command, now: datetime) -> None:
    try:
        not_after = datetime.fromisoformat(command.not_after)
    except ValueError as error:
        raise Malformed(f"not_after {command.not_after} is no date") from error
    if now.astimezone(UTC) > not_after:
        raise Expired(
            f"not_after {command.not_after} has passed; it is {now.astimezone(UTC).isoformat(timespec='seconds')}"
        )


def _rejected(command_id: str, reason: str) -> Reply:
    return Reply(command_id=command_id, status="rejected", reason=reason[:WORDS_MAX])


def _words(fault: Untrusted) -> str:
    return f"{fault.reason}: {fault}"[:WORDS_MAX]
