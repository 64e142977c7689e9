"""`python -m simulator fault`: make a running street faulty, or see what is wrong there."""

from __future__ import annotations

import argparse
import sys

import httpx

TIMEOUT_S = 10.0


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
        prog="python -m simulator fault",
        description="Make a running street faulty. Without a fault, says what is wrong there.",
        epilog="WHERE is a line, a door or `supply`. Examples: left.noise=0.01 left.dead=0,1 left.adapter=elsewhere "
        "A03.jam=hard A03.hook=latched A03.celsius=95 A03.hand=pry supply.strength=0.5 left.noise=ok A03=ok",
    )
    parser.add_argument("--url", required=True, help="the street's address, as it said when it was ready")
    parser.add_argument("words", nargs="*", metavar="WHERE.WHAT=VALUE", help="a fault, or `ok` to put it right")
    return parser
