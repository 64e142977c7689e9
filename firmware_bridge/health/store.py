"""The file of the locks' health, beside the ledger: written whole, seldom, and never in the way of the doors.

It is no part of the ledger: nothing that anybody may do depends on it, and an hour of it may be lost (see
docs/decisions/lock-health.md).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from firmware_bridge.errors import BridgeError
from firmware_bridge.health.book import Records

FILE_NAME: Final = "lock-health.json"
LARGEST_BYTES: Final = 4_000_000
"""Some thousand locks; a larger file is none of ours, and is not read into memory."""


class HealthFileError(BridgeError):
    """The file cannot be read; it says why and what to do."""


def health_file(ledger: Path) -> Path:
    """Where the file stands: beside the ledger."""
    return ledger.parent / FILE_NAME


def read(path: Path) -> Records | None:
    """What was written; None when nothing ever was.

    Raises:
        HealthFileError: it is damaged, of another version, or may not be read.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_BYTES + 1)
        if len(text) > LARGEST_BYTES:
            raise HealthFileError(f"lock health {path} is larger than {LARGEST_BYTES} bytes; move it away")
        return Records.model_validate_json(text)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HealthFileError(f"lock health {path} cannot be read: {error}; check its owner and mode") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise HealthFileError(
            f"lock health {path} is damaged at {where}: {first['msg']}; move it away, and the locks are learned anew"
        ) from error


def write(path: Path, records: Records) -> None:
    """Replace the file by one that holds `records`: after a power cut it is the old or the new one.

    Raises:
        OSError: the disk is full, or the folder may not be written to.
    """
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(records.model_dump_json().encode())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def set_aside(path: Path) -> Path:
    """Move a damaged file out of the way; says where to."""
    return path.replace(path.with_suffix(".damaged"))
