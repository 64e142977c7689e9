"""The daemon's side of the link: what the link asks of the ledger, and what the platform's messages do there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from importlib.metadata import version

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from locker import directory
from locker.cabinet import Cabinet
from locker.ledger import AckRejected, IllegalTransition, Ledger, LedgerFull, LedgerThread
from locker.remote import CommandRows, RemoteHands
from mqtt.commands import CommandDesk
from mqtt.contract.base import CompartmentId, SizeName
from mqtt.contract.events import JournalRow
from mqtt.contract.messages import About, Ack, BoardPlan, CompartmentNow, CompartmentPlan, Resync
from mqtt.directory import DirectoryReader
from mqtt.errors import AckRejected as AckNotBelieved
from mqtt.errors import Untrusted
from mqtt.link import Link
from mqtt.outbox import Outbox
from mqtt.signed import Verifier

log = structlog.get_logger(__name__)

FULL_DISK_REST_S = 5.0
"""How long the outbox rests before it tries again to move its pointer on a full disk."""

CAPABILITIES = ("iris", "pickup_code", "delegate_code", "deposit_code", "remote_open")


class LedgerJournal:
    """The ledger's journal, as the outbox reads it."""

    def __init__(self, ledger: LedgerThread) -> None:
        self._ledger = ledger

    @property
    def ledger_id(self) -> str:
        """Which ledger this is."""
        return self._ledger.ledger_id

    async def last_seq(self) -> int:
        """The newest row's seq."""
        return await self._ledger.run(lambda ledger: ledger.last_seq)

    async def acked_seq(self) -> int:
        """The highest acknowledged seq."""
        return await self._ledger.run(lambda ledger: ledger.acked_seq)

    async def rows(self, after: int, limit: int) -> Sequence[JournalRow]:
        """Rows in order."""
        return await self._ledger.run(lambda ledger: ledger.events(after, limit))

    async def mark_published(self, seq: int) -> None:
        """Rows up to `seq` are about to be published."""
        await self._when_there_is_space(lambda ledger: ledger.mark_published(seq))

    async def acknowledge(self, ledger_id: str, seq: int) -> None:
        """Move the pointer, or raise the link's AckRejected."""
        try:
            await self._when_there_is_space(lambda ledger: ledger.acknowledge(ledger_id, seq))
        except AckRejected as error:
            raise AckNotBelieved(str(error)) from error

    async def _when_there_is_space(self, write: Callable[[Ledger], object]) -> None:
        """Write; on a full disk wait until it can be written: the outbox rests so long, and nothing is lost."""
        while True:
            try:
                await self._ledger.run(write)
            except LedgerFull:
                log.warning("the outbox rests: the disk is full")
                await asyncio.sleep(FULL_DISK_REST_S)
            else:
                return


class CabinetPresence:
    """What this cabinet is and how its compartments are, as the link publishes it."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    async def about(self) -> About:
        """What this cabinet is."""
        settings, ledger_id = self._cabinet.settings, self._cabinet.ledger.ledger_id
        return About(
            community=settings.site.community,
            cabinet=settings.site.cabinet,
            ledger_id=ledger_id,
            version=version("iris-locker"),
            compartments=tuple(CompartmentPlan(id=c.id, size=SizeName(c.size)) for c in settings.compartments),
            boards=tuple(
                BoardPlan(line=line.name, family=line.family, address=board.address, channels=board.channels)
                for line in settings.lines
                for board in line.boards
            ),
            capabilities=CAPABILITIES,
            encryption_key=self._cabinet.keys.encryption_key,
        )

    async def compartments(self) -> Sequence[CompartmentNow]:
        """Every compartment as it is now."""
        rows = await self._cabinet.ledger.run(lambda ledger: ledger.compartments())
        return tuple(
            CompartmentNow(
                id=row.id,
                size=SizeName(row.size),
                door=row.door,
                custody=row.custody,
                service=row.service,
                rev=row.rev,
            )
            for row in rows
        )


class PlatformLink:
    """Everything between this cabinet and its platform; also the receiver of the platform's messages."""

    def __init__(self, cabinet: Cabinet, hands: RemoteHands) -> None:
        """Nothing is connected before `start`.

        Raises:
            mqtt.errors.LinkSettingsInvalid: the settings can never work.
        """
        settings = cabinet.settings
        self._cabinet = cabinet
        self._presence = CabinetPresence(cabinet)
        verifier = Verifier(settings.platform.signing_keys, f"{settings.site.community}/{settings.site.cabinet}")
        self._reader = DirectoryReader(verifier, X25519PrivateKey.from_private_bytes(cabinet.keys.exchange_key))
        self.link = Link(
            settings.mqtt,
            settings.site.community,
            settings.site.cabinet,
            session=cabinet.ledger.boot,
            password=cabinet.keys.mqtt_password,
            receiver=self,
            presence=self._presence,
        )
        self.outbox = Outbox(self.link, LedgerJournal(cabinet.ledger))
        self._commands = CommandDesk(
            verifier, CommandRows(cabinet.ledger), hands.handlers, self.link.publish_reply, cabinet.clock
        )
        self._published: dict[CompartmentId, int] = {}
        self._stale = asyncio.Event()
        self._open_for_commands = True

    def on_commit(self, _rows: tuple[JournalRow, ...]) -> None:
        """The ledger has new rows."""
        self.outbox.wake()
        self._stale.set()

    async def run(self) -> None:
        """Keep the platform told, for ever: the outbox, and the retained compartments; fails when either does."""
        await self.link.start()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.outbox.run(), name="outbox")
            group.create_task(self._keep_compartments(), name="compartments")

    async def _keep_compartments(self) -> None:
        while True:
            await self._stale.wait()
            self._stale.clear()
            await self._publish_changed()

    async def stop_commands(self) -> None:
        """Take no command any more; one that was begun and is not done is found as unknown after the next start."""
        self._open_for_commands = False
        await self._commands.close()

    async def close(self) -> None:
        """Say `stopping` and end."""
        await self.link.stop()

    async def _publish_changed(self) -> None:
        for now in await self._presence.compartments():
            if self._published.get(now.id) != now.rev:
                self._published[now.id] = now.rev
                await self.link.publish_compartment(now)

    # What the platform says

    async def on_command(self, token: str) -> None:
        """A command, not verified yet."""
        if not self._open_for_commands:
            log.info("a command is left for the next start: the platform sends it again")
            return
        await self._commands.on_command(token)

    async def on_directory(self, token: str) -> None:
        """A directory, not verified yet; one that cannot be applied changes nothing.

        On a full disk too: its version then does not appear among the events, and the platform sends a full one.
        """
        in_force = await self._cabinet.ledger.run(lambda ledger: ledger.directory_version()) or 0
        try:
            opened = await asyncio.to_thread(self._reader.read, token, in_force)

            def apply(ledger: Ledger) -> tuple[str, ...]:
                return directory.apply(ledger, self._cabinet.name, opened.directory, opened.personal)

            revoked = await self._cabinet.ledger.run(apply)
        except (Untrusted, IllegalTransition, LedgerFull) as fault:
            log.warning("directory not applied", fault=str(fault), in_force=in_force)
        else:
            self._cabinet.looker.forget(revoked)
            log.info("directory applied", version=opened.directory.version)

    async def on_ack(self, ack: Ack) -> None:
        """The platform has stored events."""
        self.outbox.on_ack(ack)

    async def on_resync(self, resync: Resync) -> None:
        """The platform wants events again."""
        self.outbox.on_resync(resync)

    async def on_connected(self) -> None:
        """A connection stands."""
        self._stale.set()

    async def on_disconnected(self, reason: str) -> None:
        """The connection is gone."""
        log.warning("no platform", reason=reason)
