from __future__ import annotations

import pytest

from config.settings import BoardSettings
from firmware_bridge.boards.driver import driver_named, families
from firmware_bridge.errors import FrameFieldError, UnknownFamilyError


@pytest.mark.parametrize("family", families())
def test_every_family_that_the_settings_allow_has_a_driver(family: str) -> None:
    driver = driver_named(family)
    assert driver.pulse_s(BoardSettings(address=driver.addresses[0], channels=1)) > 0
    assert driver.probe(driver.addresses[0]).frame


@pytest.mark.parametrize("family", ["no-such-board", "driver", ""])
def test_a_family_without_a_driver_is_named(family: str) -> None:
    with pytest.raises(UnknownFamilyError, match=repr(family)):
        driver_named(family)


@pytest.mark.parametrize("family", families())
def test_locks_that_a_family_cannot_have_are_refused_with_its_limits(family: str) -> None:
    driver = driver_named(family)
    address = driver.addresses[0]
    board = BoardSettings(address=address, channels=driver.most_channels)
    for wrong in (driver.addresses[-1] + 1, -1, 255):
        with pytest.raises(FrameFieldError, match=f"{family} boards have addresses"):
            driver.unlock(board.model_copy(update={"address": wrong}), 0)
    for wrong in (driver.most_channels, -1):
        with pytest.raises(FrameFieldError, match=f"{family} boards have channels"):
            driver.unlock(board, wrong)
    with pytest.raises(FrameFieldError):
        driver.hook_reads(board.model_copy(update={"channels": driver.most_channels + 1}))
