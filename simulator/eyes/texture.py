"""The texture of one iris in polar form: the identity itself.

Rows run from the pupil's border to the limbus, columns around the iris from three o'clock. The structures are those
of a stroma in near-infrared light: blotches, radial fibres, collarette, crypts, contraction furrows, pupillary ruff.
"""

from __future__ import annotations

import numpy as np

from simulator.eyes.noise import Field, smooth_field

RADII = 128
ANGLES = 1024
"""Twice the sampling of an iris of 100 px radius, so that the picture and not the map limits the detail."""


def grow_texture(rng: np.random.Generator) -> Field:
    """Grow a texture.

    Returns:
        float32 (RADII, ANGLES), mean 0 and standard deviation 1.
    """
    collarette = _collarette_radius(rng)
    texture = _stroma(rng, collarette)
    texture += _ridge(rng, collarette)
    _add_crypts(rng, texture, collarette)
    _add_furrows(rng, texture)
    texture += _ruff(rng)
    # No ring is common to all eyes: a mean profile would make strangers' codes agree.
    texture -= 0.7 * texture.mean(axis=1, keepdims=True)
    texture -= texture.mean()
    return np.asarray(np.clip(texture / texture.std(), -3.5, 3.5), np.float32)


def _rows() -> Field:
    return np.linspace(0, 1, RADII, dtype=np.float32)[:, np.newaxis]


def _collarette_radius(rng: np.random.Generator) -> Field:
    """Where the collarette runs at each angle, as a fraction of the iris's width: a zigzag about a quarter out."""
    slow = smooth_field(rng, (1, ANGLES), (0, 60))
    zigzag = smooth_field(rng, (1, ANGLES), (0, 9))
    return np.asarray(rng.uniform(0.22, 0.36) + 0.035 * slow + 0.022 * zigzag, np.float32)


def _stroma(rng: np.random.Generator, collarette: Field) -> Field:
    shape = (RADII, ANGLES)
    blotches = smooth_field(rng, shape, (22, 45))
    coarse = smooth_field(rng, shape, (9, 16))
    middle = smooth_field(rng, shape, (4.5, 7))
    fine = smooth_field(rng, shape, (1.8, 3))
    fibres = _wander(rng, _sharpen(smooth_field(rng, shape, (26, 3.6))))
    threads = _wander(rng, _sharpen(smooth_field(rng, shape, (14, 2.0))))
    pupillary = 0.5 - 0.5 * np.tanh((_rows() - collarette) / 0.04)
    # Threads are fine and dense inside the collarette; outside it the fibres are thicker and half hidden.
    strength = smooth_field(rng, shape, (20, 40))
    fibrous = np.clip(0.55 + 0.3 * strength, 0.1, 1.2)
    zone = rng.normal(0, 0.5) * pupillary
    return np.asarray(
        0.55 * blotches
        + 0.65 * coarse
        + 0.6 * middle
        + 0.3 * fine
        + fibrous * (0.7 * fibres * (1 - pupillary) + 0.8 * threads * pupillary)
        + zone,
        np.float32,
    )


def _sharpen(field: Field) -> Field:
    """Turn a smooth field into bright ridges on a darker ground, mean 0 and standard deviation 1."""
    ridges = 1 - np.abs(field)
    ridges = np.maximum(ridges, 0) ** 1.5 + 0.4 * np.minimum(ridges, 0)
    return np.asarray((ridges - ridges.mean()) / ridges.std(), np.float32)


def _wander(rng: np.random.Generator, field: Field) -> Field:
    """Bend radial fibres sideways, as stromal fibres wind from collarette to root."""
    shift = 9 * smooth_field(rng, (RADII, ANGLES // 8), (30, 6)).repeat(8, axis=1)
    columns = (np.arange(ANGLES)[np.newaxis, :] + np.rint(shift).astype(np.int64)) % ANGLES
    return np.take_along_axis(field, columns, axis=1)


def _ridge(rng: np.random.Generator, collarette: Field) -> Field:
    height = np.clip(0.8 + 0.5 * smooth_field(rng, (1, ANGLES), (0, 25)), 0, None)
    away = (_rows() - collarette) / 0.035
    return np.asarray(height * (1.3 * np.exp(-(away**2)) - 0.7 * np.exp(-((away - 2.2) ** 2))), np.float32)


def _add_crypts(rng: np.random.Generator, texture: Field, collarette: Field) -> None:
    """Add leaf-shaped pits with bright rims, most of them just outside the collarette."""
    rows, columns = np.mgrid[-24:25, -48:49].astype(np.float32)
    for _ in range(int(rng.integers(14, 46))):
        angle = int(rng.integers(ANGLES))
        radius = collarette[0, angle] + abs(rng.normal(0.1, 0.12))
        long, wide = rng.uniform(5, 15), rng.uniform(6, 20)
        lean = rng.normal(0, 0.35)
        along = rows / long
        across = (columns + lean * rows * 2) / wide
        # Narrowing towards the ends makes a leaf of the ellipse.
        distance = np.sqrt(along**2 + (across * (1 + 0.6 * np.abs(along))) ** 2)
        pit = -rng.uniform(1.0, 2.2) * 0.5 * (1 - np.tanh((distance - 0.85) / 0.18))
        rim = rng.uniform(0.6, 1.6) * np.exp(-(((distance - 1.08) / 0.16) ** 2))
        _stamp(texture, (pit + rim).astype(np.float32), int(radius * RADII), angle)


def _stamp(texture: Field, patch: Field, row: int, column: int) -> None:
    half_rows, half_columns = patch.shape[0] // 2, patch.shape[1] // 2
    top, bottom = max(0, row - half_rows), min(RADII, row + half_rows + 1)
    if top >= bottom:
        return
    columns = np.arange(column - half_columns, column + half_columns + 1) % ANGLES
    texture[top:bottom, columns] += patch[top - row + half_rows : bottom - row + half_rows]


def _add_furrows(rng: np.random.Generator, texture: Field) -> None:
    """Add contraction furrows: dark arcs about the pupil in the outer half."""
    columns = np.arange(ANGLES)
    for _ in range(int(rng.integers(3, 8))):
        radius = rng.uniform(0.45, 0.9) + 0.015 * smooth_field(rng, (1, ANGLES), (0, 30))
        middle, reach = rng.integers(ANGLES), rng.uniform(60, 220)
        away = np.abs((columns - middle + ANGLES // 2) % ANGLES - ANGLES // 2)
        extent = np.exp(-((away / reach) ** 4))
        depth = rng.uniform(0.5, 1.3)
        texture -= (depth * extent * np.exp(-(((_rows() - radius) / 0.022) ** 2))).astype(np.float32)


def _ruff(rng: np.random.Generator) -> Field:
    """The beaded dark rim of the pupil."""
    beads = 1 + 0.6 * smooth_field(rng, (1, ANGLES), (0, 4))
    return np.asarray(-1.2 * beads * np.exp(-((_rows() / 0.045) ** 2)), np.float32)
