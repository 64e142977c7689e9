"""A look may begin without a touch, when somebody comes near; it says and opens nothing for a stranger."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from config.settings import Settings

if TYPE_CHECKING:
    from conftest import Bank, Stock


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same site with a quick preview."""
    assert settings.camera is not None
    return settings.model_copy(update={"camera": settings.camera.model_copy(update={"preview_every_s": 0.01})})


async def test_somebody_who_comes_near_and_has_a_parcel_needs_no_touch(bank: Bank, stock: Stock) -> None:
    await stock(bank)
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.sees, bank.looker.moves = "per-cai", 1.0
    await bank.screen("pickup_open")
    assert bank.panel.pulses


async def test_somebody_known_who_only_stands_there_leaves_no_trace(bank: Bank) -> None:
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.sees, bank.looker.moves = "per-cai", 1.0
    await bank.looker.seen(1)
    await bank.press("welcome", "code")
    await bank.screen("code")
    assert bank.looker.looks == 1
    assert not await bank.rows("visit.started")


async def test_a_stranger_is_looked_at_a_bounded_number_of_times_and_told_nothing(bank: Bank) -> None:
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.moves = 1.0
    await bank.looker.seen(bank.cabinet.settings.iris.looks)
    await bank.recorded("look.refused")
    assert bank.desk.screen.name == "welcome"
    assert bank.looker.looks == bank.cabinet.settings.iris.looks
    assert len(await bank.rows("look.refused")) == 1


async def test_a_touch_does_not_wait_for_a_slow_camera(bank: Bank) -> None:
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.stalled = asyncio.Event()
    await bank.press("welcome", "code")
    async with asyncio.timeout(1):
        await bank.screen("code")


async def test_with_nobody_enrolled_or_nothing_moving_nobody_looks(bank: Bank) -> None:
    bank.looker.moves = 1.0
    await bank.press("welcome", "code")
    await bank.press("code", "cancel")
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.moves = 0.0
    await bank.press("welcome", "code")
    await bank.screen("code")
    assert bank.looker.looks == 0
