"""`iris bench`: speed on this machine."""

from __future__ import annotations

import argparse

import cv2
import numpy as np

from iris import bench
from iris.commands.trouble import Commands, guarded


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser("bench", help="speed on this machine")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=guarded(_bench))


def _bench(arguments: argparse.Namespace) -> int:
    found = bench.speed()
    if arguments.json:
        print(found.model_dump_json(indent=2))
        return 0
    print(f"OpenCV {cv2.__version__}, NumPy {np.__version__}, one core")
    print(f"320x280 to template   {found.encode_320x280_ms.median:8.2f} ms (95 %: {found.encode_320x280_ms.p95:.2f})")
    print(f"640x480 to template   {found.encode_640x480_ms.median:8.2f} ms (95 %: {found.encode_640x480_ms.p95:.2f})")
    print(f"one comparison        {found.compare_ms:8.3f} ms, all rotations")
    print(f"one look against {found.identify_templates}: {found.identify_ms:.1f} ms, all rotations")
    print(f"                      {found.identify_templates_per_second:,.0f} templates a second")
    return 0
