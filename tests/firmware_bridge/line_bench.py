"""A line on the bench: the real line code, fake boards behind it, and virtual time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from fake_boards import Fake8aBus, FakeBus, FakeCu24Bus
from fake_ports import Carry, VirtualClock, VirtualPort, perfect, run

from config.settings import BoardSettings, CompartmentSettings, LineSettings, PanelSettings, Size
from firmware_bridge.attempts import Attempt
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.fault_book import FaultBook
from firmware_bridge.faults import Fault
from firmware_bridge.line import Line
from firmware_bridge.power import Lock, PowerBudget
from firmware_bridge.reports import DoorChanged, Latch, LineChanged, PanelEvent, UnlockReport

POWER = PanelSettings(open_within_s=1.0)
BUSES: list[type[FakeBus]] = [FakeCu24Bus, Fake8aBus]


@dataclass
class Bench:
    """A line, the boards behind it, and what it said."""

    bus: FakeBus
    port: VirtualPort
    line: Line
    clock: VirtualClock
    faults: FaultBook
    events: list[PanelEvent] = field(default_factory=list)
    latches: dict[str, Latch] = field(default_factory=dict)
    up: bool | None = None

    def take(self, event: PanelEvent) -> None:
        self.events.append(event)
        if isinstance(event, DoorChanged):
            self.latches[event.compartment] = event.latch
        elif isinstance(event, LineChanged):
            self.up = event.up

    def until(self, condition: Callable[[], bool], limit_s: float = 60.0) -> None:
        run(self.line, self.clock, condition, limit_s)

    def for_seconds(self, seconds: float) -> None:
        end = self.clock() + seconds
        self.until(lambda: self.clock() >= end, seconds + 5.0)

    def read_first(self) -> None:
        self.until(self.line.first_read.is_set)

    def submit(self, channel: int, attempt: str = "a1", address: int | None = None) -> Future[UnlockReport]:
        future: Future[UnlockReport] = Future()
        address = min(self.bus.boards) if address is None else address
        lock = Lock("front", address, channel)
        self.line.submit(Attempt(attempt, f"{address}-{channel}", lock, future))
        return future

    def unlock(self, channel: int, attempt: str = "a1", address: int | None = None) -> UnlockReport:
        future = self.submit(channel, attempt, address)
        self.until(future.done)
        return future.result()


def make_bench(
    bus_type: type[FakeBus],
    carry: Carry = perfect,
    *,
    channels: int = 12,
    boards: int = 1,
    power: PanelSettings = POWER,
    inverted: bool = False,
    **wired: object,
) -> Bench:
    clock = VirtualClock()
    driver = driver_named(bus_type.family)
    addresses = tuple(driver.addresses)[:boards]
    bus = bus_type(clock, channels, addresses)
    settings = LineSettings(
        name="front",
        port="virtual",
        family=bus_type.family,
        boards=tuple(
            BoardSettings.model_validate(
                {**bus_type.needs, "address": each, "channels": channels, "inverted": inverted, **wired}
            )
            for each in addresses
        ),
    )
    compartments = [
        CompartmentSettings(id=f"{address}-{channel}", size=Size.M, line="front", board=address, channel=channel)
        for address in addresses
        for channel in range(channels)
    ]
    port = VirtualPort(bus, clock, carry, byte_s=10 / driver.bauds[0])
    saying: list[Bench] = []

    def take(event: PanelEvent) -> None:
        saying[0].take(event)  # the bench is made after its line

    faults = FaultBook(take)
    line = Line(
        settings,
        compartments,
        driver,
        power,
        PowerBudget(power),
        faults=faults,
        open_port=port.open,
        on_event=take,
        clock=clock,
        pause=clock.advance,
    )
    saying.append(Bench(bus, port, line, clock, faults))
    return saying[0]


def pulse_of(family: str) -> float:
    driver = driver_named(family)
    return driver.pulse_s(BoardSettings(address=driver.addresses[0], channels=1))


REST_S = PanelSettings().poll_rest_s


def found(bench: Bench) -> dict[str, Fault]:
    """The faults that are latched, by kind and part."""
    return {f"{fault.kind} {fault.part}": fault for fault in bench.faults.all()}


def first(bench: Bench) -> str:
    """The first door of the first board."""
    return f"{min(bench.bus.boards)}-0"
