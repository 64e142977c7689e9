"""`iris explain`: what the machine saw in one picture, as a page or a picture."""

from __future__ import annotations

import argparse
from pathlib import Path

from iris.commands.trouble import NO_MATCH, Commands, Trouble, guarded
from iris.evaluation.scores import read_grey
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
    if out.suffix not in (".html", ".png"):
        raise Trouble(f"--out {out}: expected a name that ends in .html or .png")
    found = explain(read_grey(arguments.image))
    if out.suffix == ".png":
        out.write_bytes(png(panel(found)))
    else:
        out.write_text(page(arguments.image.name, found), encoding="utf-8")
    refusal = found.refusal
    if refusal is None:
        assert found.quality is not None
        print(f"{out}: encoded, quality {found.quality.score}")
        return 0
    print(f"{out}: refused, {refusal.reason} ({refusal.detail}); {refusal.text_zh} {refusal.text_en}")
    return NO_MATCH
