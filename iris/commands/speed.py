"""`iris bench`: speed on this machine."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from iris import bench
from iris.bench_pictures import PictureSpeed, picture_speed
from iris.commands.trouble import Commands, Trouble, guarded
from iris.evaluation.layouts import LayoutError, pictures
from iris.evaluation.picture_file import read_grey, shown
from iris.refusals import BadPicture

DESCRIPTION = """
Without DIR: one drawn eye, encoded again and again, and searches of random templates. Its p95 is the scatter of that
one eye on this machine, not of people's pictures. With DIR: every picture in it, encoded once; p95 is over them.
"""


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser("bench", help="speed on this machine", description=DESCRIPTION)
    command.add_argument("--pictures", type=Path, metavar="DIR", help="measure encoding on these pictures instead")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=guarded(_bench))


def _bench(arguments: argparse.Namespace) -> int:
    if arguments.pictures is not None:
        try:
            found = picture_speed(_read(arguments.pictures))
        except LayoutError:
            raise
        except ValueError as error:
            raise Trouble(f"{shown(arguments.pictures)}: {error}") from error
        if arguments.json:
            print(found.model_dump_json(indent=2))
        else:
            _print_pictures(found)
        return 0
    return _speed(as_json=arguments.json)


def _read(folder: Path) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    for path in pictures(folder):
        try:
            picture = read_grey(path)
        except BadPicture as error:
            print(f"跳过 skipped: {error.text_zh} {error}", file=sys.stderr)
            continue
        yield shown(path.relative_to(folder)), picture


def _speed(*, as_json: bool) -> int:
    found = bench.speed()
    if as_json:
        print(found.model_dump_json(indent=2, exclude_none=True))
    else:
        _print(found)
    if not found.bit_exact:
        raise Trouble(
            "a matcher differs from the straightforward implementation; do not use it, and report this machine"
        )
    return 0


def _print_pictures(found: PictureSpeed) -> None:
    _print_head(found.measured_on)
    sizes = ", ".join(f"{count} of {size}" for size, count in sorted(found.sizes.items(), key=lambda each: -each[1]))
    print(f"{found.pictures} pictures: {sizes}")
    refused = ", ".join(f"{count} {reason}" for reason, count in sorted(found.refused.items()))
    print(f"picture to template   {found.encode_ms.median:8.2f} ms (p95: {found.encode_ms.p95:.2f})")
    print(f"  slowest             {found.slowest_ms:8.2f} ms, {found.slowest}")
    for stage, spent in found.stages_ms.items():
        print(f"  {stage:<20}{spent:8.2f} ms")
    print(f"refused: {refused or 'none'}")


def _print_head(measured_on: str) -> None:
    print(f"OpenCV {cv2.__version__}, NumPy {np.__version__}")
    print(f"measured on: {measured_on}")


def _print(found: bench.Speed) -> None:
    _print_head(found.measured_on)
    for size, whole, stages in (
        ("320x280", found.encode_320x280_ms, found.stages_320x280_ms),
        ("640x480", found.encode_640x480_ms, found.stages_640x480_ms),
    ):
        print(f"{size} to template   {whole.median:8.2f} ms (p95: {whole.p95:.2f})")
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
