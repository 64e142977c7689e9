"""The `iris` command: what can be asked of the user's own pictures and templates."""

from __future__ import annotations

import argparse

from iris.commands import compare_runs, evaluate, explain, inventory, policy, speed, templates


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the `iris` command."""
    parser = subparsers.add_parser("iris", help="encode, compare, identify and evaluate pictures of eyes")
    commands = parser.add_subparsers(dest="iris_command", required=True, metavar="COMMAND")
    for part in (templates, inventory, evaluate, compare_runs, explain, policy, speed):
        part.register(commands)
