"""The real panel before a physical world, in one virtual time, and the book of what was asked of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from panel_world import LawBroken, PhysicalLine, PhysicalLock, Supply, Terminals
from virtual_boards import wiring
from virtual_time import Awake, Hub, Waiter

from config.settings import CompartmentSettings, LineSettings, PanelSettings, Size
from firmware_bridge import line_thread
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.panel import Panel
from firmware_bridge.reports import Outcome, PanelEvent, Priority, UnlockReport

CHANNELS = 3
ALL_SETTLED_WITHIN_S = 900.0
STOPPED_WITHIN_S = 10.0
SENT = frozenset({Outcome.OPENED, Outcome.JAMMED, Outcome.UNCONFIRMED})


@dataclass(eq=False)
class Wish:
    """One call of `Panel.unlock`, and what came of it."""

    compartment: str
    future: Future[UnlockReport]
    asked_at: float
    cancelled: bool = False
    pulses: int = 0


class Bomb:
    """A log that takes no note of an error of the program: it lets the test fail."""

    def exception(self, event: str, **_: object) -> None:
        raise LawBroken(event)


class PanelStory:
    """Several lines of several families behind one panel."""

    def __init__(self, families: Sequence[str], boards: int, power: PanelSettings, seed: int) -> None:
        self.hub = Hub()
        self.supply = Supply(self.hub, power)
        self.locks: dict[str, PhysicalLock] = {}
        self.lines: dict[str, PhysicalLine] = {}
        self.wishes: list[Wish] = []
        self.asked: defaultdict[str, list[Wish]] = defaultdict(list)
        self.outcomes: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.used: list[str] = []
        settings, compartments = [], []
        for number, family in enumerate(families):
            line, rows = self._wire(f"line-{number}", family, boards, seed + number)
            settings.append(line)
            compartments += rows
        self.panel = Panel(
            settings, compartments, power, on_event=self._hear, clock=self.hub, open_port=self._open_port
        )
        self.threads = [self._run(thread) for thread in self.panel._lines.values()]

    def unlock(self, compartment: str, attempt: str = "", priority: Priority = Priority.PERSON) -> Wish:
        attempt = attempt or f"attempt-{len(self.used)}"
        self.used.append(attempt)
        wish = Wish(compartment, self.panel.unlock(compartment, attempt, priority=priority), self.hub.now)
        if compartment in self.locks:
            self.wishes.append(wish)
            self.asked[compartment].append(wish)
        wish.future.add_done_callback(lambda _: self._check(wish))
        return wish

    def cancel(self, wish: Wish) -> None:
        wish.cancelled = wish.future.cancel() or wish.cancelled

    def wait_for_lines(self) -> None:
        """A line that was pulled out again and again rests for up to a minute."""
        end = self.hub.now + 90.0
        while not all(self.panel.lines().values()) and self.hub.now < end:
            self.hub.run(1.0)

    def finish(self) -> None:
        """Whatever has happened: every attempt ends, and the panel stops."""
        end = self.hub.now + ALL_SETTLED_WITHIN_S
        while not all(wish.future.done() for wish in self.wishes):
            if self.hub.now > end:
                raise LawBroken("an attempt never ended")
            self.hub.run(5.0)
        self.panel.stop()
        self.hub.run(STOPPED_WITHIN_S)
        if not all(thread.ended for thread in self.threads):
            raise LawBroken("a line did not stop")

    def _run(self, thread: line_thread.LineThread) -> Waiter:
        """What `LineThread.start` does, in virtual time."""
        thread._awake = Awake(self.hub)
        thread.line._pause = self.hub.wait
        return self.hub.spawn(thread._run)

    def _wire(self, name: str, family: str, boards: int, seed: int) -> tuple[LineSettings, list[CompartmentSettings]]:
        driver = driver_named(family)
        wired = [wiring(family, address, CHANNELS) for address in tuple(driver.addresses)[:boards]]
        compartments, terminals = [], []
        for board in wired:
            locks = []
            for channel in range(CHANNELS):
                door = CompartmentSettings(
                    id=f"{name}:{board.address}:{channel}", size=Size.M, line=name, board=board.address, channel=channel
                )
                compartments.append(door)
                locks.append(PhysicalLock(door.id, self.hub, driver.pulse_s(board)))
            self.locks |= {lock.name: lock for lock in locks}
            self.supply.locks += locks
            terminals.append(Terminals(locks, self.supply, self._pulsed))
        self.lines[name] = PhysicalLine(self.hub, family, list(zip(wired, terminals, strict=True)), seed)
        return LineSettings(name=name, port=name, family=family, boards=tuple(wired)), compartments

    def _open_port(self, port: str, baud: int) -> object:
        return self.lines[port].open(port, baud)

    def _hear(self, event: PanelEvent) -> None:
        self.events[type(event).__name__] += 1

    def _pulsed(self, compartment: str) -> None:
        """A coil's current has begun: exactly one attempt under way must stand behind it."""
        behind = [wish for wish in self.asked[compartment] if wish.future.running() and wish.pulses == 0]
        if not behind:
            raise LawBroken(
                f"{compartment} was pulsed without an attempt, or for one that had its pulse or was cancelled"
            )
        behind[0].pulses = 1

    def _check(self, wish: Wish) -> None:
        """An attempt has ended: what is said of it must be true."""
        if wish.future.cancelled():
            self.outcomes["cancelled"] += 1
            if wish.pulses:
                raise LawBroken(f"a cancelled attempt on {wish.compartment} was pulsed")
            return
        report = wish.future.result()
        self.outcomes[report.outcome] += 1
        if wish.pulses and not report.frame_sent:
            raise LawBroken(f"{wish.compartment} was pulsed, and the report says that nothing was sent: {report}")
        times = report.times
        came = [at for at in (times.queued, times.sent, times.answered, times.settled) if at is not None]
        if came != sorted(came) or (times.sent is not None) is not report.frame_sent:
            raise LawBroken(f"times out of order: {report}")
        if report.outcome in SENT and not report.frame_sent:
            raise LawBroken(f"{report} without a frame")
        self.asked[wish.compartment].remove(wish)
