"""`python -m simulator PART ...` starts one part of the simulated world."""

from __future__ import annotations

import importlib
import sys

PARTS = {
    "street": "lock boards on pseudo-terminals, the doors behind them, and the street page",
    "boards": "lock boards of any family on pseudo-terminals or a TCP port, without a site",
    "fault": "make a running street faulty: lines, doors, the power supply",
    "camera": "a camera that shows the eyes of whoever stands before it",
    "platform": "the community platform: stores, acknowledges, signs, and shows a page",
    "broker": "an embedded MQTT 3.1.1 broker",
    "story": "one day of a community, played over the real wires and checked",
}

MODULES = {"boards": "simulator.street.boards_command", "fault": "simulator.street.fault_command"}
"""Where a part's `main` is that has no folder of its own."""


def main(arguments: list[str]) -> int:
    """Start the part named by the first argument."""
    if not arguments or arguments[0] not in PARTS:
        print("usage: iris-locker simulate PART [--help]")
        for name, meaning in PARTS.items():
            print(f"  {name:9} {meaning}")
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    module = importlib.import_module(MODULES.get(arguments[0], f"simulator.{arguments[0]}.main"))
    status: int = module.main(arguments[1:])
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
