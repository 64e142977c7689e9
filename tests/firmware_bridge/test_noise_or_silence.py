"""Boards that cannot be understood are told apart from boards that say nothing, each once."""

from __future__ import annotations

import pytest
from fake_boards import FakeBus, bus_of
from fake_ports import perfect
from line_bench import Bench, make_bench

from firmware_bridge.boards.driver import families
from firmware_bridge.faults import Fault
from firmware_bridge.reports import LineChanged


def found(bench: Bench) -> dict[str, Fault]:
    return {f"{fault.kind} {fault.part}": fault for fault in bench.faults.all()}


def damaged(reply: bytes, at: float) -> list[tuple[float, bytes]]:
    """Answers of which no byte is right."""
    return [(at, bytes(byte ^ 0x5A for byte in reply))]


@pytest.mark.parametrize("family", families())
@pytest.mark.parametrize("boards", [1, 2])
def test_answers_that_all_come_damaged_are_noise_and_no_silence(family: str, boards: int) -> None:
    bench = make_bench(bus_of(family), damaged, boards=boards)
    bench.for_seconds(60.0)
    assert list(found(bench)) == ["line_noisy front"]
    fault = found(bench)["line_noisy front"]
    assert "brought damaged bytes" in fault.cause
    assert "120 ohm" in fault.remedy
    down = [event.cause for event in bench.events if isinstance(event, LineChanged) and not event.up]
    assert "damaged bytes came instead" in down[0]
    bench.port.carry = perfect
    bench.for_seconds(150.0)
    assert not bench.faults.all()


@pytest.mark.parametrize("family", families())
@pytest.mark.parametrize("echoes", [False, True])
def test_the_silence_of_a_lines_only_board_is_one_fault(
    family: str,
    echoes: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    bench = make_bench(bus_of(family))
    bench.bus.echoes = echoes
    bench.read_first()
    bench.bus.boards[min(bench.bus.boards)].deaf = True
    bench.for_seconds(60.0)
    assert {name for name in found(bench) if "line_echo" not in name} == {"line_silent front"}


def test_noise_that_becomes_silence_is_told_as_what_it_is(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, damaged)
    bench.for_seconds(30.0)
    assert list(found(bench)) == ["line_noisy front"]
    bench.bus.boards[min(bench.bus.boards)].deaf = True
    bench.for_seconds(120.0)
    assert list(found(bench)) == ["line_silent front"]


def test_of_two_boards_the_one_that_cannot_be_understood_is_not_called_silent(bus_type: type[FakeBus]) -> None:
    bench = make_bench(bus_type, boards=2)
    bench.read_first()
    address = max(bench.bus.boards)
    ask = bench.bus._ask

    def ask_one_damaged(asked: int, data: bytes) -> tuple[bytes, ...]:
        said = ask(asked, data)
        return tuple(wrong for each in said for _, wrong in damaged(each, 0.0)) if asked == address else said

    bench.bus._ask = ask_one_damaged  # type: ignore[method-assign]
    bench.for_seconds(30.0)
    assert list(found(bench)) == ["line_noisy front"]
    assert f"board {address} " in found(bench)["line_noisy front"].cause
    assert bench.up is True
