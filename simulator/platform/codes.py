"""The codes that people type, derived as the contract says; nobody stores or sends a pickup code."""

from __future__ import annotations

import hashlib
import hmac

PICKUP_DIGITS = 8


def pickup_code(secret: bytes, consignment: str, nonce: int) -> str:
    """Eight digits: RFC 4226 dynamic truncation of HMAC-SHA-256 over "{consignment}:{nonce}"."""
    mac = hmac.digest(secret, f"{consignment}:{nonce}".encode(), hashlib.sha256)
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**PICKUP_DIGITS).zfill(PICKUP_DIGITS)


def one_time_digest(secret: bytes, kind: str, credential: str, code: str) -> str:
    """How a one-time code stands in the directory: HMAC-SHA-256 over "{kind}:{credential}:{code}", in hexadecimal."""
    return hmac.digest(secret, f"{kind}:{credential}:{code}".encode(), hashlib.sha256).hex()
