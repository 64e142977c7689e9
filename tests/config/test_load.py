"""Settings: strict keys, errors that name the key and the remedy."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from config.load import SettingsError, load_settings
from config.settings import Service, Size

EXAMPLE = Path(__file__).parents[2] / "config" / "examples" / "two-boards.toml"


def changed(tmp_path: Path, old: str, new: str) -> Path:
    source = EXAMPLE.read_text(encoding="utf-8")
    assert old in source
    target = tmp_path / "site.toml"
    target.write_text(source.replace(old, new, 1), encoding="utf-8")
    return target


def test_the_example_site_has_36_compartments_in_three_sizes_on_two_families() -> None:
    settings = load_settings(EXAMPLE)
    sizes = Counter(compartment.size for compartment in settings.compartments)
    assert sum(sizes.values()) == 36
    assert set(sizes) == {Size.S, Size.M, Size.L}
    assert len({line.family for line in settings.lines}) == 2


def test_paths_count_from_the_settings_file() -> None:
    assert load_settings(EXAMPLE).storage.ledger == EXAMPLE.parent / "data/ledger.sqlite3"


def test_every_service_has_a_policy_and_medicine_goes_to_the_recipient_only() -> None:
    services = load_settings(EXAMPLE).services
    assert set(services) == set(Service)
    assert services[Service.MEDICINE].collectors == "recipient"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("coils_at_once", "coil_at_once", "panel.coil_at_once: 未知的键 unknown key; did you mean 'coils_at_once'?"),
        ("[camera]", "[kamera]", "kamera: 未知的键 unknown key; did you mean 'camera'?"),
        ("address = 0", "adress = 0", "did you mean 'address'?"),
        ("usb-0:2:1.0-port0", "usb-0:1:1.0-port0", "two lines have the same port"),
        ('family = "kerong-cu24"', 'family = "kerong-cu24"\nbaud = 0', "lines.0.baud: "),
        ('family = "kerong-cu24"', 'family = "KERONG CU24"', "lines.0.family: "),
        ('host = "platform.example.org"', "", "mqtt.host: 缺少，请补上 missing; add it"),
        ("channels = 12", "channels = 11", "compartment E08 needs channel 11"),
        ("first_channel = 8", "first_channel = 7", "compartments A08 and B01 share one lock"),
        ("first_channel = 4", "channels = [4, 5]", "column E has 8 sizes and 2 channels"),
        ('first_channel = 0\nsizes = ["M"', 'channels = [0, 1, 2, "1:x"]\nsizes = ["M"', "columns.3.channels.3"),
        ("first_channel = 4", "first_channel = 4\nchannels = [4, 5, 6, 7, 8, 9, 10, 11]", "remove one"),
        ('line = "right"', 'line = "wrong"', "names line 'wrong', which is not in [[lines]]"),
        ('timezone = "Asia/Shanghai"', 'timezone = "Asia/Atlantis"', "unknown time zone 'Asia/Atlantis'"),
        ("match_rate = 1e-6", "match_rate = 5e-324", "iris.false_match_rate: 不能小于 1e-12 must be at least 1e-12"),
        ("[site]", "[site", "is not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(changed(tmp_path, old, new))
    assert said in str(caught.value)


def test_a_column_wired_out_of_order_names_the_lock_of_each_compartment(tmp_path: Path) -> None:
    locks = '[11, "left:0:23", 9, 8, 7, 6, "1:5", 4]'
    source = EXAMPLE.read_text(encoding="utf-8").replace("first_channel = 4", f"channels = {locks}")
    source = source.replace('"M", "M", "M", "M", "M", "M", "L", "L"', '"M", "M", "M", "M", "M", "M", "L"')
    target = tmp_path / "site.toml"
    target.write_text(source, encoding="utf-8")
    column = [each for each in load_settings(target).compartments if each.id.startswith("E")]
    assert [each.id for each in column] == [f"E{number:02d}" for number in range(1, 9)]
    places = [(each.line, each.board, each.channel) for each in column]
    assert places[:3] == [("right", 1, 11), ("left", 0, 23), ("right", 1, 9)]
    assert places[6] == ("right", 1, 5)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot read .*nowhere\.toml"):
        load_settings(tmp_path / "nowhere.toml")
