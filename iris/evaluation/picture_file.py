"""A picture file as grey values, or which of the usual mistakes the name behind it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.refusals import BadPicture


class NoSuchFile(BadPicture):
    """Nothing has this name."""

    reason: ClassVar[str] = "no-such-file"
    text_zh: ClassVar[str] = "没有这个文件"
    text_en: ClassVar[str] = "No such file"


class NotAFile(BadPicture):
    """A folder, or another thing that holds no picture."""

    reason: ClassVar[str] = "not-a-file"
    text_zh: ClassVar[str] = "这不是文件"
    text_en: ClassVar[str] = "This is not a file"


class Unreadable(BadPicture):
    """A file that may not or cannot be read."""

    reason: ClassVar[str] = "unreadable-file"
    text_zh: ClassVar[str] = "无法读取这个文件"
    text_en: ClassVar[str] = "The file cannot be read"


MISTAKEN = (NoSuchFile, NotAFile, Unreadable)
"""What whoever gave the name must mend; nothing was looked at."""


class NotAPicture(BadPicture):
    """A file with something else in it: counted with the bad pictures of a data set."""

    text_zh: ClassVar[str] = "这不是图像文件"
    text_en: ClassVar[str] = "This is not a picture file"


def shown(path: Path) -> str:
    """A path as text for screens and JSON; bytes that are no UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read_grey(path: Path) -> NDArray[np.uint8]:
    """A picture file as grey values; raises a subclass of `BadPicture` that says what the name leads to."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoSuchFile(shown(path)) from error
    except IsADirectoryError as error:
        raise NotAFile(f"{shown(path)} is a folder") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte in it
        raise Unreadable(f"{shown(path)}: {getattr(error, 'strerror', None) or error}") from error
    try:
        picture = _decoded(data)
    except cv2.error as error:
        raise NotAPicture(f"{shown(path)}: {error}") from error
    if picture is None:
        raise NotAPicture(f"{shown(path)} is not a picture that OpenCV reads" + ("" if data.size else ": it is empty"))
    return picture


def _decoded(data: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The picture, or None; the decoder prints nothing of its own, for its caller tells what is wrong."""
    if not data.size:
        return None
    before = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    finally:
        cv2.utils.logging.setLogLevel(before)
    return None if picture is None else np.asarray(picture, np.uint8)
