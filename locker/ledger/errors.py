"""What can be wrong with the ledger, or with what somebody asks of it."""

from __future__ import annotations


class LedgerFault(Exception):
    """The ledger cannot do what it was asked; the message says why and what to do."""


class IllegalTransition(LedgerFault):
    """An event that cannot follow from the present state. Nothing of its transaction was written."""


class AckRejected(LedgerFault):
    """An acknowledgement of another ledger, or of rows that were never published. The outbox stays where it is."""


class WrongKey(LedgerFault):
    """The ledger was written under another ledger key. Nothing was written."""


class WrongLedger(LedgerFault):
    """The file is no ledger, is another cabinet's, or was written by a newer program. Nothing was written."""


class LedgerBusy(LedgerFault):
    """Another daemon has the ledger open."""


class LedgerDamaged(LedgerFault):
    """The file is damaged, or its chain does not hold."""


class LedgerFull(LedgerFault):
    """No space is left on the disk, and the reserve is spent."""


class Unreadable(LedgerFault):
    """A sealed value that its key does not open: it was altered, or moved from another person's row."""
