"""What a fused code gains when bits on which its frames agree less weigh less than others.

Run: python benchmarks/fusion_weights.py DIR --layout iitd

The first three pictures of every eye are turned onto the first and fused; every other picture of the same eyes is
compared with all of them. The distance is the matcher's with weights in the place of a mask: differing weight over
common weight, normalised by the square root of the latter.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from iris.code import IrisCode
from iris.encode import encode
from iris.evaluation.layouts import Layout, items
from iris.evaluation.picture_file import read_grey
from iris.match import Incomparable, compare
from iris.planes import CODE_BITS, LEAST_OVERLAP, TURNS
from iris.refusals import Refusal
from iris.template import Template

FRAMES = 3
STRANGER = 0.6
"""Stands for too little in common."""
Floats = NDArray[np.float32]
Weigh = Callable[[Floats, NDArray[np.int32]], Floats]
"""Weight of each bit by the part of the frames that agree on it and the number that saw it."""


def _graded(unanimous: float, two_of_three: float) -> Weigh:
    def weigh(agreed: Floats, seen: NDArray[np.int32]) -> Floats:
        weight = np.where(agreed > 0.99, unanimous, np.where(agreed > 0.6, two_of_three, 0.0))  # noqa: PLR2004 - 1, 2/3
        return np.asarray(weight * (seen >= 2), np.float32)  # noqa: PLR2004 - one frame confirms nothing

    return weigh


SCHEMES = {f"two of three weigh {part}": _graded(1.0, part) for part in (1.0, 0.7, 0.5, 0.25, 0.0)}


@dataclass(frozen=True)
class Fused:
    """Three frames of one eye, flat: signs of the majority, what part of the frames agrees, how many saw each bit."""

    signs: Floats
    agreed: Floats
    seen: NDArray[np.int32]


def template(path: Path) -> Template | None:
    cv2.setNumThreads(1)
    try:
        return encode(read_grey(path)).template.readings[0]
    except Refusal:
        return None


def fused(frames: list[Template], *, by_place: bool) -> Fused:
    first = frames[0].unpacked()
    turned = [first]
    for frame in frames[1:]:
        try:
            turns = compare(frame, frames[0]).rotation
        except Incomparable:
            continue
        code = frame.unpacked()
        turned.append(IrisCode(np.roll(code.bits, turns, axis=0), np.roll(code.mask, turns, axis=0)))
    bits = np.stack([code.bits for code in turned])
    masks = np.broadcast_to(np.stack([code.mask for code in turned])[..., None], bits.shape)
    seen, ones = masks.sum(axis=0, dtype=np.int32), (bits & masks).sum(axis=0, dtype=np.int32)
    agreed = np.maximum(ones, seen - ones) / np.maximum(seen, 1)
    if by_place:
        agreed = np.broadcast_to(agreed.min(axis=2, keepdims=True), bits.shape[1:])
    signs = np.where(2 * ones > seen, 1.0, -1.0)
    return Fused(signs.ravel().astype(np.float32), agreed.ravel().astype(np.float32), seen.ravel())


def distances(probe: Template, signs: Floats, weights: Floats) -> Floats:
    """The least over all rotations to each fused code (rows of `signs`)."""
    code = probe.unpacked()
    masks = np.broadcast_to(code.mask[..., None], code.bits.shape)
    signed = np.where(code.bits, 1.0, -1.0) * masks
    turns = range(-TURNS, TURNS + 1)
    probes = np.stack([np.roll(signed, turn, axis=0).ravel() for turn in turns], axis=1).astype(np.float32)
    seen = np.stack([np.roll(masks, turn, axis=0).ravel() for turn in turns], axis=1).astype(np.float32)
    common = weights @ seen
    nearer = 0.5 * ((weights * signs) @ probes) / np.maximum(common, 1.0)
    found = np.where(common < LEAST_OVERLAP, STRANGER, 0.5 - nearer * np.sqrt(common / CODE_BITS))
    return np.asarray(found.min(axis=1), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--layout", type=Layout, required=True)
    parser.add_argument("--by-bit", action="store_true", help="weigh each bit, not each place by the worse of its two")
    chosen = parser.parse_args()
    listed = list(items(chosen.data, chosen.layout))
    with Pool() as pool:
        made = pool.map(template, [item.path for item in listed], chunksize=8)
    frames: dict[str, list[Template]] = {}
    for item, one in zip(listed, made, strict=True):
        if one is not None:
            frames.setdefault(item.eye, []).append(one)
    eyes = [eye for eye, each in frames.items() if len(each) > FRAMES]
    gallery = [fused(frames[eye][:FRAMES], by_place=not chosen.by_bit) for eye in eyes]
    probes = [(number, probe) for number, eye in enumerate(eyes) for probe in frames[eye][FRAMES:]]
    signs = np.stack([one.signs for one in gallery])
    same = np.array([number for number, _ in probes])[:, None] == np.arange(len(eyes))
    print(f"{len(eyes)} eyes, {len(probes)} pictures of them, {int((~same).sum())} comparisons of strangers")
    for name, weigh in SCHEMES.items():
        weights = np.stack([weigh(one.agreed, one.seen) for one in gallery])
        found = np.stack([distances(probe, signs, weights) for _, probe in probes])
        own, others = found[same], found[~same]
        limit = np.sort(others)[len(others) // 10_000]
        apart = (others.mean() - own.mean()) / np.sqrt((own.var() + others.var()) / 2)
        print(
            f"  {name}: d' {apart:.2f}, median {np.median(own):.4f}, 99th percentile {np.percentile(own, 99):.4f}, "
            f"{int((own >= limit).sum())} lost at FMR 1e-4"
        )


if __name__ == "__main__":
    main()
