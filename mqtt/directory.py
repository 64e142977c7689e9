"""The platform's directory: verified, put in its place among the versions, and its personal part decrypted.

Nothing is applied here: the caller writes what this returns into its ledger in one transaction.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mqtt.contract.messages import Directory, PersonalPart
from mqtt.errors import DirectoryGap, DirectoryStale, Malformed, PersonalPartUnreadable
from mqtt.signed import DIRECTORY_MAX_CHARS, Verifier, decode, first_fault


class OpenedDirectory(NamedTuple):
    """A directory that may be applied, and what is personal in it (empty when it brought none)."""

    directory: Directory
    personal: PersonalPart


class _EphemeralKey(BaseModel):
    """The sender's X25519 key of one message (RFC 8037)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kty: Literal["OKP"]
    crv: Literal["X25519"]
    x: str = Field(min_length=43, max_length=43)


class _Header(BaseModel):
    """The only JWE header that is accepted: no compression, so that a small message stays small."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    alg: Literal["ECDH-ES"]
    enc: Literal["A256GCM"]
    epk: _EphemeralKey
    kid: str | None = None
    typ: str | None = None
    cty: str | None = None


class _DirectRegistry(jwe.JWERegistry):
    """Sizes of this contract; the algorithms are fixed by the header model."""

    max_ciphertext_length = DIRECTORY_MAX_CHARS


class DirectoryReader:
    """Opens directories for one cabinet.

    Args:
        verifier: whom this cabinet believes.
        key: the X25519 key whose public half `about` announces.
    """

    def __init__(self, verifier: Verifier, key: X25519PrivateKey) -> None:
        self._verifier = verifier
        self._key = OKPKey.import_key(key)

    def read(self, token: str, in_force: int) -> OpenedDirectory:
        """The directory in `token`, if it may follow version `in_force` (0: there is none yet).

        Pure and without waiting, but a large list takes tens of milliseconds: call it off the event loop.

        Raises:
            Malformed, Forged, WrongAudience: it is not the platform's word to this cabinet.
            DirectoryStale, DirectoryGap: it is, but does not apply on `in_force`.
            PersonalPartUnreadable: the encrypted part does not open.
        """
        directory = self._verifier.directory(token)
        _check_order(directory, in_force)
        return OpenedDirectory(directory, self._personal(directory.personal))

    def _personal(self, token: str | None) -> PersonalPart:
        if token is None:
            return PersonalPart()
        try:
            _Header.model_validate_json(decode(token.partition(".")[0]), strict=True)
            opened = jwe.decrypt_compact(token, self._key, registry=_DirectRegistry(algorithms=["ECDH-ES", "A256GCM"]))
            return PersonalPart.model_validate_json(opened.plaintext or b"", strict=True)
        except ValidationError as error:
            raise PersonalPartUnreadable(
                f"the personal part does not fit the contract: {first_fault(error)}"
            ) from error
        except (JoseError, ValueError, TypeError) as error:
            raise PersonalPartUnreadable(
                "the personal part does not decrypt; the platform must encrypt it to the key that `about` announces"
            ) from error


def _check_order(directory: Directory, in_force: int) -> None:
    version, base = directory.version, directory.base
    if base is not None and base >= version:
        raise Malformed(f"directory {version} is said to build on {base}, which is not older")
    if version <= in_force:
        raise DirectoryStale(f"directory {version} is not newer than {in_force}, which is in force")
    if base is not None and base != in_force:
        raise DirectoryGap(f"directory {version} builds on {base}, but {in_force} is in force; send a full directory")
