"""`iris-locker ledger verify | export | state`: all only read, need no keys, and may run beside the daemon."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from config.load import SettingsError, load_settings
from locker.ledger.errors import LedgerFault
from locker.ledger.exporting import dump_state, export_rows
from locker.ledger.opening import connect_read_only
from locker.ledger.verification import verify


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `ledger` and its words to the command line."""
    ledger = subparsers.add_parser("ledger", help="walk the hash chain; export it for an audit")
    words = ledger.add_subparsers(dest="word", required=True, metavar="verify|export|state")
    verifying = words.add_parser("verify", help="check the chain, replay it, and compare the tables")
    verifying.add_argument("--config", type=Path, required=True, metavar="FILE")
    verifying.set_defaults(run=_verify)
    exporting = words.add_parser("export", help="write the journal as JSON lines")
    exporting.add_argument("--config", type=Path, required=True, metavar="FILE")
    exporting.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl")
    exporting.set_defaults(run=_export)
    state = words.add_parser("state", help="print the state that the journal's events make, as JSON")
    state.add_argument("--config", type=Path, required=True, metavar="FILE")
    state.set_defaults(run=_state)


def _verify(arguments: argparse.Namespace) -> int:
    try:
        db = connect_read_only(load_settings(arguments.config).storage.ledger)
    except (SettingsError, LedgerFault) as error:
        return _fail(error)
    try:
        found = verify(db)
    finally:
        db.close()
    if found.fault is not None:
        print(f"BROKEN at row {found.fault.seq}: {found.fault.cause}")
        print(f"{found.rows} rows before it hold; keep the file, and restore the last copy that holds")
        return 1
    print(f"ledger {found.ledger_id}: {found.rows} rows hold, and the tables say what they say")
    print(f"last hash {found.last_hash}")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    try:
        db = connect_read_only(load_settings(arguments.config).storage.ledger)
    except (SettingsError, LedgerFault) as error:
        return _fail(error)
    try:
        rows = export_rows(db, arguments.out)
    except OSError as error:
        return _fail(f"cannot write {arguments.out}: {error.strerror}")
    finally:
        db.close()
    print(f"{rows} rows written to {arguments.out}")
    return 0


def _state(arguments: argparse.Namespace) -> int:
    try:
        db = connect_read_only(load_settings(arguments.config).storage.ledger)
    except (SettingsError, LedgerFault) as error:
        return _fail(error)
    try:
        print(json.dumps(dump_state(db), ensure_ascii=False))
    finally:
        db.close()
    return 0


def _fail(error: object) -> int:
    print(error, file=sys.stderr)
    return 2
