"""What the platform knows of people, parcels and codes, and the directories that it makes of them for a cabinet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher

from simulator.platform.clock import Now, instant
from simulator.platform.codes import one_time_digest
from simulator.platform.community import CODE_DIGITS, Community, Mint, OneTimeCode, Parcel, Resident, Staff
from simulator.platform.copy import Copy
from simulator.platform.jose import seal

CODES_LAST = timedelta(days=30)
PIN_HASHER = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
"""Light on purpose: the demo starts at once. A real platform hashes harder."""


class UnknownEntry(Exception):
    """A person or consignment that the platform does not know."""


class Registry:
    """The community as it stands. Versions of the directory count up from the one last issued.

    Args:
        audience: community/cabinet, as the cabinet's directories name it.
    """

    def __init__(self, community: Community, mint: Mint, code_secret: bytes, audience: str, now: Now) -> None:
        """Begin with `community`; nothing is issued yet."""
        self.residents: tuple[Resident, ...] = community.residents
        self.staff: tuple[Staff, ...] = community.staff
        self.delegates = community.delegates
        self.parcels = {parcel.consignment: parcel for parcel in community.parcels}
        self.codes = {code.credential: code for code in community.codes}
        self.issued = 0
        self._mint = mint
        self._secret = code_secret
        self._audience = audience
        self._now = now
        self._pins = {member.person: PIN_HASHER.hash(member.pin) for member in self.staff}

    def new_parcel(self, wish: Parcel) -> Parcel:
        """Remember one more parcel.

        Raises:
            UnknownEntry: its recipient is no resident.
        """
        self.resident(wish.recipient)
        self.parcels[wish.consignment] = wish
        return wish

    def new_delegate_code(self, consignment: str) -> OneTimeCode:
        """A code with which somebody else may fetch one consignment.

        Raises:
            UnknownEntry: there is no such consignment.
        """
        if consignment not in self.parcels:
            raise UnknownEntry(f"no consignment {consignment}; see /api/consignments")
        recipient = self.parcels[consignment].recipient
        code = OneTimeCode(
            self._mint.opaque("cred"), "delegate", self._mint.digits(CODE_DIGITS), recipient, consignment
        )
        self.codes[code.credential] = code
        return code

    def new_deposit_code(self, consignment: str) -> OneTimeCode:
        """A one-time code with which a resident puts in what a courier is to take along."""
        sender = self.parcels[consignment].recipient
        code = OneTimeCode(self._mint.opaque("cred"), "deposit", self._mint.digits(CODE_DIGITS), sender, consignment)
        self.codes[code.credential] = code
        return code

    def mint_ids(self) -> tuple[str, str]:
        """A consignment id and a waybill that were never used."""
        return self._mint.opaque("con"), self._mint.waybill()

    def mint_command(self) -> str:
        """A command id that was never used."""
        return self._mint.opaque("cmd")

    def resident(self, person: str) -> Resident:
        """A resident by opaque id.

        Raises:
            UnknownEntry: there is none.
        """
        for resident in self.residents:
            if resident.person == person:
                return resident
        raise UnknownEntry(f"no resident {person}; see /api/people")

    def full(self, sealed_for: str, copy: Copy | None) -> str:
        """Claims of a full directory: everybody, parcels that are still only expected, and codes still open.

        Args:
            sealed_for: the cabinet's X25519 public key (base64url).
            copy: tells what has moved on; None when nothing is known of the cabinet.
        """
        applied = (copy.directory_version if copy else None) or 0
        self.issued = max(self.issued, applied) + 1
        states = {name: known.state for name, known in copy.consignments.items()} if copy else {}
        spent = {name for name, known in copy.credentials.items() if known.state != "open"} if copy else set()
        parcels = [parcel for parcel in self.parcels.values() if states.get(parcel.consignment) in (None, "expected")]
        codes = [code for code in self.codes.values() if code.credential not in spent]
        return self._claims(sealed_for, None, (self.residents, self.staff), parcels, codes)

    def difference(self, sealed_for: str, parcels: Sequence[Parcel] = (), codes: Sequence[OneTimeCode] = ()) -> str:
        """Claims of a directory that only adds to the last issued one."""
        base, self.issued = self.issued, self.issued + 1
        return self._claims(sealed_for, base, ((), ()), parcels, codes)

    def _claims(
        self,
        sealed_for: str,
        base: int | None,
        people: tuple[Sequence[Resident], Sequence[Staff]],
        parcels: Sequence[Parcel],
        codes: Iterable[OneTimeCode],
    ) -> str:
        residents, staff = people
        claims: dict[str, Any] = {
            "audience": self._audience,
            "version": self.issued,
            "issued_at": instant(self._now()),
            "residents": [{"person": who.person, "household": who.household} for who in residents],
            "staff": [{"person": who.person, "role": who.role, "carrier": who.carrier} for who in staff],
            "expected": [_expected(parcel) for parcel in parcels],
            "codes": [self._code(code) for code in codes],
            "personal": seal(json.dumps(self._personal(residents, staff, parcels), ensure_ascii=False), sealed_for),
        }
        if base is not None:
            claims["base"] = base
        return json.dumps(claims)

    def _personal(
        self, residents: Sequence[Resident], staff: Sequence[Staff], parcels: Sequence[Parcel]
    ) -> dict[str, Any]:
        return {
            "residents": {
                who.person: {"name": who.name, "room": who.room, "phone_tail": who.phone_tail} for who in residents
            },
            "staff": {
                who.person: {"name": who.name, "number": who.number, "pin_hash": self._pins[who.person]}
                for who in staff
            },
            "consignments": {parcel.consignment: {"waybill": parcel.waybill} for parcel in parcels},
        }

    def _code(self, code: OneTimeCode) -> dict[str, Any]:
        issued: dict[str, Any] = {
            "credential": code.credential,
            "kind": code.kind,
            "digest": one_time_digest(self._secret, code.kind, code.credential, code.code),
            "not_after": instant(self._now() + CODES_LAST),
        }
        if code.kind == "delegate":
            return issued | {"consignment": code.consignment}
        return issued | {"person": code.person}


def _expected(parcel: Parcel) -> dict[str, Any]:
    return {
        "consignment": parcel.consignment,
        "service": parcel.service,
        "direction": parcel.direction,
        "recipient": parcel.recipient,
        "carrier": parcel.carrier,
        "size": parcel.size,
        "deadline_h": parcel.deadline_h,
    }
