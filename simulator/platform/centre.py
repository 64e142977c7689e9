"""The platform at work: hears one cabinet, acknowledges, asks again for what is missing, and sends what was signed."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping

from simulator.platform.cabinet import (
    Cabinet,
    UnreadableMessage,
    read_about,
    read_compartment,
    read_object,
    read_status,
)
from simulator.platform.changes import Changes
from simulator.platform.clock import Now
from simulator.platform.commands import CommandOffice, Forgery, Sent
from simulator.platform.community import OneTimeCode, Parcel
from simulator.platform.jose import Signer, UnusableKey
from simulator.platform.ledgers import Account, Ledgers
from simulator.platform.link import Inbound, Link
from simulator.platform.registry import Registry
from simulator.platform.rows import Json, Row, UnreadableRow, read_row

ACK_EVERY_S = 0.1
ACK_ROWS = 200
NOTHING_WAIT_S = 1.0
"""A cabinet that has shown itself but sends no event of an unknown ledger has had them all acknowledged before."""
DIRECTORY_WAIT_S = 5.0
DIRECTORY_WAIT_MAX_S = 60.0
RETURNED_WAIT_S = 1.0
"""A cabinet that has come back gets at once what the broker kept for it; what is not in force soon after is lost."""
log = logging.getLogger(__name__)


class CabinetUnknown(Exception):
    """The cabinet has not said yet what it is, so nothing can be sealed for it."""


class Centre:
    """One cabinet's platform. Everything happens on the loop."""

    def __init__(
        self, registry: Registry, ledgers: Ledgers, commands: CommandOffice, signer: Signer, *, now: Now
    ) -> None:
        """Nothing is heard or sent until `attach`."""
        self.registry = registry
        self.ledgers = ledgers
        self.commands = commands
        self.cabinet = Cabinet()
        self.changes = Changes()
        self._signer = signer
        self._now = now
        self._link: Link | None = None
        self._about_since: float | None = None
        self._mend_at = 0.0
        self._directory_wait_s = DIRECTORY_WAIT_S
        self._receive: Mapping[str, Callable[[bytes], None]] = {
            "about": self._about,
            "status": self._status,
            "replies": self._reply,
            "telemetry": self._telemetry,
        }

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._link is not None and self._link.connected

    def attach(self, link: Link) -> None:
        """Speak through `link`."""
        self._link = link

    def connection(self, connected: bool) -> None:  # noqa: FBT001 - a state
        """The broker is there, or is lost."""
        log.info("broker %s", "connected" if connected else "lost")
        if connected:
            for account in self.ledgers.accounts():
                account.intake.ack_due = True
            current = self.ledgers.current
            if current is not None and self._link is not None and self._link.session_lost:
                self._publish("resync", json.dumps({"from_seq": current.copy.seq + 1}))
        self.changes.note()

    def messages(self, batch: list[Inbound]) -> None:
        """What the cabinet said, in order."""
        rows: list[Row] = []
        for message in batch:
            try:
                if message.topic == "events":
                    rows.append(read_row(message.payload))
                else:
                    self._heard(message)
            except (UnreadableMessage, UnreadableRow) as error:
                log.warning("%s not understood: %s", message.topic, error)
        self.ledgers.take(rows)
        for account in self.ledgers.accounts():
            if account.intake.unacknowledged >= ACK_ROWS:
                self._acknowledge(account)
        self.changes.note()

    async def keep_up(self) -> None:
        """Acknowledge, ask for what is missing, and send again what was not heard; runs until cancelled."""
        while True:
            await asyncio.sleep(ACK_EVERY_S)
            if self.connected:
                self.tend(time.monotonic())

    def tend(self, monotonic: float) -> None:
        """What is due at this moment."""
        for account in self.ledgers.accounts():
            if account.intake.ack_due:
                self._acknowledge(account)
        current = self.ledgers.current
        missing = current.intake.gap(monotonic) if current else None
        if missing is None and self._heard_nothing(monotonic):
            missing = 1
        if missing is not None:
            log.info("asking for the events from %d again", missing)
            self._publish("resync", json.dumps({"from_seq": missing}))
        self._mend_directory(monotonic)

    # What the operator asks for

    def publish_directory(self) -> int:
        """Send everybody and everything; gives the version.

        Raises:
            CabinetUnknown: there is no `about` yet.
        """
        account = self.ledgers.current
        claims = self.registry.full(self._encryption_key(), account.copy if account else None)
        return self._publish_claims(claims)

    def expect(self, parcel: Parcel) -> int:
        """Announce one more parcel by a differential directory; gives the version.

        Raises:
            CabinetUnknown: there is no `about` yet.
            UnknownEntry: the recipient is no resident.
        """
        key = self._encryption_key()
        added = self.registry.new_parcel(parcel)
        codes = [self.registry.new_deposit_code(added.consignment)] if added.direction == "outbound" else []
        if not self.registry.issued:
            return self.publish_directory()
        return self._publish_claims(self.registry.difference(key, parcels=[added], codes=codes))

    def delegate(self, consignment: str) -> OneTimeCode:
        """Issue a new delegate code by a differential directory.

        Raises:
            CabinetUnknown: there is no `about` yet.
            UnknownEntry: there is no such consignment.
        """
        key = self._encryption_key()
        code = self.registry.new_delegate_code(consignment)
        if self.registry.issued:
            self._publish_claims(self.registry.difference(key, codes=[code]))
        else:
            self.publish_directory()
        return code

    def command(
        self, command_id: str, body: Mapping[str, Json], lasts_s: float, forgery: Forgery | None, *, expired: bool
    ) -> Sent:
        """Sign a command (or forge one) and send it."""
        sent = self.commands.issue(command_id, body, lasts_s, forgery, expired=expired)
        self._send(sent)
        self.changes.note()
        return sent

    def replay(self, sent: Sent) -> None:
        """Send the very same token again."""
        self._send(sent)

    # What the cabinet says

    def _heard(self, message: Inbound) -> None:
        if message.topic.startswith("compartments/"):
            shown = read_compartment(message.payload)
            self.cabinet.compartments[shown.id] = shown
            return
        self._receive[message.topic](message.payload)

    def _about(self, payload: bytes) -> None:
        about = read_about(payload)
        if self.cabinet.about is None or self.cabinet.about.ledger_id != about.ledger_id:
            self._about_since = time.monotonic()
        names = {name for name, _ in about.compartments}
        self.cabinet.about = about
        self.cabinet.compartments = {name: shown for name, shown in self.cabinet.compartments.items() if name in names}
        self.ledgers.choose(about.ledger_id)

    def _status(self, payload: bytes) -> None:
        self.cabinet.status = read_status(payload)
        log.info("cabinet %s", self.cabinet.status.state)
        # Said on every connection, also when the platform never learned that the cabinet was away: a broker that died
        # has forgotten what it kept for either.
        if self.cabinet.online:
            self._directory_wait_s = DIRECTORY_WAIT_S
            self._mend_at = min(self._mend_at, time.monotonic() + RETURNED_WAIT_S)
            for sent in self.commands.unanswered():
                self._send(sent)

    def _reply(self, payload: bytes) -> None:
        value = read_object("replies", payload)
        self.commands.file(str(value.get("command_id")), str(value.get("status")), str(value.get("reason", "")))

    def _telemetry(self, payload: bytes) -> None:
        self.cabinet.telemetry = json.dumps(read_object("telemetry", payload))

    # What goes out

    def _acknowledge(self, account: Account) -> None:
        if self.connected and account.intake.tip.seq:
            body = {"ledger_id": account.intake.ledger_id, "seq": account.intake.tip.seq}
            self._publish("acks", json.dumps(body))
            account.intake.acknowledged()

    def _heard_nothing(self, monotonic: float) -> bool:
        current = self.ledgers.current
        if self._about_since is None or current is None or current.intake.tip.seq or not self.cabinet.online:
            return False
        if monotonic - self._about_since < NOTHING_WAIT_S:
            return False
        self._about_since = None
        return True

    def _mend_directory(self, monotonic: float) -> None:
        current = self.ledgers.current
        if not self.registry.issued or current is None or not self.cabinet.online:
            return
        if current.copy.directory_version == self.registry.issued:
            self._directory_wait_s = DIRECTORY_WAIT_S
            return
        if monotonic < self._mend_at:
            return
        self._directory_wait_s = min(2 * self._directory_wait_s, DIRECTORY_WAIT_MAX_S)
        log.info("the cabinet has directory %s, not %d", current.copy.directory_version, self.registry.issued)
        try:
            self.publish_directory()
        except UnusableKey as error:
            self._mend_at = monotonic + self._directory_wait_s
            log.warning("no directory can be sent: %s", error)

    def _encryption_key(self) -> str:
        if self.cabinet.about is None:
            raise CabinetUnknown("the cabinet has not published `about` yet; start it and ask again")
        return self.cabinet.about.encryption_key

    def _publish_claims(self, claims: str) -> int:
        self._publish("directory", self._signer.sign(claims))
        self._mend_at = time.monotonic() + self._directory_wait_s
        self.changes.note()
        return self.registry.issued

    def _send(self, sent: Sent) -> None:
        left = sent.not_after - self._now()
        self._publish("commands", sent.token, expires_s=int(left.total_seconds()) if left.total_seconds() > 0 else None)

    def _publish(self, topic: str, payload: str, expires_s: int | None = None) -> None:
        if self._link is not None:
            self._link.publish(topic, payload, expires_s)
