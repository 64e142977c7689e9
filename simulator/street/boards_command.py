"""`python -m simulator boards`: lock boards without a site, one line for each family, with the street page.

For trying a driver, a fitter's command or a cable. Lines are named after their families, and every channel has a small
door.
"""

from __future__ import annotations

import argparse
from typing import Any

from config.settings import Settings
from simulator.boards.pty_port import SPEEDS
from simulator.boards.registry import family_named, family_names
from simulator.street.main import add_options, run
from simulator.street.world import TCP_PORT


def main(argv: list[str]) -> int:
    """Run the boards; returns as the street does."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.tcp and len(set(options.families)) > 1:
        parser.error("--tcp is one line, and a line has boards of one family: name one")
    return run(lambda: _site(options), options)


def _site(options: argparse.Namespace) -> Settings:
    """A site of nothing but boards.

    Raises:
        UnknownFamilyError: a family cannot be simulated.
        ValidationError: an address or a number of channels cannot be.
    """
    boards = [
        {"address": address, "channels": options.channels, "inverted": options.inverted}
        for address in options.address or [1]
    ]
    lines, columns = [], []
    for family in dict.fromkeys(options.families):
        needs = dict(family_named(family).needs)
        port = options.tcp or family
        lines.append(
            {
                "name": family,
                "port": port,
                "family": family,
                "baud": options.baud,
                "boards": [board | needs for board in boards],
            }
        )
        columns += [{"line": family, "board": board["address"], "sizes": ["S"] * options.channels} for board in boards]
    named = [column | {"name": _letters(number)} for number, column in enumerate(columns)]
    return Settings.model_validate(_nothing_else() | {"lines": lines, "columns": named})


def _letters(number: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    high, low = divmod(number, 26)
    return (chr(ord("A") + high - 1) if high else "") + chr(ord("A") + low)


def _nothing_else() -> dict[str, Any]:
    """The tables that a site must have and boards do not need."""
    return {
        "site": {"community": "nowhere", "cabinet": "bench", "title_zh": "锁控板台架", "title_en": "Lock boards"},
        "storage": {"ledger": "none.db", "keys": "none.toml"},
        "mqtt": {"host": "127.0.0.1"},
        "platform": {"signing_keys": {"none": ""}},
    }


def _url(text: str) -> str:
    if not text.startswith(TCP_PORT):
        raise argparse.ArgumentTypeError(f"write {TCP_PORT}HOST:PORT, not {text!r}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="iris-locker simulate boards",
        description="Lock boards on pseudo-terminals (or a TCP port), with doors and the street page, without a site.",
    )
    parser.add_argument(
        "families", nargs="+", metavar="FAMILY", help=f"{', '.join(family_names())}; its line is called the same"
    )
    parser.add_argument("--address", type=int, action="append", help="a board's address, 1 otherwise; may be repeated")
    parser.add_argument("--channels", type=int, default=12, help="locks on each board")
    parser.add_argument("--inverted", action="store_true", help="wired so that a set hook bit means unlatched")
    parser.add_argument("--baud", type=int, choices=SPEEDS.values(), help="bits per second; the family's otherwise")
    parser.add_argument(
        "--tcp", metavar="socket://HOST:PORT", type=_url, help="a TCP serial server instead of a pseudo-terminal"
    )
    add_options(parser)
    return parser
