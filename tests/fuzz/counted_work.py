"""Work counted, not timed: how many functions a piece of code calls, the same on every machine."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Work(Generic[T]):
    """What became of it and what it took.

    Attributes:
        result: returned; None where an exception was raised.
        raised: the exception, else None.
        python_calls, c_calls: functions entered of each kind.
    """

    result: T | None
    raised: Exception | None
    python_calls: int
    c_calls: int


def counted(work: Callable[[], T]) -> Work[T]:
    """Runs it under a profiler that only counts; what others left for the collector is no part of its work."""
    calls = {"call": 0, "c_call": 0}

    def count(_: FrameType, event: str, __: object) -> None:
        if event in calls:
            calls[event] += 1

    before, collecting = sys.getprofile(), gc.isenabled()
    gc.disable()
    sys.setprofile(count)
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 - the caller judges it
        # Returned from here, the exception is in no frame of its own traceback: that cycle would keep every picture.
        return Work(None, error, calls["call"], calls["c_call"])
    finally:
        sys.setprofile(before)
        if collecting:
            gc.enable()
    return Work(result, None, calls["call"], calls["c_call"])
