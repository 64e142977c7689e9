"""The daemon: the one place where all parts meet. One process runs one cabinet until it is told to stop."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from importlib.metadata import version
from itertools import groupby

import structlog

from config.settings import Settings
from firmware_bridge.panel import Panel, refuse_unusable
from firmware_bridge.status_file import keep_status, status_file
from iris.gallery import UnknownTemplate
from iris.match import Incomparable
from iris.template import Template, TemplateFormatError
from locker.access.keypad import Keypad
from locker.cabinet import Cabinet, random_id
from locker.camera import Camera
from locker.clock import SystemClock
from locker.doors import Doors
from locker.health import LockHealth
from locker.keys import Keys, load_keys
from locker.kiosk.app import create_app
from locker.kiosk.desk import ScreenDesk
from locker.kiosk.serve import served
from locker.ledger import Ledger, LedgerThread
from locker.look import Looker
from locker.platform_link import PlatformLink
from locker.reception import Reception, forgive
from locker.recovery import begin_boot, compare_doors, interrupted_visits
from locker.remote import RemoteHands
from locker.renewal import ask_whose_templates_are_foreign, due
from locker.visits.aftercare import adopt, see_to
from locker.visits.desk_screens import welcome
from locker.watch import send_telemetry, watch_box
from mqtt.contract.base import Latch
from mqtt.contract.events import DaemonStopped, JournalRow

log = structlog.get_logger(__name__)

DOORS_READ_WITHIN_S = 2.5
"""A board that has not answered by then is out of service until it does; budget: 3 s from start to first visit."""


def run_daemon(settings: Settings) -> int:
    """Run the cabinet until SIGTERM or SIGINT; returns the exit status.

    Raises:
        KeyFault, LedgerFault, LinkSettingsInvalid, CannotListen: the cabinet cannot start; nothing was opened.
        BridgeError: the settings name boards that no driver can drive; nothing was opened.
    """
    _configure_log()
    refuse_unusable(settings.lines, settings.compartments, settings.panel)
    keys = load_keys(settings.storage.keys)
    return asyncio.run(_Daemon(settings, keys).run())


class _Daemon:
    """Composes the parts, in the order in which one needs the other, and takes them down in reverse."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = SystemClock(settings.clock.source)
        self._commit_hooks: list[Callable[[tuple[JournalRow, ...]], None]] = []

    async def run(self) -> int:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        settings = self._settings
        ledger = await LedgerThread.start(self._open_ledger, self._on_commit)
        try:
            left = await ledger.run(lambda book: begin_boot(book, settings, version("iris-locker")))
            doors = Doors(ledger, random_id)
            health = LockHealth(settings, doors.from_panel)
            panel = Panel(settings.lines, settings.compartments, settings.panel, on_event=health.from_panel)
            left.hand_to(panel, self._clock)
            await asyncio.to_thread(panel.start)
            try:
                await self._read_doors(ledger, doors, panel)
                return await self._serve(await self._assemble(ledger, doors), panel, health, stop)
            finally:
                await asyncio.to_thread(panel.stop)
        finally:
            await ledger.close()

    def _open_ledger(self) -> Ledger:
        storage = self._settings.storage
        return Ledger.open(
            storage.ledger,
            keys=self._keys,
            clock=self._clock,
            cabinet=self._settings.site.cabinet,
            watermark_mb=storage.free_space_watermark_mb,
            reserve_mb=storage.reserve_mb,
        )

    def _on_commit(self, rows: tuple[JournalRow, ...]) -> None:
        for hook in self._commit_hooks:
            hook(rows)

    async def _read_doors(self, ledger: LedgerThread, doors: Doors, panel: Panel) -> None:
        """Read every door whose board answers and compare it with the ledger: no visit begins before."""
        await asyncio.to_thread(panel.wait_until_read, DOORS_READ_WITHIN_S)
        await doors.take_lines_only()
        found = {door: Latch(latch.value) for door, latch in panel.doors().items()}
        for door in await ledger.run(lambda book: compare_doors(book, found)):
            panel.found_open(door)
        doors.begin(panel, found)

    async def _assemble(self, ledger: LedgerThread, doors: Doors) -> Cabinet:
        settings = self._settings
        camera = Camera(settings.camera) if settings.camera is not None else None
        looker = Looker(camera, settings.iris)
        await ledger.run(partial(_fill_gallery, looker))
        if self._clock.synced():
            looker.linger = await ledger.run(lambda book: due(book, self._clock.now().date().toordinal()))
        keypad = await ledger.run(lambda book: book.keypad_failures())
        return Cabinet(
            settings=settings,
            ledger=ledger,
            doors=doors,
            desk=ScreenDesk(plan_of(settings), welcome()),
            looker=looker,
            keypad=Keypad(self._clock.monotonic, keypad.failures),
            keys=self._keys,
            clock=self._clock,
        )

    async def _serve(self, cabinet: Cabinet, panel: Panel, health: LockHealth, stop: asyncio.Event) -> int:
        """Serve people and the platform until told to stop, or until a part that must run has failed."""
        reception = Reception(cabinet)
        platform = PlatformLink(cabinet, RemoteHands(cabinet, reception.begin))
        self._commit_hooks.append(platform.on_commit)
        closing = asyncio.Event()
        site = cabinet.settings.site
        app = create_app(
            cabinet.desk,
            title_zh=site.title_zh,
            title_en=site.title_en,
            language=site.language,
            allowed_hosts=frozenset({cabinet.settings.kiosk.host}),
            closing=closing,
        )
        async with served(
            app, host=cabinet.settings.kiosk.host, port=cabinet.settings.kiosk.port, closing=closing
        ) as url:
            interrupted = await cabinet.ledger.run(interrupted_visits)
            await adopt(cabinet, interrupted)
            duties = [
                *(see_to(cabinet, visit) for visit in interrupted),
                cabinet.doors.run(),
                reception.run(),
                platform.run(),
                forgive(cabinet),
                health.keep(),
                keep_status(panel, status_file(cabinet.settings.storage.ledger)),
                watch_box(cabinet),
                send_telemetry(cabinet, panel, platform),
            ]
            tasks = [asyncio.create_task(duty) for duty in duties]
            _say_ready(url)
            status = await _until(stop, tasks, ends=len(interrupted))
            await self._wind_down(cabinet, reception, platform, tasks, status)
        return status

    async def _wind_down(
        self,
        cabinet: Cabinet,
        reception: Reception,
        platform: PlatformLink,
        tasks: Sequence[asyncio.Task[None]],
        status: int,
    ) -> None:
        """Take nothing new, finish what is under way, commit and say `stopping`; failed steps are passed over."""
        log.info("stopping", status=status)
        steps: list[Callable[[], Awaitable[None]]] = [
            reception.stop_receiving,
            platform.stop_commands,
            reception.close,
            cabinet.doors.settle,
            lambda: _cancelled(tasks),
        ]
        if status == 0:
            steps.append(lambda: _record_stop(cabinet))
        steps += [platform.close, lambda: asyncio.to_thread(cabinet.looker.close)]
        for step in steps:
            try:
                await step()
            except Exception:
                log.exception("a step of the shutdown failed")


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _record_stop(cabinet: Cabinet) -> None:
    await cabinet.ledger.record(DaemonStopped(cabinet=cabinet.name))


async def _until(stop: asyncio.Event, tasks: Sequence[asyncio.Task[None]], *, ends: int) -> int:
    """Wait for the word to stop; a duty that fails, or ends though it never should, stops the daemon with status 1."""
    stopping = asyncio.create_task(_wait(stop))
    forever = set(tasks[ends:])
    waiting = {stopping, *tasks}
    while True:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if stopping in done:
            return 0
        for task in done:
            if task.exception() is not None or task in forever:
                log.error("a duty has failed; the daemon stops", exc_info=task.exception())
                stopping.cancel()
                return 1


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


def _fill_gallery(looker: Looker, ledger: Ledger) -> None:
    """Decrypt every template into memory, renewals last; who has one of another encoder is asked to enrol again."""
    foreign: set[str] = set()
    for stored in sorted(ledger.templates(), key=lambda stored: stored.renews is not None):
        try:
            looker.gallery.add(stored.template, stored.person, Template.from_bytes(stored.blob), renews=stored.renews)
        except (TemplateFormatError, Incomparable, UnknownTemplate) as fault:
            foreign.add(stored.person)
            log.warning("template left out", template=stored.template, fault=str(fault))
    if foreign:
        log.warning("people must enrol again", people=len(foreign), remedy="send enrolment codes; pickup codes go on")
        ask_whose_templates_are_foreign(ledger, sorted(foreign))


def plan_of(settings: Settings) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The drawing of the cabinet: columns of (compartment, size)."""
    columns = groupby(settings.compartments, key=lambda compartment: compartment.id.rstrip("0123456789"))
    return tuple((name, tuple((c.id, str(c.size)) for c in column)) for name, column in columns)


def _say_ready(url: str) -> None:
    """One line for whoever started us, as every part of the demo prints it."""
    sys.stdout.write(json.dumps({"ready": "daemon", "url": url}) + "\n")
    sys.stdout.flush()


def _configure_log() -> None:
    """JSON lines on standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
