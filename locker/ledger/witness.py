"""The file beside the ledger that keeps a second daemon out, and remembers how far the ledger had come.

A ledger that is behind its witness was restored from a copy: it must not go on under the same id, because the
platform may already hold other rows with the same numbers.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from locker.ledger.errors import LedgerBusy

_RECORD_BYTES = 256  # one fixed-length write within a disk sector is not torn


@dataclass(frozen=True)
class Seen:
    """A ledger, its boot and a row that it had reached."""

    ledger_id: str
    boot: int
    seq: int


class Witness:
    """The locked file; `release` lets the next daemon in."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            LedgerBusy: another daemon has it.
        """
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise LedgerBusy(f"another daemon has the ledger open (it holds {path}); stop that one first") from error

    def seen(self) -> Seen | None:
        """What was written last; None when nothing readable was."""
        try:
            record = json.loads(os.pread(self._descriptor, _RECORD_BYTES, 0))
            return Seen(str(record["ledger_id"]), int(record["boot"]), int(record["seq"]))
        except (ValueError, KeyError, TypeError):
            return None

    def write(self, seen: Seen) -> None:
        """Remember, durably."""
        os.pwrite(self._descriptor, json.dumps(asdict(seen)).encode("ascii").ljust(_RECORD_BYTES), 0)
        os.fsync(self._descriptor)

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)


def is_behind(found: Seen, witnessed: Seen | None) -> bool:
    """Whether a ledger was restored from a copy: it has come less far than its witness saw, or has no witness."""
    if witnessed is None or witnessed.ledger_id != found.ledger_id:
        return True
    return found.boot < witnessed.boot or found.seq < witnessed.seq
