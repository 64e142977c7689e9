"""Whether the pairs of a data set fit into memory: told before the work begins, and not after an hour of it."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from iris.evaluation.layouts import Item

BYTES_PER_PAIR = 140
"""Most that scores, sorting and intervals hold for each pair at once: 123 measured with 1500 and 4000 pictures."""
BYTES_PER_GENUINE_PAIR = 20_000
"""Most that the intervals of the rejection curves hold for each genuine pair: six numbers for each of 400 draws."""
_MEMORY = Path("/proc/meminfo")


class TooManyPictures(ValueError):
    """The pairs of the data set do not fit into memory."""


def check(items: Sequence[Item], available: int | None = None) -> None:
    """Raises `TooManyPictures` unless the figures of these pictures fit into `available` bytes (what is free now)."""
    free = available_memory() if available is None else available
    pictures = len(items)
    genuine = sum(count * (count - 1) // 2 for count in Counter(item.eye for item in items).values())
    needed = _bytes(pictures, genuine / max(pictures, 1))
    if free is None or needed <= free:
        return
    fitting = pictures
    while fitting > 1 and _bytes(fitting, genuine / pictures) > free:
        fitting = math.floor(fitting * 0.95)
    raise TooManyPictures(
        f"{pictures:,} pictures make {pictures * (pictures - 1) // 2:,} pairs, which need {needed / 1e9:.1f} GB of "
        f"memory where {free / 1e9:.1f} GB are free; about {fitting:,} pictures fit: choose some with --subjects A-B"
    )


def _bytes(pictures: int, genuine_per_picture: float) -> float:
    return pictures * (pictures - 1) / 2 * BYTES_PER_PAIR + pictures * genuine_per_picture * BYTES_PER_GENUINE_PAIR


def available_memory() -> int | None:
    """Bytes that may be taken without swapping, or None where the system does not tell."""
    try:
        for line in _MEMORY.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None
