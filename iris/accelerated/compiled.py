"""Machine code of the kernel by numba, kept between starts; imported only where the extra `fast` is installed.

numba's own cache is trusted only as far as it can be checked: loading damaged machine code would crash or, worse,
compare wrongly. So every kept file is held against a checksum first, and what was compiled or loaded must agree bit by
bit with the plain scan before it is used.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import llvmlite
import numba
from llvmlite.ir import IRBuilder, Value
from numba import types
from numba.extending import intrinsic, overload

from iris.accelerated import kernel

CHECKSUMS = "checksums.json"
NAME = f"numba {numba.__version__}"


def compiled(folder: Path | None) -> Callable[..., None]:
    """The kernel compiled, or loaded from below `folder`; None keeps nothing."""
    _teach_popcount()
    if folder is None:
        return _compiled(kept=False)
    place = folder / _fingerprint()
    if not _intact(place):
        shutil.rmtree(place, ignore_errors=True)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(place)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = _compiled(kept=True)
    finally:
        numba.config.CACHE_DIR = before
    _write_checksums(place)
    return made


def forget(folder: Path) -> None:
    """Throws away what is kept below the folder for this version."""
    shutil.rmtree(folder / _fingerprint(), ignore_errors=True)


def _compiled(*, kept: bool) -> Callable[..., None]:
    words = types.Array(types.uint64, 2, "A", readonly=True)
    floats, integers = types.float32[::1], types.int32[::1]
    signature = types.void(*[words] * 6, floats, floats, integers, integers)
    # No fastmath: each operation must round as NumPy's does.
    made: Callable[..., None] = numba.njit(signature, nogil=True, cache=kept, error_model="numpy", fastmath=False)(
        kernel.scan
    )
    return made


@cache
def _teach_popcount() -> None:
    """`kernel.ones` becomes LLVM's ctpop: one machine instruction where the processor has one."""

    @intrinsic  # type: ignore[untyped-decorator]
    def ctpop(_: object, word: types.Type) -> tuple[types.Type, Callable[..., Value]]:
        def generate(_: object, builder: IRBuilder, __: object, arguments: tuple[Value, ...]) -> Value:
            return builder.ctpop(arguments[0])

        return types.int64(word), generate

    @overload(kernel.ones, strict=False)  # type: ignore[untyped-decorator]
    def _(word: types.Type) -> Callable[..., types.Type]:  # noqa: ARG001 - numba reads the name
        return lambda word: ctpop(word)  # noqa: PLW0108 - numba takes a function here, and no intrinsic


@cache
def _fingerprint() -> str:
    """A folder name that changes with everything the machine code is made from; numba itself tells processors apart."""
    sources = [inspect.getsource(module) for module in (kernel, _own_module())]
    facts = [*sources, numba.__version__, llvmlite.__version__, sys.version]
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:16]


def _own_module() -> ModuleType:
    return sys.modules[__name__]


def _sums(place: Path) -> dict[str, str]:
    files = (path for path in sorted(place.rglob("*")) if path.is_file() and path.name != CHECKSUMS)
    return {str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _intact(place: Path) -> bool:
    try:
        expected = json.loads((place / CHECKSUMS).read_bytes())
        return bool(expected == _sums(place))
    except (OSError, ValueError):
        return False


def _write_checksums(place: Path) -> None:
    partial = place / (CHECKSUMS + ".new")
    partial.unlink(missing_ok=True)
    partial.write_text(json.dumps(_sums(place)))
    os.replace(partial, place / CHECKSUMS)  # noqa: PTH105 - as atomic as it reads
