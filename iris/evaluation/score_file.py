"""The scores of one evaluation as a file: kept to compare runs, and for anybody's own analysis."""

from __future__ import annotations

import struct
import tokenize
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from iris.code import encoder_fingerprint
from iris.evaluation.pairs import Pairs

FORMAT = 1
_KINDS = {
    "format": "iu",
    "encoder": "U",
    "pictures": "U",
    "eyes": "U",
    "refused": "b",
    "first": "iu",
    "second": "iu",
    "distance": "f",
}
"""The arrays of a file and the kinds of their values, as `numpy.dtype.kind` names them."""


_DAMAGE = (
    ValueError,
    EOFError,
    KeyError,
    OSError,
    MemoryError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy and its archive reader raise on bytes that are no archive, or a damaged one."""


class ScoreFileError(ValueError):
    """A file that is not what `iris evaluate --scores` writes; says which part is wrong."""


@dataclass(frozen=True, slots=True)
class Run:
    """The pairs of one evaluation and the fingerprint of the encoder that was evaluated."""

    pairs: Pairs
    encoder: str


def write(path: Path, pairs: Pairs) -> None:
    """Writes the file that `read` reads."""
    with path.open("wb") as file:
        write_to(file, pairs)


def write_to(file: BinaryIO, pairs: Pairs) -> None:
    """Writes a compressed NumPy archive; `eyes` holds each picture's eye, `genuine` and `failed` are for readers."""
    np.savez_compressed(
        file,
        format=np.array(FORMAT),
        encoder=np.array(encoder_fingerprint().hex()),
        pictures=np.array(pairs.pictures),
        eyes=np.array(pairs.eyes)[pairs.eye],
        refused=pairs.refused,
        first=pairs.first,
        second=pairs.second,
        genuine=pairs.genuine,
        distance=pairs.distance,
        failed=pairs.failed,
    )


def read(path: Path) -> Run:
    """Reads what `write` wrote; raises `ScoreFileError` for anything else. No object of the file is ever unpickled."""
    arrays = _arrays(path)
    if arrays["format"].size != 1 or int(arrays["format"].item()) != FORMAT:
        raise ScoreFileError(f"{path}: format {arrays['format']} is not known here (known: {FORMAT}); evaluate again")
    pictures, of_picture, refused = arrays["pictures"], arrays["eyes"], arrays["refused"].astype(bool)
    first, second = arrays["first"].astype(np.int64), arrays["second"].astype(np.int64)
    distance = arrays["distance"].astype(np.float32)
    if pictures.ndim != 1 or not pictures.size or not pictures.shape == of_picture.shape == refused.shape:
        raise ScoreFileError(f"{path}: pictures, eyes and refused are not of one length")
    if first.ndim != 1 or not first.shape == second.shape == distance.shape:
        raise ScoreFileError(f"{path}: first, second and distance are not of one length")
    if first.size and not (first.min() >= 0 and (first < second).all() and second.max() < pictures.size):
        raise ScoreFileError(f"{path}: first and second are not pairs of the file's pictures")
    if np.unique(pictures).size != pictures.size:
        raise ScoreFileError(f"{path}: pictures holds a name twice")
    if np.unique(first * pictures.size + second).size != first.size:
        raise ScoreFileError(f"{path}: first and second hold a pair twice")
    _check_distances(path, distance, refused[first] | refused[second])
    eyes, eye = np.unique(of_picture, return_inverse=True)
    pairs = Pairs(
        pictures=tuple(str(name) for name in pictures),
        eyes=tuple(str(name) for name in eyes),
        eye=eye.astype(np.int32),
        refused=refused,
        first=first.astype(np.int32),
        second=second.astype(np.int32),
        distance=distance,
    )
    return Run(pairs, str(arrays["encoder"]))


def _check_distances(path: Path, values: NDArray[np.float32], failed: NDArray[np.bool_]) -> None:
    known = ~np.isnan(values)
    if (known & failed).any():
        raise ScoreFileError(f"{path}: distance has numbers for pictures that were refused")
    if not ((values[known] >= -1.0) & (values[known] <= 1.0)).all():
        raise ScoreFileError(f"{path}: distance has values that are no normalised distance")


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    if not path.is_file():
        raise ScoreFileError(f"{path} is no file; write one with iris evaluate --scores")
    try:
        with path.open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            if not isinstance(stored, np.lib.npyio.NpzFile):
                raise ScoreFileError(f"{path} is one array, not the archive that iris evaluate --scores writes")
            missing = [name for name in _KINDS if name not in stored.files]
            if missing:
                raise ScoreFileError(f"{path}: {', '.join(missing)} missing; write it with iris evaluate --scores")
            arrays = {name: np.asarray(stored[name]) for name in _KINDS}
    except _DAMAGE as error:
        if isinstance(error, ScoreFileError):
            raise
        why = f" ({error})" if isinstance(error, OSError) else ""
        raise ScoreFileError(f"{path} is damaged or not written by iris evaluate --scores{why}") from error
    for name, array in arrays.items():
        if array.dtype.kind not in _KINDS[name]:
            raise ScoreFileError(f"{path}: {name} has values of type {array.dtype}")
    return arrays
