"""The `iris` command: what can be asked of the user's own pictures and templates."""

from __future__ import annotations

import argparse

from iris.commands import compare, compare_runs, encode, enrol, evaluate, explain, identify, inventory, policy, speed


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the `iris` command."""
    parser = subparsers.add_parser("iris", help="encode, enrol, compare, identify and evaluate pictures of eyes")
    commands = parser.add_subparsers(dest="iris_command", required=True, metavar="COMMAND")
    for part in (encode, enrol, compare, identify, inventory, evaluate, compare_runs, explain, policy, speed):
        part.register(commands)
