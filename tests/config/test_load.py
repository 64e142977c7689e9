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
        ("coils_at_once", "coil_at_once", "panel.coil_at_once: unknown key; did you mean 'coils_at_once'?"),
        ("[camera]", "[kamera]", "kamera: unknown key; did you mean 'camera'?"),
        ("address = 0", "adress = 0", "did you mean 'address'?"),
        ('family = "kerong-cu24"', 'family = "KERONG CU24"', "lines.0.family: "),
        ('host = "platform.example.org"', "", "mqtt.host: missing; add it"),
        ("channels = 12", "channels = 11", "compartment E08 needs channel 11"),
        ("first_channel = 8", "first_channel = 7", "compartments A08 and B01 share one lock"),
        ('line = "right"', 'line = "wrong"', "names line 'wrong', which is not in [[lines]]"),
        ('timezone = "Asia/Shanghai"', 'timezone = "Asia/Atlantis"', "unknown time zone 'Asia/Atlantis'"),
        ("[site]", "[site", "is not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(changed(tmp_path, old, new))
    assert said in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot read .*nowhere\.toml"):
        load_settings(tmp_path / "nowhere.toml")
