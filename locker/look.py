"""Looks at the camera: who is it, and (for enrolment) one good template of one eye.

One thread owns the camera and the iris core; the loop only waits. Whatever an eye shows is wiped after encoding. A look
that fails says why in a way that a screen can repeat; it never opens anything.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, TypeVar

import structlog

from config.settings import IrisSettings
from iris.decision import Accepted, Ambiguous, Look, Policy
from iris.encode import encode
from iris.enrolment import Enrolment, EnrolmentRefused
from iris.gallery import Gallery
from iris.refusals import Refusal
from iris.template import EyeSide, Template
from locker.camera import Camera, CameraFault

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Recognised:
    """Somebody of the gallery looked."""

    person: str


@dataclass(frozen=True)
class NotRecognised:
    """Nobody was recognised, and why."""

    reason: Literal["not_recognised", "ambiguous", "poor_pictures", "camera"]


@dataclass(frozen=True)
class NotEnrolled:
    """No template could be made of the eye, and why."""

    reason: Literal["poor_pictures", "inconsistent", "duplicate", "camera"]


@dataclass(frozen=True)
class Sight:
    """How a look is going: a hint (the reason of the last refusal, or none) and how far it has come (0 to 1)."""

    hint: str | None
    progress: float = 0.0


Watcher = Callable[[Sight], None]


class Looker:
    """The camera, the gallery and the decision."""

    def __init__(self, camera: Camera | None, settings: IrisSettings) -> None:
        """A looker without a camera answers every look with the reason `camera`."""
        self._camera = camera
        # A visit may hold several looks; the promise is kept for all of them together (union bound).
        self._policy = Policy(false_match_rate=settings.false_match_rate / settings.looks)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="look")
        self.gallery = Gallery()
        self.last_match_ms: float | None = None

    async def look(self, watch: Watcher) -> Recognised | NotRecognised:
        """One look: frames until somebody is recognised or the look's time is over."""
        return await self._in_thread(self._look, watch)

    async def enrol(self, side: EyeSide, person: str, watch: Watcher) -> Template | NotEnrolled:
        """A burst of frames of one eye, made into a template; refused when the eye is already somebody else's."""
        return await self._in_thread(lambda told, stop: self._enrol(side, person, told, stop), watch)

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
        look = Look(self._policy, len(self.gallery))
        encoded_any = False
        try:
            with self._camera.look() as frames:
                for frame in frames:
                    if stop.is_set():
                        break
                    try:
                        encoded = encode(frame.picture)
                    except Refusal as refusal:
                        watch(Sight(refusal.reason))
                        continue
                    finally:
                        frame.wipe()
                    encoded_any = True
                    started = time.perf_counter()
                    decision = look.add(self.gallery.identify(encoded.template))
                    self.last_match_ms = (time.perf_counter() - started) * 1000
                    if isinstance(decision, Accepted):
                        return Recognised(decision.person)
                    watch(Sight(None))
        except CameraFault as fault:
            log.warning("camera", fault=str(fault))
            return NotRecognised("camera")
        if not encoded_any:
            return NotRecognised("poor_pictures")
        return NotRecognised("ambiguous" if isinstance(look.close(), Ambiguous) else "not_recognised")

    def _enrol(self, side: EyeSide, person: str, watch: Watcher, stop: threading.Event) -> Template | NotEnrolled:
        if self._camera is None:
            return NotEnrolled("camera")
        enrolment = Enrolment(side)
        encoded_any = False
        try:
            with self._camera.look() as frames:
                for frame in frames:
                    if stop.is_set():
                        break
                    try:
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
        return NotEnrolled("duplicate") if self._belongs_to_another(template, person) else template

    def _belongs_to_another(self, template: Template, person: str) -> bool:
        """Whether the gallery has this eye under another person."""
        look = Look(self._policy, len(self.gallery))
        decision = look.add(self.gallery.identify(template))
        return isinstance(decision, Accepted) and decision.person != person
