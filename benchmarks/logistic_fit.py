"""A logistic regression with a little ridge, in NumPy, by Newton's method."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from iris.quality.logistic import Logistic

Floats = NDArray[np.float64]
RIDGE = 1e-3
"""On standardised figures, in units of the mean loss."""
STEPS = 60


def fitted(figures: list[dict[str, float]], right: list[bool], weights: list[float]) -> Logistic:
    """The coefficients of the natural figures, rounded to three digits as they would be written down."""
    names = list(figures[0])
    values = np.array([[one[name] for name in names] for one in figures])
    middle, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    columns = np.column_stack([(values - middle) / spread, np.ones(len(values))])
    truth, weight = np.array(right, float), np.array(weights) / np.sum(weights)
    penalty = RIDGE * np.diag([*np.ones(len(names)), 0.0])
    solution = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        guess = 1 / (1 + np.exp(-np.clip(columns @ solution, -40, 40)))
        slope = columns.T @ (weight * (guess - truth)) + penalty @ solution
        curve = (columns * (weight * guess * (1 - guess))[:, None]).T @ columns + penalty
        solution -= np.linalg.solve(curve + 1e-9 * np.eye(len(solution)), slope)
    natural = solution[:-1] / spread
    intercept = float(solution[-1] - natural @ middle)
    return Logistic(round(intercept, 2), {name: round(float(w), 2) for name, w in zip(names, natural, strict=True)})


def written(found: Logistic, name: str) -> str:
    """The coefficients as the source text to put in."""
    lines = [f'        "{key}": {value},' for key, value in found.weights.items()]
    return "\n".join([f"{name} = Logistic(", f"    {found.intercept},", "    {", *lines, "    },", ")"])
