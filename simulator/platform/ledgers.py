"""Everything the platform has of the cabinet's ledgers: for each one its chain, its copy, its notices and alarms."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from simulator.platform.alarms import AlarmBoard
from simulator.platform.copy import Copy
from simulator.platform.intake import Intake
from simulator.platform.postbox import Postbox
from simulator.platform.rows import BrokenChain, Row, UnreadableRow
from simulator.platform.store import EventStore

RECENT = 200
"""Events that the page shows."""
FAULTS = 100
"""Faults that are remembered, so that a flood of bad rows does not fill the memory."""


@dataclass(frozen=True)
class Account:
    """One ledger: what came in, and what was made of it."""

    intake: Intake
    copy: Copy
    recent: deque[Row]


class Ledgers:
    """Takes rows of any ledger and keeps an account of each; the current one is the cabinet's latest."""

    def __init__(self, store: EventStore, postbox: Postbox, alarms: AlarmBoard) -> None:
        """Rebuild every account from what the store holds."""
        self.current_id: str | None = None
        self.faults: deque[str] = deque(maxlen=FAULTS)
        self._store = store
        self.postbox = postbox
        self.alarms = alarms
        self._accounts: dict[str, Account] = {}
        for ledger_id in store.ledgers():
            account = self._open(ledger_id)
            for row in store.rows(ledger_id):
                self._fold(account, row)
            self.current_id = ledger_id

    @property
    def current(self) -> Account | None:
        """The account of the cabinet's present ledger."""
        return self._accounts.get(self.current_id or "")

    def choose(self, ledger_id: str) -> None:
        """Make a ledger the current one (the cabinet says in `about` which it is)."""
        self._account(ledger_id)
        self.current_id = ledger_id

    def take(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """Consider rows as they came; give those that are new, verified and stored."""
        touched: dict[str, Account] = {}
        for row in rows:
            account = touched[row.ledger_id] = self._account(row.ledger_id)
            if self.current_id is None:
                self.current_id = row.ledger_id
            try:
                account.intake.take(row)
            except BrokenChain as broken:
                self._fault(row.at, row.ledger_id, str(broken))
        fresh: list[Row] = []
        for account in touched.values():
            for row in account.intake.flush():
                self._fold(account, row)
                fresh.append(row)
        return tuple(fresh)

    def accounts(self) -> Iterator[Account]:
        """Every account."""
        yield from self._accounts.values()

    def events(self, after: int, limit: int) -> tuple[Row, ...]:
        """Rows of the current ledger after a seq."""
        return tuple(self._store.rows(self.current_id, after, limit)) if self.current_id else ()

    def _account(self, ledger_id: str) -> Account:
        return self._accounts.get(ledger_id) or self._open(ledger_id)

    def _open(self, ledger_id: str) -> Account:
        account = Account(Intake(self._store, ledger_id), Copy(ledger_id), deque(maxlen=RECENT))
        self._accounts[ledger_id] = account
        return account

    def _fold(self, account: Account, row: Row) -> None:
        account.recent.append(row)
        for step in self._steps(account):
            try:
                step(row)
            except (UnreadableRow, KeyError) as error:
                # The chain is right, so the row is kept and acknowledged; what it says cannot be used.
                self._fault(row.at, row.ledger_id, f"{row.kind} at seq {row.seq}: {error}")
                return

    def _steps(self, account: Account) -> tuple[Callable[[Row], None], ...]:
        return (account.copy.apply, lambda row: self.postbox.apply(row, account.copy), self.alarms.apply)

    def _fault(self, at: str, ledger_id: str, text: str) -> None:
        logging.getLogger(__name__).warning(text)
        self.faults.append(text)
        self.alarms.raise_(at, "journal", ledger_id, (f"流水异常：{text}", f"journal: {text}"))
