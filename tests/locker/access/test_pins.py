"""PINs: right and wrong ones, and as much work for an unknown number as for a known one."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters

from locker.access.pins import MOST_MEMORY_KIB, Pins
from mqtt.contract.messages import StaffPersonal

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


class CountingHasher(PasswordHasher):
    """Remembers the cost of every verification."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.work: list[tuple[int, int]] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - the base class's name
        cost = extract_parameters(hash if isinstance(hash, str) else hash.decode())
        self.work.append((cost.memory_cost, cost.time_cost))
        return super().verify(hash, password)


@pytest.fixture
def staff() -> list[tuple[str, StaffPersonal]]:
    return [
        ("cou-1", StaffPersonal(name="Zhao", number="660011", pin_hash=CHEAP.hash("1357"))),
        ("att-1", StaffPersonal(name="Qian", number="660012", pin_hash=CHEAP.hash("2468"))),
    ]


def test_a_number_with_its_pin_is_its_person(staff: list[tuple[str, StaffPersonal]]) -> None:
    pins = Pins(CHEAP)
    assert pins.check(staff, "660011", "1357") == "cou-1"
    assert pins.check(staff, "660012", "2468") == "att-1"


@pytest.mark.parametrize(("number", "pin"), [("660011", "2468"), ("660013", "1357"), ("", ""), ("660011", "")])
def test_anything_else_is_nobody(staff: list[tuple[str, StaffPersonal]], number: str, pin: str) -> None:
    assert Pins(CHEAP).check(staff, number, pin) is None


def test_an_unknown_number_costs_as_much_as_a_wrong_pin(staff: list[tuple[str, StaffPersonal]]) -> None:
    hasher = CountingHasher()
    pins = Pins(hasher)
    pins.check(staff, "660011", "0000")
    pins.check(staff, "999999", "0000")
    pins.check(staff, "999999", "1111")
    assert hasher.work == [(64, 1)] * 3
    assert len(pins._dummies) == 1


def test_a_hash_that_would_starve_the_box_is_never_computed() -> None:
    greedy = f"$argon2id$v=19$m={MOST_MEMORY_KIB + 1},t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"
    hasher = CountingHasher()
    entry = StaffPersonal(name="Sun", number="660013", pin_hash=greedy)
    assert Pins(hasher).check([("cou-2", entry)], "660013", "1357") is None
    assert hasher.work == []


def test_a_hash_that_cannot_be_read_is_nobodys() -> None:
    entry = StaffPersonal(name="Sun", number="660013", pin_hash="$argon2id$nonsense")
    pins = Pins(CHEAP)
    assert pins.check([("cou-2", entry)], "660013", "1357") is None
    assert pins.check([("cou-2", entry)], "660014", "1357") is None


def test_with_no_staff_at_all_nobody_is_anybody() -> None:
    assert Pins(CHEAP).check([], "660011", "1357") is None
