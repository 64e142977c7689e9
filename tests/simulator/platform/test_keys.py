from pathlib import Path

import pytest

from simulator.platform.keys import SecretsFault, load_keys

GOOD = f'signing_key = "{"A" * 43}"\nkid = "p1"\ncode_secret = "{"B" * 42}A="\n'


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "platform.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_good_file_is_read_and_its_secrets_are_not_shown(tmp_path: Path) -> None:
    keys = load_keys(written(tmp_path, GOOD))
    assert (keys.kid, len(keys.signing_key), len(keys.code_secret)) == ("p1", 32, 32)
    assert repr(keys) == "PlatformKeys(kid='p1')"


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        (GOOD, 0o640, "chmod 600"),
        ("kid = ", 0o600, "not TOML"),
        (GOOD + "more = 1\n", 0o600, "unknown: more"),
        ('kid = "p1"\n', 0o600, "code_secret, signing_key"),
        (GOOD.replace('"p1"', "1"), 0o600, "kid must be"),
        (GOOD.replace("A" * 43, "A" * 10), 0o600, "signing_key has"),
        (GOOD.replace("A" * 43, "*" * 43), 0o600, "signing_key is not base64url"),
        (GOOD.replace(f'"{"A" * 43}"', "7"), 0o600, "signing_key is not text"),
    ],
)
def test_a_wrong_file_is_refused_with_its_remedy(tmp_path: Path, text: str, mode: int, words: str) -> None:
    with pytest.raises(SecretsFault, match=words) as refused:
        load_keys(written(tmp_path, text, mode))
    assert "platform.toml" in str(refused.value)
    assert "BBBB" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretsFault, match="cannot be read"):
        load_keys(tmp_path / "none.toml")
