"""Signed messages of the platform: compact JWS with Ed25519, verified strictly and parsed into the contract's models.

Strict means: the header holds `alg` and `kid` (and perhaps `typ`) and nothing else, so that no message chooses its own
key, curve or critical extension.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Literal, Protocol, TypeVar

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mqtt.contract.base import OpaqueId
from mqtt.contract.messages import Command, Directory
from mqtt.errors import Forged, LinkSettingsInvalid, Malformed, WrongAudience

COMMAND_MAX_CHARS = 16 * 1024
"""A command's claims are some hundred bytes; sixteen kibibytes leave room for any reason in words."""
DIRECTORY_MAX_CHARS = 16 * 1024 * 1024
"""Twenty thousand residents with their personal part are about six mebibytes of JWS."""

_HEADER_MAX_CHARS = 512
_SIGNATURE_CHARS = 86  # 64 bytes in base64url
_KEY_BYTES = 32  # RFC 8032
_KEY_REMEDY = "an Ed25519 public key is base64url of 32 bytes"
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)

_opaque_id = TypeAdapter(OpaqueId)


class _Header(BaseModel):
    """The only protected header that is accepted. RFC 9864 names the algorithm Ed25519, RFC 8037 EdDSA."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    alg: Literal["EdDSA", "Ed25519"]
    kid: str
    typ: str | None = None


class _Ed25519Only(JWSRegistry):
    """Both names of the algorithm mean Ed25519 and no other curve; sizes are those of this contract."""

    max_header_length = _HEADER_MAX_CHARS
    max_payload_length = DIRECTORY_MAX_CHARS
    max_signature_length = _SIGNATURE_CHARS

    def get_alg(self, name: str) -> JWSAlgModel:  # noqa: ARG002 - the header model has fixed the name already
        return self.algorithms["Ed25519"]


class Addressed(Protocol):
    """Claims that name the cabinet they are for."""

    @property
    def audience(self) -> str:
        """Community and cabinet, with a slash between."""


Claims = TypeVar("Claims", Command, Directory)


class Verifier:
    """Opens what the platform signed for one cabinet.

    Args:
        keys: key id to Ed25519 public key, base64url of 32 bytes (`platform.signing_keys` of the settings).
        audience: community/cabinet of this cabinet.

    Raises:
        LinkSettingsInvalid: a key is not an Ed25519 public key.
    """

    def __init__(self, keys: Mapping[str, str], audience: str) -> None:
        self._keys = {kid: _public_key(kid, text) for kid, text in keys.items()}
        self._audience = audience

    def command(self, token: str) -> Command:
        """The command in `token`.

        Raises:
            Malformed, Forged, WrongAudience: see `mqtt.errors`.
        """
        return self._open(token, Command, COMMAND_MAX_CHARS)

    def directory(self, token: str) -> Directory:
        """The directory in `token`; its personal part is still encrypted.

        Raises:
            Malformed, Forged, WrongAudience: see `mqtt.errors`.
        """
        return self._open(token, Directory, DIRECTORY_MAX_CHARS)

    def _open(self, token: str, model: type[Claims], max_chars: int) -> Claims:
        claims = _parse(model, self._payload(token, model.__name__.lower(), max_chars))
        if claims.audience != self._audience:
            raise WrongAudience(f"signed for {claims.audience!r}, but this cabinet is {self._audience!r}")
        return claims

    def _payload(self, token: str, what: str, max_chars: int) -> bytes:
        if len(token) > max_chars:
            raise Malformed(f"a {what} of {len(token)} characters; at most {max_chars} are read")
        if not _COMPACT.fullmatch(token):
            raise Malformed(f"a {what} must be a compact JWS: three parts of base64url with dots between")
        header = _header(token)
        key = self._keys.get(header.kid)
        if key is None:
            raise Forged(f"no signing key {header.kid!r} in platform.signing_keys; known: {sorted(self._keys)}")
        try:
            return jws.deserialize_compact(token, key, registry=_Ed25519Only()).payload
        except (JoseError, ValueError, TypeError) as error:
            raise Forged(f"the signature of this {what} does not hold under key {header.kid!r}") from error


def claimed_command_id(token: str) -> str | None:
    """The command id that a message claims, whoever wrote it; None when none can be read safely.

    Nothing may be concluded from it but what to call the message.
    """
    if len(token) > COMMAND_MAX_CHARS or not _COMPACT.fullmatch(token):
        return None
    try:
        claims = json.loads(decode(token.split(".")[1]))
        return _opaque_id.validate_python(claims["command_id"], strict=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _header(token: str) -> _Header:
    encoded = token.partition(".")[0]
    if len(encoded) > _HEADER_MAX_CHARS:
        raise Malformed(f"a JWS header of {len(encoded)} characters; at most {_HEADER_MAX_CHARS} are read")
    try:
        text = decode(encoded)
    except ValueError as error:
        raise Malformed("the JWS header is not base64url") from error
    try:
        return _Header.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise Forged(f"the JWS header is not {{alg: EdDSA, kid}}: {first_fault(error)}") from error


def _parse(model: type[Claims], payload: bytes) -> Claims:
    try:
        return model.model_validate_json(payload, strict=True)
    except ValidationError as error:
        raise Malformed(
            f"the {model.__name__.lower()}'s claims do not fit the contract: {first_fault(error)}"
        ) from error


def _public_key(kid: str, text: str) -> OKPKey:
    try:
        raw = decode(text)
        key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": text.rstrip("="), "kid": kid})
    except (JoseError, ValueError, TypeError) as error:
        raise LinkSettingsInvalid(f"platform.signing_keys.{kid}: {_KEY_REMEDY} ({error})") from error
    if len(raw) != _KEY_BYTES:
        raise LinkSettingsInvalid(f"platform.signing_keys.{kid}: {_KEY_REMEDY}, not of {len(raw)}")
    return key


def decode(text: str) -> bytes:
    """Base64url without padding, as JOSE writes it.

    Raises:
        ValueError: the length is impossible.
    """
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def first_fault(error: ValidationError) -> str:
    """Where and what, without the input: claims may be personal, and logs are not."""
    fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in fault['loc']) or 'body'}: {fault['msg']}"
