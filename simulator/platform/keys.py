"""The platform's secrets: the key it signs with, and the secret from which it derives codes as the cabinet does."""

from __future__ import annotations

import base64
import binascii
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32
FIELDS = frozenset({"signing_key", "kid", "code_secret"})


class SecretsFault(Exception):
    """The secrets file cannot be used; the message names the file, the field and the remedy, never a secret."""


@dataclass(frozen=True)
class PlatformKeys:
    """What the secrets file holds."""

    kid: str
    signing_key: bytes = field(repr=False)
    code_secret: bytes = field(repr=False)


def load_keys(path: Path) -> PlatformKeys:
    """Read the secrets file (TOML; base64url values; readable by its owner alone).

    Raises:
        SecretsFault: the file is missing, open to others, or not as described.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SecretsFault(f"{path}: cannot be read ({error.strerror}); give --secrets the platform's file") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretsFault(f"{path}: others may read it (mode {stat.S_IMODE(mode):04o}); run chmod 600 on it")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SecretsFault(f"{path}: not TOML: {error}") from error
    if set(values) != FIELDS:
        wrong = ", ".join(sorted(set(values) ^ FIELDS))
        raise SecretsFault(f"{path}: missing or unknown: {wrong}; it holds exactly {', '.join(sorted(FIELDS))}")
    if not isinstance(values["kid"], str) or not values["kid"]:
        raise SecretsFault(f"{path}: kid must be a name, such as 'platform-1'")
    return PlatformKeys(
        kid=values["kid"],
        signing_key=_key(path, "signing_key", values["signing_key"]),
        code_secret=_key(path, "code_secret", values["code_secret"]),
    )


def _key(path: Path, name: str, value: object) -> bytes:
    if not isinstance(value, str):
        raise SecretsFault(f"{path}: {name} is not text")
    text = value.rstrip("=")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise SecretsFault(f"{path}: {name} is not base64url text") from error
    if len(raw) != KEY_BYTES:
        raise SecretsFault(f"{path}: {name} has {len(raw)} bytes instead of {KEY_BYTES}")
    return raw
