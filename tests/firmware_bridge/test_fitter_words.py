"""What the board commands say to a fitter: in numbers that are right, and with every cause that there may be."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime

import pytest
from fake_boards import FakeCu24Bus
from line_bench import make_bench

from config.settings import PanelSettings
from firmware_bridge.boards.driver import driver_named, families
from firmware_bridge.cli import register
from firmware_bridge.commands.faults import described
from firmware_bridge.commands.scan import RATES, remarks
from firmware_bridge.commands.survey import Survey
from firmware_bridge.commissioning.handover import REMEDIES as HANDOVER_REMEDIES
from firmware_bridge.commissioning.handover import VERDICTS, Verdict
from firmware_bridge.faults import FaultKind
from firmware_bridge.reports import Drift, Latch, Outcome
from firmware_bridge.scan import PortScan
from firmware_bridge.status_file import CycleRecord, PanelStatus
from firmware_bridge.words import DRIFTS, FAULTS, LATCHES, OUTCOMES, fault_lines, spoken


@pytest.mark.parametrize(
    ("left_open_s", "said"), [(0.5, "1 second"), (5.0, "5 seconds"), (110.0, "110 seconds"), (600.0, "10 minutes")]
)
def test_a_door_is_told_open_for_as_long_as_it_is(left_open_s: float, said: str) -> None:
    bench = make_bench(FakeCu24Bus, power=PanelSettings(open_within_s=1.0, left_open_s=left_open_s))
    bench.read_first()
    bench.unlock(0)
    bench.until(lambda: bool(bench.faults.all()), left_open_s + 10.0)
    (fault,) = bench.faults.all()
    assert fault.cause == f"it has been open for {said}"


@pytest.mark.parametrize(
    ("reads", "said"), [(1, "1 read for all doors takes 12 ms"), (3, "3 reads for all doors take 12")]
)
def test_one_read_takes_and_several_take(reads: int, said: str) -> None:
    cycle = CycleRecord(line="left", up=True, reads=reads, wire_ms=10.0, took_ms=12.0, every_ms=250.0)
    lines = described(PanelStatus(at=datetime.now(UTC), pid=1, faults=(), cycles=(cycle,)))
    assert any(said in line for line in lines)


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    return parser.parse_args(["board", "scan", "--port", "nowhere", *words])


@pytest.mark.parametrize("rate", ["1234", "19201", "0", "2000000", "9600.0"])
def test_a_rate_that_no_adapter_has_is_refused_with_those_there_are(
    rate: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parsed("--baud", rate)
    said = capsys.readouterr().err
    assert f"{rate} is no rate of a serial line; there are 300, 600, 1200" in said


@pytest.mark.parametrize("family", families())
def test_every_rate_of_a_family_may_be_looked_for(family: str) -> None:
    assert set(driver_named(family).bauds) <= set(RATES)
    rates = [word for rate in driver_named(family).bauds for word in ("--baud", str(rate))]
    assert parsed(*rates).baud == list(driver_named(family).bauds)


@pytest.mark.parametrize(
    ("port", "cause"),
    [("/dev/x", "the baud rate"), ("socket://far:4001", "the baud rate that the serial server is set to")],
)
def test_a_line_on_which_nothing_answers_may_have_another_rate(port: str, cause: str) -> None:
    (remark,) = remarks(Survey(PortScan(port, ["wkly"])))
    assert remark.startswith(f"{port}: 无应答：请检查电源")
    assert " nothing answers: check power," in remark
    assert remark.endswith(f"the family and {cause}")


CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_fault_outcome_and_verdict_has_a_chinese_name_and_what_asks_for_a_hand_a_chinese_remedy() -> None:
    assert set(FAULTS) == set(FaultKind)
    assert all(CHINESE.search(word) for pair in FAULTS.values() for word in pair)
    assert set(OUTCOMES) == set(Outcome)
    assert set(LATCHES) == set(Latch)
    assert set(DRIFTS) == set(Drift)
    assert all(CHINESE.search(word) for pair in DRIFTS.values() for word in pair)
    assert set(VERDICTS) == set(Verdict)
    assert all(CHINESE.match(spoken(each)) for each in (*Outcome, *Latch, *Drift))
    assert all(CHINESE.match(name) for name in VERDICTS.values())
    assert all(CHINESE.match(remedy) for remedy in HANDOVER_REMEDIES.values() if remedy)


def test_a_fault_is_said_in_both_languages() -> None:
    name, chinese, english = fault_lines("left", FaultKind.LINE_ECHO, "48 of 50 requests came back", "turn it off")
    assert name == "left: 适配器有回声 line echo: 48 of 50 requests came back"
    assert chinese.startswith("    请在适配器上关闭回声")
    assert english == "    turn it off"
