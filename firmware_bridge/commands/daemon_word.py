"""What a running daemon says of the doors, for commands that look at the boards themselves when none does."""

from __future__ import annotations

from datetime import UTC, datetime

from config.settings import Settings
from firmware_bridge.commands.outcome import note
from firmware_bridge.status_file import PanelStatus, StatusFileError, read_status, status_file


def daemon_word(settings: Settings) -> PanelStatus | None:
    """What the daemon has written; None when none runs, and, said to the caller, when its file cannot be read.

    A daemon that runs all the same holds the ports, which is what the boards' lines then tell.
    """
    try:
        return read_status(status_file(settings.storage.ledger), datetime.now(UTC))
    except StatusFileError as error:
        note(f"没有守护进程的消息，直接查看锁控板 No word of a daemon, so the boards themselves are looked at: {error}")
        return None
