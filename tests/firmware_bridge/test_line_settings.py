"""Settings of a line with which none of its doors could ever be read are refused, in both languages."""

from __future__ import annotations

import pytest

from config.settings import CompartmentSettings, LineSettings, PanelSettings, Size
from firmware_bridge.boards.driver import driver_named, families
from firmware_bridge.errors import LineSettingsError
from firmware_bridge.panel import refuse_unusable

CODES = {"00": "latched", "01": "unlatched"}


def refuse(family: str, *, port: str = "/dev/x", baud: int | None = None, doors: bool = True, **board: object) -> None:
    address = driver_named(family).addresses[1]
    known = {"address": address, "channels": 8} | board
    line = LineSettings.model_validate(
        {"name": "left", "port": port, "family": family, "baud": baud, "boards": [known]}
    )
    door = CompartmentSettings(id="A01", size=Size.S, line="left", board=address, channel=0)
    refuse_unusable([line], [door] if doors else [], PanelSettings())


@pytest.mark.parametrize("family", families())
@pytest.mark.parametrize("baud", [19201, 300])
def test_a_rate_at_which_no_board_of_the_family_runs_is_refused_with_those_at_which_they_do(
    family: str, baud: int
) -> None:
    with pytest.raises(LineSettingsError) as caught:
        refuse(family, baud=baud)
    for words in ("线路 left", "line 'left'", "lines.baud", *map(str, (baud, *driver_named(family).bauds))):
        assert words in str(caught.value)


def test_the_only_rate_of_a_family_is_the_only_one_that_is_taken() -> None:
    with pytest.raises(LineSettingsError, match="baud = 19200, but wkly boards run at 9600; correct it"):
        refuse("wkly", baud=19200)
    refuse("wkly", baud=9600)
    refuse("kerong-cu24", baud=57600)
    refuse("wkly")


def test_a_serial_server_may_be_given_any_rate_for_it_has_its_own() -> None:
    refuse("wkly", port="socket://10.0.0.7:4001", baud=19200)
    with pytest.raises(LineSettingsError):
        refuse("wkly", port="rfc2217://10.0.0.7:4001", baud=19200)


@pytest.mark.parametrize(
    ("codes", "missing"), [({}, "latched, unlatched"), ({"00": "latched"}, "unlatched"), ({"02": "cooling"}, "latched")]
)
def test_boards_whose_status_bytes_mean_nothing_yet_are_refused_with_the_way_to_learn_them(
    codes: dict[str, str], missing: str
) -> None:
    with pytest.raises(LineSettingsError, match=rf"means {missing}.*board walk") as caught:
        refuse("winnsen", status_codes=codes)
    assert "线路 left" in str(caught.value)


def test_a_board_without_compartments_needs_no_status_codes() -> None:
    refuse("winnsen", doors=False)
    refuse("winnsen", status_codes=CODES)
