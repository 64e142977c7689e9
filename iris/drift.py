"""How an eye's distances go over the visits: whether they grow, and whether a renewal has made them worse.

Only distances are kept, a bounded number of them; what they are of, and where they are kept, is the caller's.
"""

from __future__ import annotations

from itertools import dropwhile
from statistics import median
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

JUDGED = 5
"""Visits whose median or mean is judged: one bad look in five changes no median."""
GROWN = 0.03
"""Least growth of the median that counts as drift; `benchmarks/renewal.py` tells how often it happens to an eye that
did not change."""
FARTHER = 0.015
"""How much farther than the enrolment a renewal may lie in the mean: it has fewer places, so a little is usual, and
costs nothing while the nearer of the two counts. More says that the look it was made of was a poor one."""
INCOMPARABLE = 0.5
"""What counts for the distance from a renewal that a frame does not compare with: that of strangers."""


class Sighting(BaseModel):
    """One visit's distances from an eye's enrolment and, where there is one, from its renewal.

    A renewal that did not compare, where the enrolment did, is as far as a stranger: `INCOMPARABLE`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    original: float = Field(ge=0, le=1)
    renewed: float | None = Field(default=None, ge=0, le=1)

    @property
    def farther(self) -> float:
        """How much farther the renewal lay than the enrolment, where there was one."""
        return (INCOMPARABLE if self.renewed is None else self.renewed) - self.original


class Sightings(BaseModel):
    """The visits of one eye since its enrolment.

    Attributes:
        first: distances from the enrolment in the first visits, `JUDGED` of them at most.
        last: the newest visits, oldest first, `JUDGED` of them at most.
        renewed_on: the day of the enrolment's first visit or of the newest renewal, as a proleptic ordinal; None until
            a visit whose day is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: tuple[float, ...] = Field(default=(), max_length=JUDGED)
    last: tuple[Sighting, ...] = Field(default=(), max_length=JUDGED)
    renewed_on: int | None = None

    def seen(self, sighting: Sighting) -> Self:
        """With one more visit."""
        first = (*self.first, sighting.original) if len(self.first) < JUDGED else self.first
        return self.model_copy(update={"first": first, "last": (*self.last, sighting)[-JUDGED:]})

    def dated(self, day: int) -> Self:
        """With a first day where none is known, or where the clock was ahead and that day is still to come."""
        ahead = self.renewed_on is None or self.renewed_on > day
        return self.model_copy(update={"renewed_on": day}) if ahead else self

    def renewed(self, day: int | None) -> Self:
        """After a renewal, or its undoing: the new template has no visits yet. `day` is None when nobody knows it."""
        last = tuple(visit.model_copy(update={"renewed": None}) for visit in self.last)
        return self.model_copy(update={"last": last, "renewed_on": day})

    def due(self, day: int, every_days: int) -> bool:
        """Whether an eye may be renewed: so many days after its first visit or its last renewal, and no sooner."""
        return self.renewed_on is not None and day - self.renewed_on >= every_days

    def worse_for_renewal(self) -> bool:
        """Whether the renewal lay clearly farther than the enrolment in the mean of its last visits.

        Visits before the first in which it was seen had none; one without it after that did not compare with it.
        """
        visits = list(dropwhile(lambda visit: visit.renewed is None, self.last))
        return len(visits) == JUDGED and sum(visit.farther for visit in visits) > JUDGED * FARTHER

    def drifted(self, limit: float) -> bool:
        """Whether the distances have grown, and lie where nothing can be renewed any more (`iris.renewal.limit`)."""
        if len(self.first) < JUDGED or len(self.last) < JUDGED:
            return False
        now = median(visit.original for visit in self.last)
        return now >= limit and now - median(self.first) >= GROWN
