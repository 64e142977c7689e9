"""Signing to the cabinet and sealing for it (jwcrypto; the cabinet uses another library)."""

from __future__ import annotations

import base64
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwcrypto.common import JWException
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

KEY_CHARS = 43


class UnusableKey(Exception):
    """The cabinet's `about` carries no X25519 public key that anything could be sealed for."""


def b64u(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


class Signer:
    """Signs claims as a compact JWS with Ed25519."""

    def __init__(self, private: bytes, kid: str) -> None:

        public = Ed25519PrivateKey.from_private_bytes(private).public_key()
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._key = JWK(kty="OKP", crv="Ed25519", d=b64u(private), x=b64u(raw))
        self._kid = kid

    def sign(self, claims: str) -> str:
        """The compact JWS of `claims` (a JSON text)."""
        token = JWS(claims.encode())
        token.add_signature(self._key, None, json.dumps({"alg": "EdDSA", "kid": self._kid}))
        compact: str = token.serialize(compact=True)
        return compact


def seal(plaintext: str, public: str) -> str:
    """The compact JWE (ECDH-ES, A256GCM) of `plaintext` for an X25519 public key (base64url of 32 bytes).

    Raises:
        UnusableKey: `public` is no such key.
    """
    if len(public) != KEY_CHARS:
        raise UnusableKey(
            f"encryption_key of `about` has {len(public)} characters; base64url of 32 bytes has {KEY_CHARS}"
        )
    try:
        key = JWK(kty="OKP", crv="X25519", x=public)
        box = JWE(plaintext.encode(), protected=json.dumps({"alg": "ECDH-ES", "enc": "A256GCM"}))
        box.add_recipient(key)
        compact: str = box.serialize(compact=True)
    except (ValueError, JWException) as error:
        raise UnusableKey(f"encryption_key {public!r} of `about` is no X25519 public key: {error}") from error
    return compact
