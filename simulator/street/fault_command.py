"""`python -m simulator fault`: make a running street faulty, or see what is wrong there."""

from __future__ import annotations

import argparse
import sys

import httpx

from simulator.boards.faults import LineFaults
from simulator.doors.faults import DoorFaults
from simulator.doors.supply import SupplyFaults
from simulator.street.fault_words import ADAPTER_ACTS, DOOR_ACTS

TIMEOUT_S = 10.0

EVERY_WORD = f"""\
Of a line, such as left.noise=0.01:
  {", ".join(LineFaults.model_fields)},
  adapter={"|".join(ADAPTER_ACTS)}
Of a door and its lock, such as A03.jam=hard:
  {", ".join(DoorFaults.model_fields)}, celsius,
  hand={"|".join(DOOR_ACTS)}
Of the power supply, such as supply.strength=0.5:
  {", ".join(SupplyFaults.model_fields)}
Lists are written with commas: left.dead=0,1. `ok` puts right: left.noise=ok, A03=ok, supply=ok.
"""
"""What the command's help says of every fault there is."""


def main(argv: list[str]) -> int:
    """Set faults and print all there are, one a line; returns 1 when the street refuses, 2 when it does not answer."""
    options = _parser().parse_args(argv)
    try:
        with httpx.Client(base_url=options.url, timeout=TIMEOUT_S, trust_env=False) as street:
            if options.words:
                answer = street.post("/api/faults", json={"set": options.words})
            else:
                answer = street.get("/api/faults")
            said = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        print(f"fault: no street answers at {options.url}: {error!r}", file=sys.stderr)  # noqa: T201 - a command line
        return 2
    if answer.is_error:
        print(f"fault: {said['error']}", file=sys.stderr)  # noqa: T201 - as above
        return 1
    print("\n".join(said["faults"]) or "nothing is wrong")  # noqa: T201 - as above
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="iris-locker simulate fault",
        description="Make a running street faulty. Without a fault, says what is wrong there.",
        epilog=EVERY_WORD,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", required=True, help="the street's address, as it said when it was ready")
    parser.add_argument("words", nargs="*", metavar="WHERE.WHAT=VALUE", help="a fault, or `ok` to put it right")
    return parser
