"""`iris-locker contract`: print the AsyncAPI document, or write the contract's generated files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mqtt import asyncapi

if TYPE_CHECKING:
    SubParsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names it no other way


def register(subparsers: SubParsers) -> None:
    """Add `contract` to the command line."""
    parser = subparsers.add_parser(
        "contract", help="print the AsyncAPI document of the platform contract", description=__doc__
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write asyncapi.json and schemas/ there instead of printing"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print or write; 1 when the folder cannot be written."""
    if options.out is None:
        sys.stdout.write(asyncapi.rendered()[asyncapi.DOCUMENT])
        return 0
    try:
        asyncapi.write(options.out)
    except OSError as error:
        sys.stderr.write(f"contract: {options.out} cannot be written: {error}; name a folder that can\n")
        return 1
    return 0
