"""Disk space: a watermark below which deposits are refused, and a reserve for the day when nothing is left.

The reserve is a preallocated file. When the disk is full it is given up a piece at a time, so that pickups are still
recorded though others write as well, and it is taken again when there is room.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

MEBIBYTE = 2**20

_PIECES = 8  # whoever else fills the disk gets at most one piece for each transaction of ours


def free_bytes(folder: Path) -> int:
    """Bytes that an ordinary user may still write on the disk of a folder."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


class Space:
    """Watches the disk under the ledger and keeps the reserve."""

    def __init__(
        self, reserve: Path, *, watermark_mb: int, reserve_mb: int, free: Callable[[Path], int] = free_bytes
    ) -> None:
        self._reserve = reserve
        self._watermark = watermark_mb * MEBIBYTE
        self._size = reserve_mb * MEBIBYTE
        self._free = free

    @property
    def held(self) -> bool:
        """Whether the whole reserve is there to be given up."""
        try:
            found = self._reserve.stat()
        except FileNotFoundError:
            return False
        return found.st_size >= self._size

    def free_mb(self) -> int:
        """Mebibytes left on the disk, the reserve not counted."""
        return self._free(self._reserve.parent) // MEBIBYTE

    def low(self) -> bool:
        """Whether new deposits must be refused. Takes the reserve again when there is room for it."""
        held = self.held or self.take()
        return not held or self._free(self._reserve.parent) < self._watermark

    def make_room(self) -> None:
        """Give up a piece when there is not even room to begin."""
        if self._free(self._reserve.parent) < self._size // _PIECES:
            self.give_up()

    def take(self) -> bool:
        """Preallocate the reserve, if twice its size is free: what was given up for is not to happen again at once."""
        if self._free(self._reserve.parent) < 2 * self._size:
            return False
        descriptor = os.open(self._reserve, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        left = os.fstat(descriptor).st_size
        try:
            os.posix_fallocate(descriptor, 0, self._size)
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, left)
            return False
        finally:
            os.close(descriptor)
        return True

    def give_up(self) -> bool:
        """Free a piece of the reserve; False when nothing was left of it."""
        try:
            left = self._reserve.stat().st_size
        except FileNotFoundError:
            return False
        if left == 0:
            return False
        os.truncate(self._reserve, max(0, left - self._size // _PIECES))
        return True
