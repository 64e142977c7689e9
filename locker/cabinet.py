"""What every visit works with: the ledger, the doors, the screen, the eyes, the clock, and the site's settings."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from config.settings import Service, Settings
from locker.access.keypad import Keypad
from locker.clock import Clock, instant, parse_instant
from locker.doors import Doors
from locker.keys import Keys
from locker.kiosk.desk import ScreenDesk
from locker.ledger import Consignment, LedgerThread
from locker.look import Looker


def random_id(prefix: str) -> str:
    """An opaque id of 96 random bits, such as `vis-3f2c...`."""
    return f"{prefix}-{secrets.token_hex(12)}"


@dataclass(frozen=True)
class Cabinet:
    """One bank and everything that serves it."""

    settings: Settings
    ledger: LedgerThread
    doors: Doors
    desk: ScreenDesk
    looker: Looker
    keypad: Keypad
    keys: Keys
    clock: Clock
    new_id: Callable[[str], str] = random_id

    @property
    def name(self) -> str:
        """The cabinet's id, the subject of its own events."""
        return self.settings.site.cabinet

    def deadline(self, service: Service, hours: int | None) -> str | None:
        """When a consignment deposited now becomes overdue; absent when the clock cannot be believed."""
        if not self.clock.synced():
            return None
        return instant(self.clock.now() + timedelta(hours=hours or self.settings.services[service].deadline_h))

    def overdue(self, consignment: Consignment) -> bool:
        """Whether the deadline has passed; never, while the clock cannot be believed."""
        if consignment.deadline is None or not self.clock.synced():
            return False
        return self.clock.now() > parse_instant(consignment.deadline)
