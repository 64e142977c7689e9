"""The panel with its real threads, over real pseudo-terminals."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_boards import Fake8aBus, FakeBus, FakeCu24Bus
from fake_ports import PtyBus

from config.settings import BoardSettings, CompartmentSettings, LineSettings, PanelSettings, Size
from firmware_bridge.errors import FrameFieldError, PanelUseError
from firmware_bridge.panel import DoorChanged, FaultKind, Latch, LineChanged, Outcome, Panel, PanelEvent
from firmware_bridge.wire import Wire

CHANNELS = 12
WITHIN_S = 5.0


class Ears:
    """A listener that lets a test wait for what it wants to hear."""

    def __init__(self) -> None:
        self.events: list[PanelEvent] = []
        self._heard = threading.Condition()

    def __call__(self, event: PanelEvent) -> None:
        with self._heard:
            self.events.append(event)
            self._heard.notify_all()

    def wait_for(self, wanted: Callable[[PanelEvent], bool]) -> PanelEvent:
        with self._heard:
            assert self._heard.wait_for(lambda: any(map(wanted, self.events)), WITHIN_S), self.events
            return next(event for event in reversed(self.events) if wanted(event))


class Street:
    """A panel of one line and the pty that it opens."""

    def __init__(self, bus: FakeBus, folder: Path, power: PanelSettings) -> None:
        self.bus = bus
        self.pty = PtyBus(bus, folder / "front")
        self.ears = Ears()
        address = min(bus.boards)
        line = LineSettings(
            name="front",
            port=str(self.pty.path),
            family=bus.family,
            boards=(BoardSettings(address=address, channels=CHANNELS),),
            reply_timeout_s=0.1,
        )
        compartments = [
            CompartmentSettings(id=f"A{channel + 1:02d}", size=Size.M, line="front", board=address, channel=channel)
            for channel in range(CHANNELS)
        ]
        self.panel = Panel([line], compartments, power, on_event=self.ears)
        self.another_panel = Panel([line], compartments, power, on_event=lambda _: None)

    def start(self) -> None:
        self.pty.plug()
        self.panel.start()
        assert self.panel.wait_until_read(WITHIN_S)


POWER = PanelSettings(open_within_s=0.4, coil_rest_s=0.5)


@pytest.fixture
def street(bus_type: type[FakeBus], tmp_path: Path) -> Iterator[Street]:
    address = 1
    street = Street(bus_type(time.monotonic, CHANNELS, (address,)), tmp_path, POWER)
    yield street
    street.panel.stop()
    if street.pty.path.is_symlink():
        street.pty.unplug()


def test_a_door_opens_and_its_opening_is_told_before_the_report(street: Street) -> None:
    street.start()
    assert set(street.panel.doors().values()) == {Latch.LATCHED}
    report = street.panel.unlock("A05", "a1").result(WITHIN_S)
    assert report.outcome is Outcome.OPENED
    assert report.frame_sent
    assert street.panel.latch("A05") is Latch.UNLATCHED
    opened = [event for event in street.ears.events if isinstance(event, DoorChanged) and event.compartment == "A05"]
    assert opened[-1].previous is Latch.LATCHED
    street.bus.door(4).close()
    street.ears.wait_for(
        lambda event: (
            isinstance(event, DoorChanged) and (event.latch, event.previous) == (Latch.LATCHED, Latch.UNLATCHED)
        )
    )


def test_the_same_attempt_is_refused_the_second_time_whatever_came_of_it(street: Street) -> None:
    street.start()
    street.bus.door(1).stuck = True
    assert street.panel.unlock("A02", "a1").result(WITHIN_S).outcome is Outcome.JAMMED
    for compartment in ("A02", "A03"):
        report = street.panel.unlock(compartment, "a1").result(WITHIN_S)
        assert (report.outcome, report.frame_sent) == (Outcome.REFUSED, False)
    assert len(street.bus.unlock_frames) == 1


def test_a_line_survives_being_unplugged(street: Street) -> None:
    street.start()
    street.pty.unplug()
    street.ears.wait_for(lambda event: isinstance(event, LineChanged) and not event.up)
    street.ears.wait_for(lambda event: isinstance(event, DoorChanged) and event.latch is Latch.UNKNOWN)
    assert street.panel.unlock("A01", "a1").result(WITHIN_S).outcome is Outcome.LINE_DOWN
    assert street.panel.lines() == {"front": False}
    street.ears.events.clear()
    street.pty.plug()
    street.ears.wait_for(lambda event: isinstance(event, DoorChanged) and event.compartment == "A12")
    assert street.panel.lines() == {"front": True}
    assert street.panel.unlock("A01", "a2").result(WITHIN_S).outcome is Outcome.OPENED
    assert len(street.bus.unlock_frames) == 1


def test_a_panel_starts_without_its_line_and_finds_it_later(street: Street) -> None:
    street.panel.start()
    assert street.panel.wait_until_read(WITHIN_S)
    assert set(street.panel.doors().values()) == {Latch.UNKNOWN}
    assert street.panel.unlock("A01", "a1").result(WITHIN_S).outcome is Outcome.LINE_DOWN
    street.pty.plug()
    street.ears.wait_for(lambda event: isinstance(event, LineChanged) and event.up)


def test_a_port_that_another_program_holds_is_named_so(street: Street) -> None:
    street.start()
    heard = Ears()
    street.another_panel._on_event = heard
    street.another_panel.start()
    event = heard.wait_for(lambda event: isinstance(event, LineChanged))
    assert not event.up
    assert "held by another program" in event.cause
    street.another_panel.stop()


def test_a_listener_that_fails_does_not_stop_the_line(street: Street) -> None:
    street.start()

    def fail(_: PanelEvent) -> None:
        raise RuntimeError("the listener's own trouble")

    street.panel._on_event = fail
    assert street.panel.unlock("A01", "a1").result(WITHIN_S).outcome is Outcome.OPENED
    assert street.panel.unlock("A02", "a2").result(WITHIN_S).outcome is Outcome.OPENED


def test_a_bug_in_a_line_costs_one_reopening_and_not_the_line(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    street.start()
    line = street.panel._lines["front"].line
    use = line._use
    stumbles = iter([True])

    def stumble(wire: Wire, now: float) -> float:
        if next(stumbles, False):
            raise RuntimeError("a bug")
        return use(wire, now)

    monkeypatch.setattr(line, "_use", stumble)
    down = street.ears.wait_for(lambda event: isinstance(event, LineChanged) and not event.up)
    assert "internal error" in down.cause
    street.ears.wait_for(lambda event: isinstance(event, LineChanged) and event.up and event.at > down.at)


def test_stopping_in_mid_pulse_finishes_it_and_refuses_the_rest(street: Street) -> None:
    street.start()
    street.bus.door(0).opens_after_s = 0.2
    first, second = street.panel.unlock("A01", "a1"), street.panel.unlock("A02", "a2")
    assert street.bus.unlock_heard.wait(WITHIN_S)
    street.panel.stop()
    assert first.result(0).outcome is Outcome.OPENED
    assert second.result(0).outcome is Outcome.REFUSED
    assert street.panel.unlock("A03", "a3").result(0).outcome is Outcome.REFUSED
    assert len(street.bus.unlock_frames) == 1
    with pytest.raises(PanelUseError, match="started once"):
        street.panel.start()


def test_an_unknown_compartment_is_refused_by_name(street: Street) -> None:
    report = street.panel.unlock("Z99", "a1").result(0)
    assert report.outcome is Outcome.REFUSED
    assert "Z99" in report.detail
    with pytest.raises(PanelUseError, match="Z99"):
        street.panel.latch("Z99")


def test_settings_that_the_family_cannot_have_are_refused_at_once() -> None:
    line = LineSettings(
        name="front", port="x", family="lock485-8a", boards=(BoardSettings(address=0, channels=CHANNELS),)
    )
    with pytest.raises(FrameFieldError, match="1 to 32, not 0"):
        Panel([line], [], POWER, on_event=lambda _: None)


def test_a_compartment_without_a_board_is_refused_at_once() -> None:
    line = LineSettings(
        name="front", port="x", family="kerong-cu24", boards=(BoardSettings(address=0, channels=CHANNELS),)
    )
    missing = CompartmentSettings(id="A01", size=Size.S, line="front", board=1, channel=0)
    with pytest.raises(PanelUseError, match="A01 names board 1"):
        Panel([line], [missing], POWER, on_event=lambda _: None)


@pytest.mark.parametrize("at_once", [1, 2])
def test_the_power_budget_holds_over_lines_of_different_families(tmp_path: Path, at_once: int) -> None:
    buses = [FakeCu24Bus(time.monotonic, 4, (1,)), Fake8aBus(time.monotonic, 4, (1,))]
    ptys = [PtyBus(bus, tmp_path / bus.family) for bus in buses]
    lines = [
        LineSettings(
            name=bus.family,
            port=str(pty.path),
            family=bus.family,
            boards=(BoardSettings(address=1, channels=4),),
        )
        for bus, pty in zip(buses, ptys, strict=True)
    ]
    compartments = [
        CompartmentSettings(id=f"{line.name}-{channel}", size=Size.S, line=line.name, board=1, channel=channel)
        for line in lines
        for channel in range(2)
    ]
    power = PanelSettings(coils_at_once=at_once)
    panel = Panel(lines, compartments, power, on_event=lambda _: None)
    for pty in ptys:
        pty.plug()
    panel.start()
    assert panel.wait_until_read(WITHIN_S)
    futures = [panel.unlock(each.id, each.id) for each in compartments]
    assert {future.result(WITHIN_S).outcome for future in futures} == {Outcome.OPENED}
    panel.stop()
    for pty in ptys:
        pty.unplug()
    pulses = [
        (time_, pulse_s)
        for bus, pulse_s in zip(buses, (0.55, 0.3), strict=True)
        for door in bus.boards[1].doors
        for time_ in door.pulses
    ]
    for start, _ in pulses:
        assert sum(other <= start < other + pulse_s for other, pulse_s in pulses) <= at_once


def test_a_coil_that_an_earlier_panel_drove_as_much_as_it_may_be_cools_and_its_neighbour_opens(street: Street) -> None:
    for _ in range(30):
        street.panel.driven_before("A01", 1.0)
        street.panel.driven_before("Z99", 1.0)
    street.start()
    refused = street.panel.unlock("A01", "att-1").result(WITHIN_S)
    assert (refused.outcome, refused.frame_sent) == (Outcome.REFUSED, False)
    assert "must cool" in refused.detail
    assert [(fault.kind, fault.part) for fault in street.panel.faults()] == [(FaultKind.COIL_COOLING, "A01")]
    assert street.panel.unlock("A02", "att-2").result(WITHIN_S).outcome is Outcome.OPENED
