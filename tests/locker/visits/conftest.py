"""A cabinet of paper for each test: opened, serving a small community, stocked, shut and opened again."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from config.load import load_settings
from config.settings import Settings
from locker.keys import Keys, new_keys

sys.path.append(str(Path(__file__).parent))

from paper_bank import Bank, Open, Stock, opened, serve, shut
from small_community import announce, put_in_all

EXAMPLE = Path(__file__).parents[3] / "config" / "examples" / "two-boards.toml"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The example site, with short patience."""
    site = load_settings(EXAMPLE)
    kiosk = site.kiosk.model_copy(update={"idle_s": 0.5, "door_reminder_s": 0.2, "reopen_s": 0.5})
    storage = site.storage.model_copy(
        update={"ledger": tmp_path / "ledger.sqlite3", "free_space_watermark_mb": 1, "reserve_mb": 1}
    )
    assert site.camera is not None
    camera = site.camera.model_copy(update={"preview_every_s": 0.0})
    return site.model_copy(update={"kiosk": kiosk, "storage": storage, "camera": camera})


@pytest.fixture
def keys() -> Keys:
    """Fresh keys."""
    return new_keys()


@pytest.fixture
async def open_bank(settings: Settings, keys: Keys) -> AsyncIterator[Open]:
    """Opens the cabinet on the test's ledger; called again after a shut it is a restart."""
    banks: list[Bank] = []

    async def start() -> Bank:
        banks.append(await opened(settings, keys))
        return banks[-1]

    yield start
    for bank in banks:
        await shut(bank)


@pytest.fixture
async def bank(open_bank: Open) -> Bank:
    """A cabinet that serves, with a small community and its parcels announced."""
    bank = await open_bank()
    await announce(bank)
    await serve(bank)
    return bank


@pytest.fixture
def restart(open_bank: Open) -> Callable[[Bank], Awaitable[Bank]]:
    """Kill a cabinet and open it again, not serving yet; the doors are as they were left."""

    async def again(bank: Bank) -> Bank:
        latches = dict(bank.panel.latches)
        await shut(bank)
        fresh = await open_bank()
        fresh.panel.latches.update(latches)
        return fresh

    return again


@pytest.fixture
def begin_service() -> Callable[[Bank], Awaitable[None]]:
    """Begins to serve with a cabinet that was opened again."""
    return serve


@pytest.fixture
def stock() -> Stock:
    """Puts all four parcels in, confirmed."""
    return put_in_all
