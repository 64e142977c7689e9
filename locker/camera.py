"""The camera: opened on demand, read by a thread of its own, and never trusted to answer in time.

`Camera.look` gives fresh grey frames while somebody is looked at; `Camera.preview` tells at rest how much moves.
Nothing is stored; every buffer that this module owns is zeroed after use.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto

import cv2
import numpy as np
from numpy.typing import NDArray

from config.settings import CameraSettings

BUFFERED_S = 0.012
"""A grab that returns sooner than this found its frame waiting in a buffer; a live one has to be waited for (at 60
frames per second, 16 ms)."""
DRAIN_LIMIT_S = 0.5
"""A camera that floods is taken as live after this."""
GRACE_S = 0.25
"""What a backend may take beyond its own time limit before it is left alone to finish."""
THUMBNAIL = (32, 24)
"""Width and height of the preview: enough to notice a person, too little to know one."""
SOMEBODY = 0.02
"""Motion from which somebody has come near: five grey levels on average; noise and drifting light stay below one."""


class CameraFault(Exception):
    """The camera cannot serve; the message names the source, the cause and the remedy."""


class CameraUnavailable(CameraFault):
    """The camera cannot be opened."""


class CameraStalled(CameraFault):
    """The camera was open and stopped sending pictures."""


@dataclass(slots=True, eq=False)
class Frame:
    """One picture from the camera."""

    picture: NDArray[np.uint8]
    """Grey levels (H, W)."""
    at: float
    """When it came from the camera, on the camera's clock (seconds)."""

    def wipe(self) -> None:
        """Overwrite the picture with zeros; call it as soon as the picture has been used."""
        self.picture.fill(0)


class Camera:
    """The one camera of a cabinet. Its methods block; call them from one thread, never from the event loop."""

    def __init__(self, settings: CameraSettings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._reader: _Reader | None = None
        self._thumbnail: NDArray[np.float32] | None = None

    @contextmanager
    def look(self) -> Iterator[Iterator[Frame]]:
        """Open the camera and give its frames, each captured after this call and newer than the one before.

        The frames end after `look_timeout_s`; leaving the `with` block ends them sooner. A slow consumer gets the
        newest frame and misses those between. The consumer wipes the frames that it was given.

        Raises:
            CameraUnavailable: from the iteration, when the camera cannot be opened in `open_timeout_s`; at once, when
                its driver has not returned from the last look.
            CameraStalled: from the iteration, when no picture came for `read_timeout_s`.
        """
        ends_at = self._clock() + self._settings.look_timeout_s
        reader = self._start()
        try:
            yield self._frames(reader, ends_at)
        finally:
            reader.stop()

    def preview(self) -> float:
        """Open the camera, compare one small picture with the last preview, and close it again.

        Returns:
            how much moved, 0 to 1: the mean absolute change apart from the brightness of the whole; 0 the first time.
            Compare with `SOMEBODY`.

        Raises:
            CameraUnavailable: the camera cannot be opened in `open_timeout_s`.
            CameraStalled: no picture came in `read_timeout_s`.
        """
        reader = self._start()
        try:
            frame = reader.take()
        finally:
            reader.stop()
        small = cv2.resize(frame.picture, THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32)
        frame.wipe()
        last, self._thumbnail = self._thumbnail, small
        if last is None:
            return 0.0
        change = small - last
        return float(np.abs(change - np.median(change)).mean()) / 255

    def close(self) -> None:
        """Give the camera back; waits for its thread, at most as long as reading may take."""
        if self._reader is not None:
            self._reader.stop()
            self._reader.join(self._settings.read_timeout_s + GRACE_S)
            self._reader = None

    def _start(self) -> _Reader:
        self._reclaim()
        self._reader = _Reader(self._settings, self._clock)
        self._reader.start()
        return self._reader

    def _reclaim(self) -> None:
        """Wait until the last look has given the camera back, or raise if its thread still hangs in the driver."""
        reader = self._reader
        self.close()
        if reader is not None and reader.is_alive():
            self._reader = reader
            raise CameraUnavailable(
                _explain(
                    self._settings,
                    "its driver has not returned from the last request",
                    "unplug it or restart it; the next look tries again",
                )
            )

    def _frames(self, reader: _Reader, ends_at: float) -> Iterator[Frame]:
        while self._clock() < ends_at:
            yield reader.take()


class _Phase(Enum):
    OPENING = auto()
    READING = auto()
    CLOSED = auto()


class _Reader(threading.Thread):
    """Owns the open camera for one look and keeps its newest frame.

    A thread, because a driver may hang beyond every limit that it was given: whoever waits for a frame then goes on
    without it.
    """

    def __init__(self, settings: CameraSettings, clock: Callable[[], float]) -> None:
        super().__init__(name="camera", daemon=True)
        self._settings = settings
        self._clock = clock
        self._changed = threading.Condition()
        self._phase = _Phase.OPENING
        self._newest: Frame | None = None
        self._stopping = False
        self._failure: CameraFault | None = None

    def take(self) -> Frame:
        """Wait for a frame that was not taken yet.

        Raises:
            CameraUnavailable: not opened in time, or not at all.
            CameraStalled: no frame in time, or the stream ended.
        """
        with self._changed:
            opened = self._changed.wait_for(
                lambda: self._phase is not _Phase.OPENING, self._settings.open_timeout_s + GRACE_S
            )
            if not opened:
                raise self._unavailable(self._silent())
            came = self._changed.wait_for(
                lambda: self._newest is not None or self._phase is _Phase.CLOSED,
                self._settings.read_timeout_s + GRACE_S,
            )
            frame, self._newest = self._newest, None
            if frame is not None:
                return frame
            if self._failure is not None:
                raise self._failure
            cause = "it was closed" if came else f"it sent no picture for {self._settings.read_timeout_s:g} s"
            raise self._stalled(cause)

    def stop(self) -> None:
        """Tell the thread to give the camera back, and forget the frame that nobody took."""
        with self._changed:
            self._stopping = True
            self._drop_newest()
            self._changed.notify_all()

    def run(self) -> None:
        """Open, drop what is old, read until told to stop, close."""
        try:
            self._read_all()
        except cv2.error as error:
            self._fail(self._stalled(f"OpenCV failed: {error.err or error}"))
        finally:
            with self._changed:
                self._phase = _Phase.CLOSED
                self._changed.notify_all()

    def _read_all(self) -> None:
        began = self._clock()
        device = _open(self._settings)
        try:
            if not device.isOpened():
                late = self._clock() - began >= self._settings.open_timeout_s
                self._fail(self._unavailable(self._silent() if late else "there is none, or it sends no video"))
                return
            with self._changed:
                self._phase = _Phase.READING
                self._changed.notify_all()
            grabbed = self._drain(device)
            while grabbed and not self._stopping:
                self._offer(device)
                grabbed = device.grab()
            if not grabbed:
                self._fail(self._stalled("its stream ended or sent no picture in time"))
        finally:
            device.release()

    def _drain(self, device: cv2.VideoCapture) -> bool:
        """Grab until a frame had to be waited for: those before it lay in a buffer, of camera, network or driver."""
        give_up_at = self._clock() + DRAIN_LIMIT_S
        while not self._stopping:
            began = self._clock()
            if not device.grab():
                return False
            now = self._clock()
            if now - began >= BUFFERED_S or now >= give_up_at:
                return True
        return True

    def _offer(self, device: cv2.VideoCapture) -> None:
        done, colours = device.retrieve()
        at = self._clock()
        if not done or colours is None or colours.size == 0:
            return  # a damaged frame; the time limit for the next good one is running
        grey = colours.copy() if colours.ndim == 2 else cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY)  # noqa: PLR2004 - (H, W)
        colours.fill(0)
        with self._changed:
            self._drop_newest()
            if self._stopping:
                grey.fill(0)
                return
            self._newest = Frame(np.asarray(grey, np.uint8), at)
            self._changed.notify_all()

    def _drop_newest(self) -> None:
        if self._newest is not None:
            self._newest.wipe()
            self._newest = None

    def _fail(self, failure: CameraFault) -> None:
        with self._changed:
            self._failure = failure

    def _silent(self) -> str:
        return f"it did not answer in {self._settings.open_timeout_s:g} s"

    def _unavailable(self, cause: str) -> CameraUnavailable:
        remedy = "check its power and cable, and [camera] source; 'iris-locker check' tries it again"
        return CameraUnavailable(_explain(self._settings, cause, remedy))

    def _stalled(self, cause: str) -> CameraStalled:
        remedy = "check its power, cable and network; the next look opens it anew"
        return CameraStalled(_explain(self._settings, cause, remedy))


def _open(settings: CameraSettings) -> cv2.VideoCapture:
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # what failed is told by the errors above
    source = settings.source.strip()
    if source.isdecimal():
        return cv2.VideoCapture(int(source), cv2.CAP_V4L2)
    if source.startswith("/dev/"):
        return cv2.VideoCapture(source, cv2.CAP_V4L2)
    limits = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        round(settings.open_timeout_s * 1000),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        round(settings.read_timeout_s * 1000),
    ]
    return cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)


def source_without_password(source: str) -> str:
    """A camera's source as logs and screens may show it: the URL of a network camera may carry its password."""
    return re.sub(r"(?<=://)[^/?#]*@", "", source)


def _explain(settings: CameraSettings, cause: str, remedy: str) -> str:
    return f"camera {source_without_password(settings.source)!r}: {cause}; {remedy}"
