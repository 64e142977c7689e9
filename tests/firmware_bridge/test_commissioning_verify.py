"""`board verify` over a running panel and a pseudo-terminal, the fitter played."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_boards import FakeBus, bus_of
from fake_ports import PtyBus
from virtual_boards import firmware, wiring

from config.settings import CompartmentSettings, LineSettings, PanelSettings, Size
from firmware_bridge.commissioning.handover import DoorReport, HandOver, Verdict
from firmware_bridge.commissioning.verify import Verification
from firmware_bridge.panel import Outcome, Panel

A_FEW_POLLS_S = 0.15
World = Callable[..., tuple[FakeBus, Panel]]


class Fitter:
    """Closes every door that is said to have opened, unless told otherwise."""

    def __init__(self, bus: FakeBus, *, closes: bool, word: str | None, answer: str) -> None:
        self.bus = bus
        self.closes = closes
        self.word = word
        self.answer = answer
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)
        if "Close" in text and self.closes:
            for door in self.bus.boards[1].doors:
                if not door.latched:
                    door.close()

    def ask(self, question: str) -> str:
        self.said.append(question)
        return self.answer

    def typed(self) -> str | None:
        return self.word if any("opened. Close" in text for text in self.said) else None


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    opened: list[tuple[Panel, PtyBus]] = []

    def build(family: str = "kerong-cu24", **really: object) -> tuple[FakeBus, Panel]:
        bus = bus_of(family)(time.monotonic, 12, (1,))
        if really:
            bus.firmware[1] = firmware(family, wiring(family, 1, 12, **really), bus.locks[1])
        pty = PtyBus(bus, tmp_path / "line")
        pty.plug()
        line = LineSettings.model_validate(
            {"name": "left", "port": str(pty.path), "family": family, "boards": [wiring(family, 1, 12)]}
        )
        panel = Panel(
            [line], DOORS, PanelSettings(open_within_s=0.2, coil_rest_s=0.0, poll_rest_s=0.02), on_event=lambda _: None
        )
        panel.start()
        assert panel.wait_until_read(10)
        opened.append((panel, pty))
        return bus, panel

    yield build
    for panel, pty in opened:
        panel.stop()
        pty.unplug()


DOORS = [
    CompartmentSettings(id=f"A{number:02d}", size=Size.M, line="left", board=1, channel=number - 1)
    for number in range(1, 4)
]


def verify(panel: Panel, fitter: Fitter) -> tuple[DoorReport, ...]:
    verification = Verification(fitter, panel, pause=lambda seconds: time.sleep(min(seconds, A_FEW_POLLS_S)))
    verification.run(DOORS)
    return tuple(verification.reports)


def test_every_door_is_pulsed_once_and_the_report_has_its_latency(world: World) -> None:
    bus, panel = world()
    reports = verify(panel, Fitter(bus, closes=True, word=None, answer=""))
    assert [each.verdict for each in reports] == [Verdict.GOOD] * 3
    assert [len(door.pulses) for door in bus.boards[1].doors[:4]] == [1, 1, 1, 0]
    assert all(each.latency_s is not None and 0.03 <= each.latency_s < 2 for each in reports)
    report = HandOver(community="c", cabinet="g", at="today", version="1", fingerprint="f", doors=reports)
    assert report.good
    assert "3 of 3 doors are good" in "\n".join(report.lines())


def test_a_jammed_door_and_one_that_stays_open_are_told_with_their_remedies(
    world: World,
) -> None:
    bus, panel = world()
    bus.door(1).stuck = True
    fitter = Fitter(bus, closes=False, word="s", answer="")
    reports = verify(panel, fitter)
    assert [each.outcome for each in reports] == [Outcome.OPENED, Outcome.JAMMED, Outcome.OPENED]
    assert {each.verdict for each in reports} == {Verdict.FAILED}
    assert "bolt" in reports[0].remedy
    assert "push the door" in reports[1].remedy
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in fitter.said if text[:1] != " ")
    at = fitter.said.index("A02: 卡住 jammed: the hook stayed latched; the board took the request")
    assert fitter.said[at + 1 : at + 3] == [f"    {each}" for each in reports[1].remedy.splitlines()]


def test_a_hook_that_lies_and_a_board_that_counts_otherwise_are_named_where_a_door_seems_jammed(world: World) -> None:
    bus, panel = world("wkly", first_index=0)
    bus.boards[1].doors[1].stuck = True
    (first, *_) = verify(panel, Fitter(bus, closes=True, word=None, answer=""))
    assert first.outcome is Outcome.JAMMED
    assert first.also_opened == ()
    chinese, english = first.remedy.splitlines()
    assert "first_index" in chinese
    assert english.startswith("if it did open: its hook")
    assert "first_index" in first.remedy


def test_a_board_that_counts_from_another_number_opens_the_wrong_doors_and_the_remedy_says_so(
    world: World,
) -> None:
    bus, panel = world("wkly", first_index=0)
    (first, *_) = verify(panel, Fitter(bus, closes=True, word=None, answer=""))
    assert first.outcome is Outcome.JAMMED
    assert first.also_opened == ("A02",)
    assert "first_index" in first.remedy


def test_what_the_fitter_sees_counts_for_more_than_the_hook(world: World) -> None:
    bus, panel = world()
    (first, *_) = verify(panel, Fitter(bus, closes=False, word="n", answer=""))
    assert first.verdict is Verdict.FAILED
    assert "saw another door" in first.detail


@pytest.mark.parametrize(("answer", "agreed"), [("gate", True), ("y", False), ("", False), ("Gate", False)])
def test_only_the_cabinets_name_is_consent(answer: str, agreed: object, world: World) -> None:
    bus, panel = world()
    fitter = Fitter(bus, closes=True, word=None, answer=answer)
    assert Verification(fitter, panel).consent("gate", 3) is agreed
    assert bus.unlock_frames == []
