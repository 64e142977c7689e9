"""Hook bytes to hook bits, for the families that send eight hooks in a byte."""

from __future__ import annotations

from config.settings import BitOrder


def hook_bits(data: bytes, order: BitOrder) -> tuple[bool, ...]:
    """Eight bits a byte, the first byte's first channel first; `order` says where in a byte that channel stands."""
    places = range(8) if order == "lowest-first" else range(7, -1, -1)
    return tuple(bool(byte >> place & 1) for byte in data for place in places)
