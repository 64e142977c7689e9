"""`iris bench`: speed on this machine."""

from __future__ import annotations

import argparse

import cv2
import numpy as np

from iris import bench
from iris.commands.trouble import Commands, Trouble, guarded


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser("bench", help="speed on this machine")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=guarded(_bench))


def _bench(arguments: argparse.Namespace) -> int:
    found = bench.speed()
    if arguments.json:
        print(found.model_dump_json(indent=2, exclude_none=True))
    else:
        _print(found)
    if not found.bit_exact:
        raise Trouble(
            "a matcher differs from the straightforward implementation; do not use it, and report this machine"
        )
    return 0


def _print(found: bench.Speed) -> None:
    print(f"OpenCV {cv2.__version__}, NumPy {np.__version__}, one core")
    for size, whole, stages in (
        ("320x280", found.encode_320x280_ms, found.stages_320x280_ms),
        ("640x480", found.encode_640x480_ms, found.stages_640x480_ms),
    ):
        print(f"{size} to template   {whole.median:8.2f} ms (95 %: {whole.p95:.2f})")
        for stage, spent in stages.items():
            print(f"  {stage:<20}{spent:8.2f} ms")
    print(f"one comparison        {found.compare_ms:8.3f} ms, all rotations")
    print(f"  rotations prepared  {found.compare_prepared_ms:8.3f} ms")
    print(f"  straightforward     {found.reference_compare_ms:8.3f} ms")
    print(f"one look against {found.identify_templates}, all rotations")
    print(
        f"  NumPy               {found.identify_ms:8.1f} ms, {found.identify_templates_per_second:12,.0f} templates/s"
    )
    rate = found.identify_templates_per_second_accelerated
    if rate is None:
        print(f"  compiled            not here: {found.engine_reason}")
    else:
        print(f"  {found.engine:<20}{found.identify_ms_accelerated:8.1f} ms, {rate:12,.0f} templates/s")
    print(f"  straightforward     {'':11} {found.reference_identify_templates_per_second:12,.0f} templates/s")
    print(f"all {'equal to the last bit' if found.bit_exact else 'NOT EQUAL'}")
