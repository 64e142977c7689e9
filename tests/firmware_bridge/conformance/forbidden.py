"""Commands that hold a coil, open a whole board, or change a board's own settings: by family, as byte patterns.

Written from the makers' sheets. A family that has none says so with an empty tuple, and why.
"""

from __future__ import annotations

import re

FORBIDDEN: dict[str, tuple[bytes, ...]] = {
    "kerong-cu24": (
        rb"\x02..[^\x80\x81\x8f]",  # only status, unlock and version: 82 to 85 and 8E change settings
    ),
    "kerong-cu16": (
        rb"\x02.\x32",  # every lock on the bus
        rb"\x02.\x33",  # every lock of a board
        rb"\x02[\xf0-\xff]",  # board 15: its address is that of the whole bus
        rb"\x02.[\x37\x39\x40]",  # settings: the pulse, the delay, the baud rate
    ),
    "kerong-cu48": (rb"\x02..[^\x60\x61]",),
    "lock485-8a": (
        rb"\x8a.\x00",  # every lock of a board
        rb"[\x9a\x9b]",  # hold and release
    ),
    "wkly": (
        rb"WKLY..[\x86-\x89]",  # all, in turn, hold, off
    ),
    "winnsen": (
        rb"\x90\x06[^\x05\x12]",  # neither a status nor an unlock of one lock
        rb"\x90\x06..\x00",  # locks count from 1
    ),
    "modbus-relay": (
        rb".\x05\x00.(?:\xff\x00|\x00\x00|\x55\x00)",  # on until further notice, off, toggle
        rb".\x05..\xff\x00",  # on, whatever the register
        rb".\x05\x02\xff",  # every relay
        rb".\x05[\x01\x03-\xff]",  # anything but a pulse (0200) or, forbidden above, a coil (0000)
        rb".[\x0f\x10\x06]",  # many coils, and registers
        rb"\x00",  # the broadcast address
    ),
}


def forbidden_in(family: str, frame: bytes) -> str | None:
    """The pattern that a request begins with, None when it is harmless."""
    assert family in FORBIDDEN, f"write {family}'s commands that no driver may send into conformance/forbidden.py"
    for pattern in FORBIDDEN[family]:
        if re.match(pattern, frame, re.DOTALL):
            return repr(pattern)
    return None
