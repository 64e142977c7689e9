"""A look may begin without a touch, when somebody comes near; it says and opens nothing for a stranger."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from config.settings import Settings
from locker.presence import KEPT_FOR_TOUCHES, PRESENCE_ENDS_S

if TYPE_CHECKING:
    from paper_bank import Bank, Stock


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
    """What is left is for whoever touches."""
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.moves = 1.0
    await bank.recorded("look.refused")
    await bank.looker.watched(10)
    assert bank.desk.screen.name == "welcome"
    assert bank.looker.looks == bank.cabinet.settings.iris.looks - KEPT_FOR_TOUCHES
    assert len(await bank.rows("look.refused")) == 1


async def test_glances_and_touches_of_one_presence_together_stay_within_the_promise(bank: Bank) -> None:
    """Somebody stays, touches, goes back to the welcome, and so on: the looks are counted on."""
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.moves = 1.0
    await bank.recorded("look.refused")
    for action, leave in (("code", "cancel"), ("look", "cancel"), ("look", "cancel"), ("look", "cancel")):
        await bank.press("welcome", action)
        await bank.press("look_refused" if action == "look" else "code", leave)
        await bank.screen("welcome")
        await bank.looker.watched(10)
    assert bank.looker.looks == bank.cabinet.settings.iris.looks
    await bank.press("welcome", "look")
    assert (await bank.screen("look_refused")).title.key == "look.spent.title"


async def test_whoever_comes_after_some_quiet_is_looked_at_anew(bank: Bank) -> None:
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.moves = 1.0
    await bank.recorded("look.refused")
    bank.looker.moves = 0.0
    await bank.looker.watched(2)
    bank.clock.later += PRESENCE_ENDS_S
    bank.looker.moves = 1.0
    await bank.looker.seen(2)


async def test_pictures_that_compare_nothing_bring_a_bounded_number_of_glances_and_cost_no_look(bank: Bank) -> None:
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.reason, bank.looker.moves = "poor_pictures", 1.0
    looks = bank.cabinet.settings.iris.looks
    await bank.looker.seen(looks)
    await bank.looker.watched(10)
    assert bank.looker.looks == looks
    bank.looker.reason = "not_recognised"
    await bank.press("welcome", "look")
    for _ in range(looks - 1):
        await bank.press("look_refused", "again")
    while (await bank.screen("look_refused")).lines[0].key != "look.refused.spent":
        await bank.desk.changed(bank.desk.rev)
    assert bank.looker.looks == 2 * looks


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
