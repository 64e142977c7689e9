"""A compiled one-to-many scan where the extra `fast` is installed, and the plain one until it is ready or instead.

Both give the same distances to the last bit. The compiled one is prepared in a thread of its own, so that nothing waits
for a compiler; whatever goes wrong there leaves the plain scan in place, and `engine` says which one runs and why.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from iris.planes import PLANE_WORDS, Distances, Planes, plain_scan, rotation_of

CACHE_NAME = "iris-locker"


@dataclass(frozen=True, slots=True)
class Engine:
    """What compares: its name, whether it is compiled, and why it is not where it could be."""

    name: str
    compiled: bool
    reason: str = ""


PLAIN = "NumPy"
Kernel = Callable[..., None]
Compiler = Callable[[Path | None], Kernel]


class Unequal(Exception):
    """The compiled scan does not agree with the plain one."""


class Accelerator:
    """A scan for `iris.planes.distances` that grows faster once: call it like `plain_scan`."""

    def __init__(self, folder: Callable[[], Path | None] = lambda: None) -> None:
        """`folder` tells where machine code is kept between starts, if anywhere; see `cache_folder`."""
        self._folder = folder
        self._kernel: Kernel | None = None
        self.engine = Engine(PLAIN, compiled=False, reason="not prepared")

    def __call__(self, probe: Planes, gallery: Planes) -> Distances:
        """One distance for each column of the gallery."""
        kernel = self._kernel
        return plain_scan(probe, gallery) if kernel is None else compiled_scan(kernel, probe, gallery)

    def start(self, told: Callable[[Engine], None] = lambda _: None) -> threading.Thread:
        """Prepares in the background and tells what came of it.

        The thread is waited for when the process ends: a compiler must not be cut off in the midst of its work.
        """

        def work() -> None:
            told(self.prepare())

        thread = threading.Thread(target=work, name="iris-accelerator")
        thread.start()
        return thread

    def prepare(self) -> Engine:
        """Compiles or loads, proves the result equal to the plain scan, and only then uses it."""
        if find_spec("numba") is None:
            self.engine = Engine(PLAIN, compiled=False, reason="the extra `fast` is not installed")
            return self.engine
        try:
            name, make, forget = _compiler()
            self._kernel = _proved(make, forget, self._folder())
            self.engine = Engine(name, compiled=True)
        except Exception as error:  # noqa: BLE001 - any failure has the same remedy, the plain scan; the reason is kept
            self.engine = Engine(PLAIN, compiled=False, reason=f"{type(error).__name__}: {error}".splitlines()[0])
        return self.engine


def _compiler() -> tuple[str, Compiler, Callable[[Path], None]]:
    """Its name, what compiles or loads, and what throws away what was kept."""
    from iris.accelerated import compiled  # noqa: PLC0415 - needs the extra

    return compiled.NAME, compiled.compiled, compiled.forget


def _proved(make: Compiler, forget: Callable[[Path], None], folder: Path | None) -> Kernel:
    """A kernel that agrees with the plain scan; if what was kept does not, it is made afresh, and if need be unkept."""
    if folder is not None:
        for _ in range(2):
            try:
                kernel = make(folder)
                prove(kernel)
            except Exception:  # noqa: BLE001 - whatever a damaged cache does, it is thrown away; the last try reports
                forget(folder)
            else:
                return kernel
    kernel = make(None)
    prove(kernel)
    return kernel


def compiled_scan(kernel: Kernel, probe: Planes, gallery: Planes) -> Distances:
    """What `plain_scan` gives, by a kernel."""
    count = gallery.columns
    distance, raw = np.empty(count, np.float32), np.empty(count, np.float32)
    overlap, turn = np.empty(count, np.int32), np.empty(count, np.int32)
    words = (probe.real, probe.imaginary, probe.mask, gallery.real, gallery.imaginary, gallery.mask)
    kernel(*words, distance, raw, overlap, turn)
    rotation, reading = rotation_of(turn)
    return Distances(distance, raw, overlap, rotation, reading, np.zeros(count, np.int32))


def prove(kernel: Kernel) -> None:
    """Raises `Unequal` unless a kernel equals the plain scan on random columns, dense, sparse, blind and alike."""
    draw = np.random.default_rng(1)
    for rotations, count in ((23, 300), (46, 130), (23, 0), (23, 1)):
        probe, gallery = _drawn(draw, rotations), _drawn(draw, count)
        alike = min(count, rotations)
        for name in ("real", "imaginary", "mask"):
            getattr(gallery, name)[:, :alike] = getattr(probe, name)[:, :alike]
        plain, ours = plain_scan(probe, gallery), compiled_scan(kernel, probe, gallery)
        for name in Distances.__dataclass_fields__:
            if getattr(plain, name).tobytes() != getattr(ours, name).tobytes():
                raise Unequal(f"{name} of the compiled scan differs from the plain scan's")


def _drawn(draw: np.random.Generator, count: int) -> Planes:
    def words() -> np.ndarray:
        return draw.integers(0, 2**64, (PLANE_WORDS, count), np.uint64)

    dense, sparse = words() | words(), words() & words()
    mask = np.where(np.arange(count) % 3 == 0, sparse, dense)
    mask[:, 5::17] = 0
    return Planes(words(), words(), mask)


def cache_folder() -> Path | None:
    """Where machine code is kept: systemd's `CacheDirectory=`, else the user's cache; None where that is not safe.

    What lies there is executed, so it must belong to this user and to nobody else.
    """
    given = os.environ.get("CACHE_DIRECTORY")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(given.split(":")[0]) if given else Path(home) / CACHE_NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.stat()
    except OSError:
        return None
    private = facts.st_uid == os.geteuid() and not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return folder if private and os.access(folder, os.W_OK) else None
