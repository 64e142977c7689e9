"""Which compartment a parcel is given: the smallest vacant one that is large enough, away from the last used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from config.settings import Size
from locker.ledger import Compartment
from mqtt.contract.base import Latch, ServiceState


def vacancies(compartments: Sequence[Compartment], latch: Callable[[str], Latch]) -> tuple[Compartment, ...]:
    """Compartments that are free, in service, and whose door is known to be closed."""
    return tuple(
        compartment
        for compartment in compartments
        if compartment.custody == "free"
        and compartment.service is ServiceState.IN_SERVICE
        and latch(compartment.id) is Latch.LATCHED
    )


def choose_compartment(vacant: Sequence[Compartment], size: Size, *, exact: bool) -> Compartment | None:
    """The vacant compartment for a size: of just that size, or (not exact) of the smallest size at least as large.

    Among equals the one with the lowest revision is taken, so that wear spreads over the locks.
    """
    fitting = [c for c in vacant if c.size == size or (not exact and Size(c.size).rank > size.rank)]
    return min(fitting, key=lambda c: (Size(c.size).rank, c.rev, c.id), default=None)


def count_by_size(vacant: Sequence[Compartment]) -> dict[Size, int]:
    """Vacant compartments of each size, smallest first; sizes without any are left out."""
    counts = Counter(Size(c.size) for c in vacant)
    return {size: counts[size] for size in Size if counts[size]}
