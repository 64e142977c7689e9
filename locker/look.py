"""Looks at the camera: who is it, and (for enrolment) one good template of one eye.

One thread owns the camera and the iris core; the loop only waits. Whatever an eye shows is wiped after encoding. A look
that fails says why in a way that a screen can repeat; it never opens anything.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import structlog

from config.settings import IrisSettings
from iris.accelerated import Accelerator, Engine, cache_folder
from iris.decision import Accepted, Ambiguous, Policy, WrongView
from iris.duplicates import of_another, one_eye
from iris.encode import encode
from iris.enrolment import Enrolment, EnrolmentRefused
from iris.gallery import Gallery, Identification
from iris.refusals import Refusal
from iris.template import EyeSide, Template
from iris.visitor import Visitor
from locker.camera import Camera, CameraFault, Frame

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Recognised:
    """Somebody of the gallery looked; `frames` are the templates of the look, in memory only."""

    person: str
    frames: tuple[Template, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class NotRecognised:
    """Nobody was recognised, and why."""

    reason: Literal["not_recognised", "ambiguous", "wrong_view", "poor_pictures", "camera"]


@dataclass(frozen=True)
class NotEnrolled:
    """No template could be made of the eye, and why."""

    reason: Literal["poor_pictures", "inconsistent", "duplicate", "camera"]


@dataclass(frozen=True)
class Sight:
    """How a look is going: a hint (the reason of the last refusal, or none) and how far it has come (0 to 1)."""

    hint: str | None
    progress: float = 0.0


REST_S = 1.5
"""Between two bursts of a look, whose frames are few: what spoilt the first (a step, a blink) is over by then."""

LINGER_S = 0.6
"""How much longer a look of somebody lasts whose enrolment may be renewed: once in months."""
LINGER_FRAMES = 6
"""Frames after which such a look ends at once: twice what a renewal needs."""

Watcher = Callable[[Sight], None]


class Looker:
    """The camera, the gallery and the decision."""

    def __init__(self, camera: Camera | None, settings: IrisSettings) -> None:
        """A looker without a camera answers every look with the reason `camera`."""
        self._camera = camera
        self._policy = Policy(settings.false_match_rate, looks=settings.looks)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="look")
        accelerator = Accelerator(cache_folder)
        self.gallery = Gallery(accelerator)
        self.linger: set[str] = set()
        """People whose enrolment may be renewed, so that their looks last a little longer."""
        if camera is not None:
            accelerator.start(_tell_engine)
        self.last_match_ms: float | None = None

    async def look(self, watch: Watcher) -> Recognised | NotRecognised:
        """One look: frames until somebody is recognised or the look's time is over."""
        return await self._in_thread(self._look, watch)

    async def enrol(
        self, side: EyeSide, person: str, watch: Watcher, other: Template | None = None
    ) -> Template | NotEnrolled:
        """A burst of frames of one eye, made into a template; refused when the eye is already somebody else's.

        `other` is the template of the person's other eye, taken just before: the same eye shown twice is refused too,
        because two eyes count as more than one.
        """
        return await self._in_thread(lambda told, stop: self._enrol(side, person, told, stop, other), watch)

    async def motion(self) -> float:
        """How much moves before the camera at rest, 0 to 1; 0 without a camera."""
        camera = self._camera
        if camera is None:
            return 0.0
        return await asyncio.get_running_loop().run_in_executor(self._thread, camera.preview)

    def forget(self, templates: Iterable[str]) -> None:
        """Take templates out of the gallery; those that were never in it (another encoder's) are passed over."""
        for template in templates:
            if template in self.gallery:
                self.gallery.remove(template)

    def close(self) -> None:
        """Let the thread end after the look under way."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def _in_thread(self, work: Callable[[Watcher, threading.Event], T], watch: Watcher) -> T:
        """Run a look in the thread; a cancelled wait ends the look at its next frame."""
        loop = asyncio.get_running_loop()
        stop = threading.Event()

        def told(sight: Sight) -> None:
            if not stop.is_set():
                loop.call_soon_threadsafe(watch, sight)

        try:
            return await loop.run_in_executor(self._thread, work, told, stop)
        finally:
            stop.set()

    def _look(self, watch: Watcher, stop: threading.Event) -> Recognised | NotRecognised:
        if self._camera is None:
            return NotRecognised("camera")
        visitor = Visitor(self._policy, self.gallery, self._search)
        seen: list[Template] = []
        rests_until = -math.inf
        try:
            with self._camera.look() as frames:
                for frame in frames:
                    try:
                        if stop.is_set():
                            break
                        if frame.at < rests_until:
                            continue
                        template = encode(frame.picture).template
                    except Refusal as refusal:
                        watch(Sight(refusal.reason))
                        continue
                    finally:
                        frame.wipe()
                    seen.append(template)
                    decision = visitor.add(template)
                    if isinstance(decision, Accepted):
                        if decision.person in self.linger:
                            seen += _lingering(frames, frame.at + LINGER_S, stop)
                        return Recognised(decision.person, tuple(seen))
                    watch(Sight(None))
                    if not decision.frames_left:
                        break
                    if visitor.between_bursts:
                        rests_until = frame.at + REST_S
        except CameraFault as fault:
            log.warning("camera", fault=str(fault))
            return NotRecognised("camera")
        if not visitor.seen:
            return NotRecognised("poor_pictures")
        return self._nobody(visitor, stop)

    def _search(self, probe: Template) -> Identification:
        started = time.perf_counter()
        found = self.gallery.identify(probe)
        self.last_match_ms = (time.perf_counter() - started) * 1000
        return found

    def _nobody(self, visitor: Visitor, stop: threading.Event) -> NotRecognised:
        """Why nobody was recognised; a view that is the wrong way round is a fault for the operator to mend."""
        ending = visitor.close(ask_why=not stop.is_set())
        if isinstance(ending, WrongView):
            log.warning("wrong_view", fault=ending.fault.value, remedy=ending.text_en)
            return NotRecognised("wrong_view")
        return NotRecognised("ambiguous" if isinstance(ending, Ambiguous) else "not_recognised")

    def _enrol(
        self, side: EyeSide, person: str, watch: Watcher, stop: threading.Event, other: Template | None
    ) -> Template | NotEnrolled:
        if self._camera is None:
            return NotEnrolled("camera")
        enrolment = Enrolment(side)
        encoded_any = False
        try:
            with self._camera.look() as frames:
                for frame in frames:
                    try:
                        if stop.is_set():
                            break
                        encoded = encode(frame.picture, side=side)
                    except Refusal as refusal:
                        watch(Sight(refusal.reason))
                        continue
                    finally:
                        frame.wipe()
                    encoded_any = True
                    progress = enrolment.add(encoded)
                    watch(Sight(None, progress.frames / progress.needed))
                    if enrolment.complete:
                        break
            template = enrolment.template()
        except CameraFault as fault:
            log.warning("camera", fault=str(fault))
            return NotEnrolled("camera")
        except EnrolmentRefused:
            return NotEnrolled("inconsistent" if encoded_any else "poor_pictures")
        if other is not None and one_eye(template, other, self._policy):
            return NotEnrolled("duplicate")
        if of_another(template, person, self.gallery, self._policy) is not None:
            return NotEnrolled("duplicate")
        return template


def _lingering(frames: Iterator[Frame], until: float, stop: threading.Event) -> list[Template]:
    """What more frames show, until a time on the frames' clock; nothing that goes wrong here undoes an acceptance."""
    seen: list[Template] = []
    try:
        for frame in frames:
            try:
                if stop.is_set() or frame.at > until or len(seen) >= LINGER_FRAMES:
                    break
                seen.append(encode(frame.picture).template)
            except Refusal:
                continue
            finally:
                frame.wipe()
    except CameraFault as fault:
        log.warning("camera", fault=str(fault))
    return seen


def _tell_engine(engine: Engine) -> None:
    log.info("iris_engine", engine=engine.name, compiled=engine.compiled, reason=engine.reason)
