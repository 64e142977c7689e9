"""Keys: what is refused, that every refusal names file and remedy, and that no key is ever said."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from locker.keys import CREDENTIAL, KeyFault, Keys, load_keys, new_keys, write_keys

FIXED = Keys(b"\x01" * 32, b"\x02" * 32, b"\x03" * 32, 'pass"word\\ 密\t')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_keys(tmp_path / "keys.toml", FIXED)
    return tmp_path / "keys.toml"


def refusal(path: Path) -> str:
    """What is said of a file that is refused; never a secret."""
    with pytest.raises(KeyFault) as caught:
        load_keys(path, {})
    said = str(caught.value)
    assert str(path) in said
    for secret in (FIXED.ledger_key, FIXED.code_secret, FIXED.exchange_key):
        assert base64.urlsafe_b64encode(secret).decode().rstrip("=") not in said
    assert caught.value.__cause__ is None or isinstance(caught.value.__cause__, OSError)
    return said


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_written_keys_are_read_back_and_only_their_owner_may_read_them(path: Path) -> None:
    assert load_keys(path, {}) == FIXED
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_new_keys_differ_and_need_no_password(tmp_path: Path) -> None:
    first, second = new_keys(), new_keys()
    assert len({first.ledger_key, first.code_secret, first.exchange_key, second.ledger_key}) == 4
    write_keys(tmp_path / "keys.toml", first)
    assert load_keys(tmp_path / "keys.toml", {}) == first
    assert first.mqtt_password is None


def test_an_existing_key_file_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyFault, match="exists already"):
        write_keys(path, new_keys())
    assert path.read_bytes() == before


def test_neither_repr_nor_format_shows_a_key() -> None:
    assert repr(FIXED) == f"{FIXED}" == f"Keys(fingerprint='{FIXED.fingerprint}')"


def test_the_check_value_tells_ledger_keys_apart_and_is_no_part_of_one() -> None:
    assert FIXED.fingerprint != Keys(b"\x04" * 32, FIXED.code_secret, FIXED.exchange_key).fingerprint
    assert FIXED.fingerprint == Keys(FIXED.ledger_key, b"\x05" * 32, b"\x06" * 32).fingerprint
    assert FIXED.fingerprint not in FIXED.ledger_key.hex()


def test_the_public_key_belongs_to_the_private_one() -> None:
    public = X25519PrivateKey.from_private_bytes(FIXED.exchange_key).public_key().public_bytes_raw()
    assert base64.urlsafe_b64decode(FIXED.encryption_key + "=") == public


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o644])
def test_a_file_that_others_may_touch_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    assert f"mode {mode:04o}" in (said := refusal(path))
    assert "chmod 600" in said


def test_a_file_of_another_owner_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert f"belongs to user {owner}" in refusal(path)


def test_a_missing_file_says_how_to_restore_it(tmp_path: Path) -> None:
    assert "restore it from its safe copy" in refusal(tmp_path / "keys.toml")


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    refusal(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version = 1", "version = 2", "version 2; this program reads version 1"),
        ("version = 1\n", "", "version: missing"),
        ("ledger_key", "leger_key", "leger_key: extra_forbidden"),
        ('ledger_key = "', 'ledger_key = "AQEB', "ledger_key has 35 bytes, it needs 32"),
        ('code_secret = "', 'code_secret = "!', "code_secret is not base64url"),
        ('exchange_key = "', 'exchange_key = 5 #"', "exchange_key: string_type"),
        ('exchange_key = "', 'exchange_key = ""', "is not valid TOML"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(path: Path, old: str, new: str, said: str) -> None:
    change(path, old, new)
    assert said in refusal(path)


def test_a_systemd_credential_is_used_when_the_file_is_absent(path: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent.toml"
    variables = {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}
    (tmp_path / "credentials").mkdir()
    path.rename(tmp_path / "credentials" / CREDENTIAL)
    (tmp_path / "credentials" / CREDENTIAL).chmod(0o440)
    assert load_keys(absent, variables) == FIXED
    assert "absent.toml" in refusal(absent)


def test_a_file_goes_before_a_credential_and_a_credential_that_is_not_there_is_named(
    path: Path, tmp_path: Path
) -> None:
    variables = {"CREDENTIALS_DIRECTORY": str(tmp_path / "nowhere")}
    assert load_keys(path, variables) == FIXED
    with pytest.raises(KeyFault, match=CREDENTIAL):
        load_keys(tmp_path / "absent.toml", variables)
