"""A running panel for as long as one command takes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from config.settings import Settings
from firmware_bridge.panel import LineChanged, Panel, PanelEvent

READ_WITHIN_S: Final = 10.0
UNLOCK_WITHIN_S: Final = 15.0
"""With the usual times; settings with longer ones are waited for longer."""


def patience_s(settings: Settings, line: str) -> float:
    """How long an unlock on a line may take before something is wrong with this program.

    While a door is awaited a read of it may fail as often as it is repeated, and another board's read as often between.
    """
    slowest = next(each for each in settings.lines if each.name == line)
    failing_s = 2 * (slowest.read_retries + 2) * slowest.reply_timeout_s
    return UNLOCK_WITHIN_S + settings.panel.open_within_s + failing_s


@contextmanager
def live_panel(
    settings: Settings, names: set[str], on_event: Callable[[PanelEvent], None] = lambda _: None
) -> Iterator[tuple[Panel, dict[str, str]]]:
    """A running panel over some lines, read once, and the last cause that each line that is down gave."""
    causes: dict[str, str] = {}
    guard = threading.Lock()

    def note(event: PanelEvent) -> None:
        if isinstance(event, LineChanged):
            with guard:
                causes[event.line] = event.cause
        on_event(event)

    panel = Panel(
        [line for line in settings.lines if line.name in names],
        [each for each in settings.compartments if each.line in names],
        settings.panel,
        on_event=note,
    )
    panel.start()
    try:
        panel.wait_until_read(READ_WITHIN_S)
        yield panel, causes
    finally:
        panel.stop()
