"""What the platform signs and seals with, by another JOSE library than the cabinet's."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

AUDIENCE = "willow/east-1"


def b64u(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class PlatformKeys:
    """One signing key `k1`, and the cabinet's X25519 key."""

    def __init__(self) -> None:
        private = Ed25519PrivateKey.generate()
        self.public = {"k1": b64u(private.public_key().public_bytes_raw())}
        self._key = JWK(
            kty="OKP",
            crv="Ed25519",
            d=b64u(private.private_bytes_raw()),
            x=b64u(private.public_key().public_bytes_raw()),
        )
        self.raw_sign = private.sign
        self.cabinet = X25519PrivateKey.generate()

    def sign(self, claims: Any, header: dict[str, Any] | None = None) -> str:
        text = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        token = JWS(text)
        token.add_signature(self._key, None, json.dumps(header or {"alg": "EdDSA", "kid": "k1"}))
        return str(token.serialize(compact=True))

    def seal(self, plaintext: Any, header: dict[str, Any] | None = None, to: X25519PrivateKey | None = None) -> str:
        public = (to or self.cabinet).public_key().public_bytes_raw()
        text = plaintext if isinstance(plaintext, bytes) else json.dumps(plaintext).encode()
        box = JWE(text, protected=json.dumps({"alg": "ECDH-ES", "enc": "A256GCM"} | (header or {})))
        box.add_recipient(JWK(kty="OKP", crv="X25519", x=b64u(public)))
        return str(box.serialize(compact=True))

    def command(self, command_id: str = "c-1", body: dict[str, Any] | None = None, **other: Any) -> str:
        return self.sign(command_claims(command_id, body, **other))


def command_claims(command_id: str = "c-1", body: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
    return {
        "command_id": command_id,
        "audience": AUDIENCE,
        "issued_at": "2026-03-01T08:00:00.000Z",
        "not_after": "2026-03-01T08:05:00.000Z",
        "body": body or {"kind": "open", "compartment": "A01", "reason": "a resident has lost the code"},
    } | other
