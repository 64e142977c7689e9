"""Where a command may write: asked before the work begins, written at its end, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from iris.commands.trouble import Trouble
from iris.evaluation.picture_file import shown


def check_folder(path: Path, option: str) -> None:
    """Raises `Trouble` unless the folder is there and may be written to, or can be made."""
    above = path
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir():
        raise Trouble(f"{option} {shown(path)}: {shown(above)} 不是文件夹 is no folder")
    if not os.access(above, os.W_OK | os.X_OK):
        raise Trouble(f"{option} {shown(path)}: {shown(above)} 不可写入 may not be written to")


def check_file(path: Path, option: str, *endings: str) -> None:
    """Raises `Trouble` unless a file of this name can be written; its name must have one of the endings."""
    if path.is_dir():
        example = shown(path / f"name{endings[0]}")
        raise Trouble(f"{option} {shown(path)}: 是文件夹 is a folder; name a file, for example {example}")
    if path.suffix not in endings:
        raise Trouble(f"{option} {shown(path)}: expected a name that ends in {' or '.join(endings)}")
    check_folder(path.parent, option)
    if path.exists() and not os.access(path, os.W_OK):
        raise Trouble(f"{option} {shown(path)}: 不可写入 may not be written to")


def write(path: Path, content: bytes | Callable[[BinaryIO], None]) -> None:
    """Writes a file in one step, with its folders: there is the old one or the new one, never a part of either."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with fresh.open("wb") as out:
            if isinstance(content, bytes):
                out.write(content)
            else:
                content(out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
