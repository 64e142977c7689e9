"""The cabinet's secrets: where they are kept, what is refused, and a check value that gives nothing away.

They live outside the ledger, in a file that only its owner may read, or in a systemd credential.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import BaseModel, ConfigDict, ValidationError

KEY_BYTES = 32
CREDENTIAL = "iris-locker-keys"
"""Name of the systemd credential (`LoadCredential=iris-locker-keys:...`)."""


class KeyFault(Exception):
    """The keys cannot be used; the message names the file and the remedy, and never a key."""


@dataclass(frozen=True, repr=False)
class Keys:
    """Everything secret on this cabinet. Its repr shows the check value alone."""

    ledger_key: bytes
    """Wraps the key of every person in the ledger (AES-256)."""
    code_secret: bytes
    """Shared with the platform; pickup codes and one-time digests are made with it."""
    exchange_key: bytes
    """X25519 private key, to which the platform encrypts the personal part of the directory."""
    mqtt_password: str | None = None

    @property
    def fingerprint(self) -> str:
        """Check value of the ledger key: tells a wrong key from the right one, and nothing else."""
        return hmac.new(self.ledger_key, b"iris-locker ledger key check 1", sha256).hexdigest()[:32]

    @property
    def encryption_key(self) -> str:
        """The X25519 public key, base64url, as `about` publishes it."""
        return _encode(X25519PrivateKey.from_private_bytes(self.exchange_key).public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"Keys(fingerprint={self.fingerprint!r})"


class _KeyFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    version: int
    ledger_key: str
    code_secret: str
    exchange_key: str
    mqtt_password: str | None = None


def new_keys(random: Callable[[int], bytes] = os.urandom, *, mqtt_password: str | None = None) -> Keys:
    """Fresh keys for a new cabinet."""
    return Keys(random(KEY_BYTES), random(KEY_BYTES), random(KEY_BYTES), mqtt_password)


def write_keys(path: Path, keys: Keys) -> None:
    """Write a new key file, readable by its owner only. An existing file is never touched.

    Raises:
        KeyFault: the file exists already or cannot be written.
    """
    lines = [
        "# Keys of one cabinet. Keep a copy in a safe place: without them the ledger cannot be read.",
        "version = 1",
    ]
    secrets = {"ledger_key": keys.ledger_key, "code_secret": keys.code_secret, "exchange_key": keys.exchange_key}
    lines += [f'{name} = "{_encode(key)}"' for name, key in secrets.items()]
    if keys.mqtt_password is not None:
        lines.append(f"mqtt_password = {_toml_string(keys.mqtt_password)}")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(descriptor)
    except FileExistsError as error:
        raise KeyFault(f"{path} exists already; move it away first if new keys are really wanted") from error
    except OSError as error:
        raise KeyFault(f"cannot write {path}: {error.strerror}") from error


def load_keys(path: Path, environment: Mapping[str, str] | None = None) -> Keys:
    """Read the key file; where it is absent, the systemd credential, if there is one.

    Raises:
        KeyFault: nothing is there, somebody else could read it, or a value is wrong.
    """
    variables = os.environ if environment is None else environment
    if not path.exists() and "CREDENTIALS_DIRECTORY" in variables:
        # systemd guards that folder itself, and shows its access lists as group bits.
        credential = Path(variables["CREDENTIALS_DIRECTORY"]) / CREDENTIAL
        return _parse(credential, _read(credential, guarded=True))
    return _parse(path, _read(path, guarded=False))


def _read(path: Path, *, guarded: bool) -> bytes:
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise KeyFault(f"{path} is not a regular file; name the key file in storage.keys")
            if not guarded:
                _refuse_if_open_to_others(path, found)
            return file.read()
    except FileNotFoundError as error:
        raise KeyFault(
            f"there is no key file {path}; restore it from its safe copy, or make one with `iris-locker keys` "
            "if the cabinet is new"
        ) from error
    except OSError as error:
        raise KeyFault(f"cannot read {path}: {error.strerror}; run as its owner") from error


def _refuse_if_open_to_others(path: Path, found: os.stat_result) -> None:
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        raise KeyFault(f"{path} has mode {mode:04o} and others may read it; run `chmod 600 {path}` and renew the keys")
    if found.st_uid != os.geteuid():
        raise KeyFault(
            f"{path} belongs to user {found.st_uid}, the daemon runs as {os.geteuid()}; "
            f"run `chown {os.geteuid()} {path}`"
        )


def _parse(path: Path, content: bytes) -> Keys:
    try:
        table = _KeyFile.model_validate(tomllib.loads(content.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # The parser's message may quote the line, and the line may be a key.
        raise KeyFault(f"{path} is not valid TOML; restore it from its safe copy") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in error.errors())
        raise KeyFault(f"{path} has keys that cannot be used ({faults}); restore it from its safe copy") from None
    if table.version != 1:
        raise KeyFault(f"{path} has version {table.version}; this program reads version 1")
    return Keys(
        ledger_key=_decode(path, "ledger_key", table.ledger_key),
        code_secret=_decode(path, "code_secret", table.code_secret),
        exchange_key=_decode(path, "exchange_key", table.exchange_key),
        mqtt_password=table.mqtt_password,
    )


def _decode(path: Path, name: str, value: str) -> bytes:
    try:
        key = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise KeyFault(f"{path}: {name} is not base64url; restore the file from its safe copy") from None
    if len(key) != KEY_BYTES:
        raise KeyFault(
            f"{path}: {name} has {len(key)} bytes, it needs {KEY_BYTES}; restore the file from its safe copy"
        )
    return key


def _encode(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode("ascii")


def _toml_string(text: str) -> str:
    escaped = "".join(
        f"\\u{ord(char):04x}" if ord(char) < 0x20 or char in '"\\\x7f' else char  # noqa: PLR2004 - TOML's control range
        for char in text
    )
    return f'"{escaped}"'
