from __future__ import annotations

import pytest

from config.settings import BoardFamily
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.errors import FrameFieldError, UnknownFamilyError


@pytest.mark.parametrize("family", BoardFamily)
def test_every_family_that_the_settings_allow_has_a_driver(family: BoardFamily) -> None:
    driver = driver_named(family)
    assert driver.pulse_s > 0
    assert driver.probe(driver.addresses[0]).frame


@pytest.mark.parametrize("family", ["no-such-board", "driver", ""])
def test_a_family_without_a_driver_is_named(family: str) -> None:
    with pytest.raises(UnknownFamilyError, match=repr(family)):
        driver_named(family)


@pytest.mark.parametrize("family", BoardFamily)
def test_locks_that_a_family_cannot_have_are_refused_with_its_limits(family: BoardFamily) -> None:
    driver = driver_named(family)
    address = driver.addresses[0]
    for wrong in (driver.addresses[-1] + 1, -1, 255):
        with pytest.raises(FrameFieldError, match=f"{family} boards have addresses"):
            driver.unlock(wrong, 0)
    for wrong in (driver.most_channels, -1):
        with pytest.raises(FrameFieldError, match=f"{family} boards have channels"):
            driver.unlock(address, wrong)
    with pytest.raises(FrameFieldError):
        driver.hook_reads(address, driver.most_channels + 1)
