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
