"""`python -m simulator PART ...` starts one part of the simulated world."""

from __future__ import annotations

import importlib
import sys

PARTS = {
    "street": "lock boards on pseudo-terminals, the doors behind them, and the street page",
    "camera": "a camera that shows the eyes of whoever stands before it",
    "platform": "the community platform: stores, acknowledges, signs, and shows a page",
    "broker": "an embedded MQTT 3.1.1 broker",
    "story": "one day of a community, played over the real wires and checked",
}


def main(arguments: list[str]) -> int:
    """Start the part named by the first argument."""
    if not arguments or arguments[0] not in PARTS:
        print("usage: python -m simulator PART [--help]")
        for name, meaning in PARTS.items():
            print(f"  {name:9} {meaning}")
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    module = importlib.import_module(f"simulator.{arguments[0]}.main")
    status: int = module.main(arguments[1:])
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
