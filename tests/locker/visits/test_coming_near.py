"""A look may begin without a touch, when somebody comes near; it says and opens nothing for a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.settings import Settings

if TYPE_CHECKING:
    from conftest import Bank


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same site with a quick preview."""
    assert settings.camera is not None
    return settings.model_copy(update={"camera": settings.camera.model_copy(update={"preview_every_s": 0.01})})


async def test_somebody_who_comes_near_and_is_recognised_needs_no_touch(bank: Bank) -> None:
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.sees, bank.looker.moves = "per-cai", 1.0
    await bank.screen("pickup_nothing")
    assert not bank.panel.pulses


async def test_a_stranger_who_comes_near_is_told_nothing_and_leaves_no_trace(bank: Bank) -> None:
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.moves = 1.0
    rev = bank.desk.rev
    await bank.press("welcome", "code")
    await bank.screen("code")
    assert bank.desk.rev == rev + 1
    assert not await bank.rows("visit.started", "look.refused")


async def test_with_nobody_enrolled_or_nothing_moving_nobody_looks(bank: Bank) -> None:
    bank.looker.moves = 1.0
    await bank.press("welcome", "code")
    await bank.press("code", "cancel")
    bank.looker.gallery.add("tpl-1", "per-cai", None)
    bank.looker.moves = 0.0
    await bank.press("welcome", "code")
    await bank.screen("code")
    assert bank.looker.looks == 0
