"""`iris explain`: what the machine saw in one picture, as a page or a picture."""

from __future__ import annotations

import argparse
from pathlib import Path

from iris.commands import outputs
from iris.commands.trouble import NO_MATCH, Commands, guarded
from iris.evaluation.picture_file import read_grey, shown
from iris.explain import explain
from iris.explanation.page import page
from iris.explanation.panel import panel, png


def register(commands: Commands) -> None:
    """Adds the command."""
    command = commands.add_parser("explain", help="what the machine saw in one picture, and why it refused it")
    command.add_argument("image", type=Path, metavar="IMAGE")
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="FILE.html for the whole page, FILE.png for the picture alone"
    )
    command.set_defaults(run=guarded(_explain))


def _explain(arguments: argparse.Namespace) -> int:
    out: Path = arguments.out or Path(f"{arguments.image.stem}.explained.html")
    outputs.check_file(out, "--out", ".html", ".png")
    found = explain(read_grey(arguments.image))
    data = png(panel(found)) if out.suffix == ".png" else page(shown(Path(arguments.image.name)), found).encode()
    outputs.write(out, data)
    refusal = found.refusal
    if refusal is None:
        assert found.quality is not None
        print(f"{shown(out)}: 已编码 encoded, quality {found.quality.score}")
        return 0
    print(f"{shown(out)}: 未采用 refused, {refusal.reason} ({refusal.detail}); {refusal.text_zh} {refusal.text_en}")
    return NO_MATCH
