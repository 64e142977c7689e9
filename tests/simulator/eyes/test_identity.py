"""Identities and textures: the same for ever, and strangers to one another."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from simulator.eyes import Identity, Side, grow
from simulator.eyes.noise import Field, smooth_field
from simulator.eyes.texture import ANGLES, RADII, grow_texture


def rotated_correlations(one: Field, other: Field) -> np.ndarray:
    """Correlation at each of the ANGLES rotations."""
    spectra = [np.fft.rfft((t - t.mean()) / t.std(), axis=1) for t in (one, other)]
    return np.fft.irfft((spectra[0] * np.conj(spectra[1])).sum(axis=0), n=ANGLES) / one.size


def test_an_identity_grows_the_same_eye_every_time() -> None:
    identity = Identity(9, "王小明", Side.LEFT)
    one, again = grow(identity), grow(identity)
    np.testing.assert_array_equal(one.texture, again.texture)
    np.testing.assert_array_equal(one.skin, again.skin)
    assert one.anatomy == again.anatomy


@pytest.mark.parametrize(
    "other",
    [
        Identity(1, "r01", Side.RIGHT),
        Identity(1, "r02", Side.LEFT),
        Identity(2, "r01", Side.LEFT),
        Identity(11, "r0", Side.LEFT),
    ],
)
def test_another_seed_person_or_side_is_another_iris(other: Identity) -> None:
    textures = [grow_texture(identity.own("texture")) for identity in (Identity(1, "r01", Side.LEFT), other)]
    assert np.abs(rotated_correlations(*textures)).max() < 0.25


def test_two_eyes_of_one_person_share_skin_tone_and_lashes_only() -> None:
    left, right = (grow(Identity(1, "r05", side)).anatomy for side in Side)
    assert left.skin_grey == right.skin_grey
    assert left.upper_lashes == right.upper_lashes
    assert left.nasal == -right.nasal
    assert left.pupil_offset != right.pupil_offset


def test_strangers_textures_correlate_as_little_as_chance_allows() -> None:
    textures = [grow_texture(np.random.default_rng(seed)) for seed in range(8)]
    correlations = [rotated_correlations(a, b)[0] for a, b in combinations(textures, 2)]
    assert np.mean(correlations) == pytest.approx(0, abs=0.03)
    assert np.std(correlations) < 0.08


def test_a_texture_is_normalised_and_closes_on_itself() -> None:
    texture = grow_texture(np.random.default_rng(3))
    assert texture.shape == (RADII, ANGLES)
    assert texture.mean() == pytest.approx(0, abs=0.05)
    assert texture.std() == pytest.approx(1, abs=0.05)
    seam = np.abs(texture[:, 0] - texture[:, -1]).mean()
    steps = np.abs(np.diff(texture, axis=1)).mean()
    assert seam < 2 * steps


def test_a_smooth_field_closes_along_columns_and_not_along_rows() -> None:
    field = smooth_field(np.random.default_rng(1), (64, 256), (8, 8))
    closing = np.corrcoef(field[:, 0], field[:, -1])[0, 1]
    ends = np.corrcoef(field[0], field[-1])[0, 1]
    assert closing > 0.9
    assert abs(ends) < 0.5
