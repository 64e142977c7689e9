"""Couriers' and attendants' numbers and PINs: argon2id, and as much work for an unknown number as for a known one."""

from __future__ import annotations

from collections.abc import Iterable

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import Argon2Error, InvalidHashError

from mqtt.contract.messages import StaffPersonal

MOST_MEMORY_KIB = 256 * 1024
"""A hash that asks for more is refused: one entry at the keypad must not starve the box."""

_NOBODY = "nobody's PIN"


class Pins:
    """Checks PINs against the directory's hashes. Blocks for tens of milliseconds: call it in a thread."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._dummies: dict[str, str] = {}

    def check(self, staff: Iterable[tuple[str, StaffPersonal]], number: str, pin: str) -> str | None:
        """The person with that number and PIN; None when either is wrong.

        Args:
            staff: person ids with what is personal, as `Ledger.staff_personal` gives them.
            number: as entered.
            pin: as entered.
        """
        everybody = tuple(staff)
        known = next(((person, entry.pin_hash) for person, entry in everybody if entry.number == number), None)
        if known is not None:
            person, pin_hash = known
            return person if self._matches(pin_hash, pin) else None
        if everybody:
            self._matches(self._dummy_like(everybody[0][1].pin_hash), pin)
        return None

    def _matches(self, pin_hash: str, pin: str) -> bool:
        try:
            if extract_parameters(pin_hash).memory_cost > MOST_MEMORY_KIB:
                return False
            return self._hasher.verify(pin_hash, pin)
        except (Argon2Error, InvalidHashError):
            return False

    def _dummy_like(self, pin_hash: str) -> str:
        """A hash of the same cost as a real one, made once for each cost."""
        cost = pin_hash.rsplit("$", 2)[0]
        if cost not in self._dummies:
            self._dummies[cost] = self._make_dummy(pin_hash)
        return self._dummies[cost]

    def _make_dummy(self, pin_hash: str) -> str:
        try:
            cost = extract_parameters(pin_hash)
        except InvalidHashError:
            return self._hasher.hash(_NOBODY)
        return PasswordHasher(
            time_cost=cost.time_cost,
            memory_cost=min(cost.memory_cost, MOST_MEMORY_KIB),
            parallelism=cost.parallelism,
            hash_len=cost.hash_len,
            salt_len=cost.salt_len,
        ).hash(_NOBODY)
