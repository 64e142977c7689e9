"""A logistic function of a few named figures, its coefficients written down with where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Logistic:
    """Log odds = intercept + the sum of weight times figure."""

    intercept: float
    weights: Mapping[str, float]

    def log_odds(self, figures: Mapping[str, float]) -> float:
        """Of one set of figures, which must be those that were fitted."""
        return self.intercept + sum(weight * figures[name] for name, weight in self.weights.items())
