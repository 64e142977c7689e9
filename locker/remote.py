"""What signed commands do here: one handler for each kind, and the rows that make a command happen once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from locker.cabinet import Cabinet
from locker.doors import OPEN
from locker.ledger import Ledger, LedgerThread
from locker.visits.remote import RemoteVisit
from locker.visits.visit import Visit
from mqtt.commands import Handler, Settlement
from mqtt.contract.base import Outcome, ServiceState
from mqtt.contract.events import (
    CommandReceived,
    CommandSettled,
    CompartmentServiceChanged,
    ConsentWithdrawn,
    Event,
    TemplateRevoked,
)
from mqtt.contract.messages import Command, OpenDoor, Reply, RevokeTemplates, SetService


class CommandRows:
    """The ledger's commands, as the command desk asks for them."""

    def __init__(self, ledger: LedgerThread) -> None:
        self._ledger = ledger

    async def find(self, command_id: str) -> Reply | None:
        """The latest reply to an accepted command."""
        stored = await self._ledger.run(lambda ledger: ledger.command(command_id))
        if stored is None:
            return None
        return Reply(command_id=command_id, status=stored.status, reason=stored.reason)

    async def accept(self, command: Command) -> None:
        """Record a command, durably."""
        await self._ledger.record(CommandReceived(command=command.command_id, command_kind=command.body.kind))

    async def settle(self, command_id: str, status: Settlement, reason: str) -> None:
        """Record how a command ended."""
        await self._ledger.record(CommandSettled(command=command_id, status=status, reason=reason))


class RemoteHands:
    """Does what commands ask."""

    def __init__(self, cabinet: Cabinet, begin: Callable[[Visit], None]) -> None:
        """`begin` lets a visit run beside the reception."""
        self._cabinet = cabinet
        self._begin = begin

    @property
    def handlers(self) -> Mapping[type[OpenDoor | SetService | RevokeTemplates], Handler]:
        """Handlers by the type of a command's body."""
        return {OpenDoor: self._open, SetService: self._set_service, RevokeTemplates: self._revoke}

    async def _open(self, command: Command) -> tuple[Settlement, str]:
        wish = command.body
        assert isinstance(wish, OpenDoor)
        if await self._unknown(wish.compartment):
            return "failed", f"no_such_compartment: {wish.compartment}"
        visit = RemoteVisit(self._cabinet, command.command_id, wish)
        self._begin(visit)
        outcome = await visit.opened
        if outcome is Outcome.UNKNOWN:
            return "unknown", "the visit failed before its outcome was known"
        return ("done" if outcome in OPEN else "failed"), outcome.value

    async def _set_service(self, command: Command) -> tuple[Settlement, str]:
        wish = command.body
        assert isinstance(wish, SetService)
        if await self._unknown(wish.compartment):
            return "failed", f"no_such_compartment: {wish.compartment}"
        state = ServiceState.IN_SERVICE if wish.in_service else ServiceState.OUT_OF_SERVICE
        await self._cabinet.ledger.record(
            CompartmentServiceChanged(compartment=wish.compartment, state=state, reason=wish.reason)
        )
        return "done", state.value

    async def _revoke(self, command: Command) -> tuple[Settlement, str]:
        wish = command.body
        assert isinstance(wish, RevokeTemplates)

        def revoke(ledger: Ledger) -> tuple[str, ...]:
            if wish.only_renewals:
                renewals = ledger.renewals_of(wish.person)
                ledger.record(*(TemplateRevoked(template=t, reason=wish.reason) for t in renewals))
                return renewals
            templates = ledger.templates_of(wish.person)
            events: list[Event] = [TemplateRevoked(template=t, reason=wish.reason) for t in templates]
            events += [
                ConsentWithdrawn(consent=consent.consent, person=wish.person)
                for consent in ledger.consents(wish.person)
                if not consent.withdrawn
            ]
            ledger.record(*events)
            return templates

        revoked = await self._cabinet.ledger.run(revoke)
        self._cabinet.looker.forget(revoked)
        return "done", f"{len(revoked)} templates revoked"

    async def _unknown(self, compartment: str) -> bool:
        return await self._cabinet.ledger.run(lambda ledger: ledger.compartment(compartment)) is None
