"""Synthetic eyes can be told apart, and recognised again, by the plainest of iris codes.

The code here is Daugman's idea in its shortest form over the true boundaries; it shares nothing with the product's.
"""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import pytest

from simulator.eyes import Ellipse, Identity, Rendered, Side, draw_view, grow, live, render

RINGS, ANGLES = 16, 256
WAVELENGTH = 18.0
SHIFTS = range(-10, 11)

Code = tuple[np.ndarray, np.ndarray]


def on(ellipse: Ellipse, angles: np.ndarray) -> np.ndarray:
    """Points (2, N) of an ellipse at angles about its centre."""
    turn = np.radians(ellipse.angle_deg)
    local = angles - turn
    reach = 1 / np.hypot(np.cos(local) / ellipse.major, np.sin(local) / ellipse.minor)
    return np.stack([ellipse.x + reach * np.cos(angles), ellipse.y + reach * np.sin(angles)])


def code(rendered: Rendered) -> Code:
    """Phase bits (RINGS, ANGLES, 2) and which of them can be trusted (RINGS, ANGLES)."""
    angles = np.arange(ANGLES) * 2 * np.pi / ANGLES
    share = ((np.arange(RINGS) + 1.5) / (RINGS + 2))[:, np.newaxis]
    inner, outer = on(rendered.truth.pupil, angles), on(rendered.truth.iris, angles)
    x, y = (((1 - share) * inner[k] + share * outer[k]).astype(np.float32) for k in (0, 1))
    strip = cv2.remap(rendered.picture.astype(np.float32), x, y, cv2.INTER_LINEAR)
    trusted = cv2.remap(rendered.truth.visible.astype(np.uint8), x, y, cv2.INTER_NEAREST).astype(bool)
    frequency = np.fft.fftfreq(ANGLES) * WAVELENGTH
    gain = np.where(frequency > 0, np.exp(-(np.log(np.maximum(frequency, 1e-6)) ** 2) / (2 * np.log(0.5) ** 2)), 0)
    phase = np.fft.ifft(np.fft.fft(np.where(trusted, strip, strip[trusted].mean()), axis=1) * gain, axis=1)
    return np.stack([phase.real > 0, phase.imag > 0], axis=-1), trusted


def distance(one: Code, other: Code) -> float:
    """Smallest fractional Hamming distance over small rotations."""
    found = []
    for shift in SHIFTS:
        both = one[1] & np.roll(other[1], shift, axis=1)
        found.append(np.mean((one[0] ^ np.roll(other[0], shift, axis=1))[both]))
    return float(min(found))


@pytest.fixture(scope="module")
def codes() -> dict[tuple[str, Side], list[Code]]:
    rng = np.random.default_rng(11)
    seen = {}
    for person in ("r01", "r02", "r03", "r04", "r05", "r06"):
        for side in Side:
            eye = grow(Identity(1, person, side))
            seen[person, side] = [code(render(eye, next(live(draw_view(rng), rng)), rng)) for _ in range(4)]
    return seen


def test_an_eye_is_nearer_to_itself_than_any_two_eyes_are(codes: dict[tuple[str, Side], list[Code]]) -> None:
    genuine = [distance(*pair) for eye in codes.values() for pair in combinations(eye, 2)]
    impostor = [distance(a, b) for one, other in combinations(codes.values(), 2) for a in one[:2] for b in other[:2]]
    assert max(genuine) < min(impostor)
    assert np.mean(impostor) > 0.42
    spread = np.sqrt((np.var(genuine) + np.var(impostor)) / 2)
    assert (np.mean(impostor) - np.mean(genuine)) / spread > 5


def test_the_two_eyes_of_a_person_are_as_far_apart_as_strangers(codes: dict[tuple[str, Side], list[Code]]) -> None:
    people = sorted({person for person, _ in codes})
    own = [distance(codes[person, Side.LEFT][k], codes[person, Side.RIGHT][k]) for person in people for k in range(4)]
    strangers = [distance(codes[a, Side.LEFT][0], codes[b, Side.RIGHT][0]) for a, b in combinations(people, 2)]
    assert np.mean(own) == pytest.approx(np.mean(strangers), abs=0.03)
