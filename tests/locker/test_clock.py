"""The clock: the contract's instants, the kernel's word, and steps of the wall clock."""

from __future__ import annotations

import ctypes
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locker.clock import StepWatch, SystemClock, instant, kernel_clock_synced, parse_instant


class HandClock:
    def __init__(self) -> None:
        self.mono = 50.0
        self.wall = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.mono

    def now(self) -> datetime:
        return self.wall

    def synced(self) -> bool:
        return True


def test_an_instant_is_utc_with_milliseconds() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert instant(datetime(2026, 3, 1, 16, 0, 0, 123999, tzinfo=shanghai)) == "2026-03-01T08:00:00.123Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        instant(datetime(2026, 3, 1, 16, 0))  # noqa: DTZ001 - the point of the test


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - given a zone
def test_an_instant_is_read_back_to_the_millisecond(at: datetime) -> None:
    assert parse_instant(instant(at)) == at.replace(microsecond=at.microsecond // 1000 * 1000)


@pytest.mark.parametrize("text", ["2026-03-01", "2026-03-01T08:00:00Z", "2026-03-01T08:00:00.000+08:00", ""])
def test_other_forms_of_time_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not match"):
        parse_instant(text)


def test_an_assumed_clock_is_believed_whatever_the_kernel_says() -> None:
    assert SystemClock("assumed").synced()
    assert SystemClock("kernel").synced() is kernel_clock_synced()


@pytest.mark.parametrize(
    ("verdict", "status", "synced"), [(0, 0, True), (1, 0x2001, True), (5, 0, False), (0, 0x40, False), (-1, 0, False)]
)
def test_the_kernels_answer_is_read_as_adjtimex_documents_it(
    monkeypatch: pytest.MonkeyPatch, verdict: int, status: int, *, synced: bool
) -> None:
    class FakeLibrary:
        @staticmethod
        def adjtimex(pointer: object) -> int:
            pointer._obj.status = status  # type: ignore[attr-defined]
            return verdict

    monkeypatch.setattr(ctypes, "CDLL", lambda _name: FakeLibrary)
    assert kernel_clock_synced() is synced


def test_a_system_without_adjtimex_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert not kernel_clock_synced()


def test_the_system_clocks_go_forward_and_know_their_zone() -> None:
    clock = SystemClock("assumed")
    assert clock.monotonic() <= clock.monotonic()
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("jump_s", [86400.0, -86400.0, 30.5, -31.0])
def test_a_step_is_told_once(jump_s: float) -> None:
    clock = HandClock()
    watch = StepWatch(clock)
    clock.mono += 10
    clock.wall += timedelta(seconds=10 + jump_s)
    assert watch.check() == pytest.approx(jump_s)
    assert watch.check() is None


def test_slewing_is_no_step_however_long_it_lasts() -> None:
    clock = HandClock()
    watch = StepWatch(clock)
    for _ in range(100):
        clock.mono += 3600
        clock.wall += timedelta(seconds=3601.8)
        assert watch.check() is None
