"""Looks: pictures are wiped whatever happens, nobody is recognised beyond the threshold, and a dead camera says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray
from structlog.testing import capture_logs

from config.settings import IrisSettings
from iris.decision import Policy
from iris.encode import encode
from iris.template import EyeSide
from locker.camera import CameraUnavailable
from locker.look import LINGER_FRAMES, REST_S, Looker, NotEnrolled, NotRecognised, Recognised, Sight
from simulator.eyes.eye import grow
from simulator.eyes.identity import Identity, Side
from simulator.eyes.life import draw_view
from simulator.eyes.render import render

SEED = 3


def pictures(person: str, count: int, seed: int = 0, side: Side = Side.LEFT) -> list[NDArray[np.uint8]]:
    """Attentive views of one eye of somebody, the left one unless another is asked for."""
    eye, rng = grow(Identity(SEED, person, side)), np.random.default_rng([SEED, seed])
    return [render(eye, draw_view(rng), rng).picture for _ in range(count)]


@dataclass
class PaperFrame:
    picture: NDArray[np.uint8]
    at: float = 0.0
    wiped: bool = False

    def wipe(self) -> None:
        self.picture[:] = 0
        self.wiped = True


@dataclass
class PaperCamera:
    """Yields the pictures that a test gives it, then fails or ends."""

    shows: list[NDArray[np.uint8]]
    dead: bool = False
    every_s: float = 1 / 30
    frames: list[PaperFrame] = field(default_factory=list)

    @contextmanager
    def look(self) -> Iterator[Iterator[PaperFrame]]:
        yield self._frames()

    def _frames(self) -> Iterator[PaperFrame]:
        if self.dead:
            raise CameraUnavailable("the camera is unplugged")
        for number, picture in enumerate(self.shows):
            frame = PaperFrame(picture.copy(), number * self.every_s)
            self.frames.append(frame)
            yield frame


def looker(camera: PaperCamera | None) -> Looker:
    return Looker(camera, IrisSettings())  # type: ignore[arg-type] - a camera of paper


def enrol(looking: Looker, person: str, eye_of: str | None = None) -> None:
    """Somebody's left eye, or under their name another's."""
    template = encode(pictures(eye_of or person, 1, seed=9)[0], side=EyeSide.LEFT).template
    looking.gallery.add(f"tpl-{person}", person, template)


def quiet(_sight: Sight) -> None:
    """Nobody watches."""


async def test_somebody_enrolled_is_recognised_and_every_picture_is_wiped() -> None:
    camera = PaperCamera(pictures("ann", 3))
    looking = looker(camera)
    enrol(looking, "ann")
    enrol(looking, "ben")
    assert await looking.look(quiet) == Recognised("ann")
    assert camera.frames
    assert all(frame.wiped for frame in camera.frames)


async def test_a_stranger_is_nobody() -> None:
    camera = PaperCamera(pictures("eve", 4))
    looking = looker(camera)
    for person in ("ann", "ben", "cai"):
        enrol(looking, person)
    assert await looking.look(quiet) == NotRecognised("not_recognised")
    assert all(frame.wiped for frame in camera.frames)


async def test_pictures_without_an_eye_are_wiped_and_told_apart_from_a_stranger() -> None:
    grey = np.full((480, 640), 90, np.uint8)
    camera, hints = PaperCamera([grey, grey]), list[str | None]()
    looking = looker(camera)
    enrol(looking, "ann")
    assert await looking.look(lambda sight: hints.append(sight.hint)) == NotRecognised("poor_pictures")
    assert all(frame.wiped for frame in camera.frames)


async def test_a_fault_of_the_core_leaves_no_picture_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a fault of the program")

    camera = PaperCamera(pictures("ann", 1))
    looking = looker(camera)
    monkeypatch.setattr("locker.look.encode", broken)
    with pytest.raises(ValueError, match="a fault of the program"):
        await looking.look(quiet)
    assert all(frame.wiped for frame in camera.frames)


@pytest.mark.parametrize("camera", [None, PaperCamera([], dead=True)])
async def test_a_camera_that_is_absent_or_dead_is_named(camera: PaperCamera | None) -> None:
    looking = looker(camera)
    assert await looking.look(quiet) == NotRecognised("camera")
    assert await looking.enrol(EyeSide.LEFT, "ann", quiet) == NotEnrolled("camera")


async def test_an_enrolment_makes_a_template_that_the_eye_is_recognised_by() -> None:
    camera = PaperCamera(pictures("ann", 8))
    looking = looker(camera)
    template = await looking.enrol(EyeSide.LEFT, "ann", quiet)
    assert not isinstance(template, NotEnrolled)
    assert all(frame.wiped for frame in camera.frames)
    looking.gallery.add("tpl-1", "ann", template)
    camera.shows = pictures("ann", 2, seed=5)
    assert await looking.look(quiet) == Recognised("ann")
    looking.forget(["tpl-1", "never-there"])
    assert len(looking.gallery) == 0


async def test_an_eye_that_is_somebody_elses_already_is_refused() -> None:
    camera = PaperCamera(pictures("ann", 8))
    looking = looker(camera)
    enrol(looking, "ann")
    assert await looking.enrol(EyeSide.LEFT, "ben", quiet) == NotEnrolled("duplicate")


async def test_a_burst_of_different_eyes_makes_no_template() -> None:
    camera = PaperCamera([picture for person in "fghijklmnop" for picture in pictures(person, 1)])
    assert isinstance(await looker(camera).enrol(EyeSide.LEFT, "ann", quiet), NotEnrolled)
    assert all(frame.wiped for frame in camera.frames)


async def test_a_mirrored_camera_recognises_nobody_and_tells_the_operator() -> None:
    mirror_images = [np.ascontiguousarray(picture[:, ::-1]) for picture in pictures("ann", 3)]
    looking = looker(PaperCamera(mirror_images))
    enrol(looking, "ann")
    with capture_logs() as told:
        assert await looking.look(quiet) == NotRecognised("wrong_view")
    assert [(line["event"], line["fault"]) for line in told] == [("wrong_view", "mirrored")]
    assert "camera" in told[0]["remedy"]


async def test_a_stranger_is_no_fault_of_the_camera() -> None:
    looking = looker(PaperCamera(pictures("eve", 3)))
    enrol(looking, "ann")
    with capture_logs() as told:
        await looking.look(quiet)
    assert not told


async def test_a_look_ends_when_its_frames_are_spent() -> None:
    camera = PaperCamera(pictures("eve", 2) * Policy().frames, every_s=REST_S)
    looking = looker(camera)
    enrol(looking, "ann")
    assert await looking.look(quiet) == NotRecognised("not_recognised")
    assert len(camera.frames) < Policy().frames
    assert all(frame.wiped for frame in camera.frames)


async def test_a_look_saves_frames_for_later_and_wipes_those_it_passes_over() -> None:
    passing, resident = pictures("eve", 3) * 10, pictures("ann", 1)
    camera = PaperCamera(passing + resident, every_s=REST_S / (len(passing) - 2.5))
    looking = looker(camera)
    enrol(looking, "ann")
    assert await looking.look(quiet) == Recognised("ann")
    assert len(camera.frames) == len(passing) + 1
    assert all(frame.wiped for frame in camera.frames)


async def test_a_look_that_nobody_waits_for_wipes_its_last_picture() -> None:
    stop = threading.Event()
    stop.set()
    camera = PaperCamera(pictures("ann", 2))
    looking = looker(camera)
    enrol(looking, "ann")
    assert looking._look(quiet, stop) == NotRecognised("poor_pictures")
    assert isinstance(looking._enrol(EyeSide.LEFT, "ann", quiet, stop, None), NotEnrolled)
    assert len(camera.frames) == 2
    assert all(frame.wiped for frame in camera.frames)


async def test_an_eye_enrolled_by_somebody_as_the_other_eye_is_refused() -> None:
    looking = looker(PaperCamera(pictures("ann", 8)))
    enrol(looking, "ann")
    assert await looking.enrol(EyeSide.RIGHT, "ben", quiet) == NotEnrolled("duplicate")


async def test_the_same_eye_shown_for_both_eyes_is_refused() -> None:
    camera = PaperCamera(pictures("ann", 8))
    looking = looker(camera)
    left = await looking.enrol(EyeSide.LEFT, "ann", quiet)
    assert not isinstance(left, NotEnrolled)
    camera.shows = pictures("ann", 8, seed=4)
    assert await looking.enrol(EyeSide.RIGHT, "ann", quiet, left) == NotEnrolled("duplicate")
    camera.shows = pictures("ann", 8, side=Side.RIGHT)
    assert not isinstance(await looking.enrol(EyeSide.RIGHT, "ann", quiet, left), NotEnrolled)


async def test_an_eye_that_fits_two_people_already_is_refused() -> None:
    looking = looker(PaperCamera(pictures("ann", 8)))
    for person in ("ann", "cai"):
        enrol(looking, person, eye_of="ann")
    assert await looking.enrol(EyeSide.LEFT, "ben", quiet) == NotEnrolled("duplicate")


async def test_a_look_lasts_a_few_frames_longer_for_whom_may_be_renewed_and_for_nobody_else() -> None:
    camera = PaperCamera(pictures("ann", 12))
    looking = looker(camera)
    enrol(looking, "ann")
    short = await looking.look(quiet)
    assert isinstance(short, Recognised)
    taken = len(camera.frames)
    camera.frames.clear()
    looking.linger.add("ann")
    long = await looking.look(quiet)
    assert isinstance(long, Recognised)
    assert len(long.frames) - len(short.frames) in range(1, LINGER_FRAMES + 1)
    assert taken < len(camera.frames) < 12
    assert all(frame.wiped for frame in camera.frames)


async def test_a_camera_that_dies_while_a_look_lingers_undoes_no_acceptance() -> None:
    class Dying(PaperCamera):
        def _frames(self) -> Iterator[PaperFrame]:
            yield from super()._frames()
            raise CameraUnavailable("the camera is unplugged")

    looking = looker(Dying(pictures("ann", 2)))
    enrol(looking, "ann")
    looking.linger.add("ann")
    assert await looking.look(quiet) == Recognised("ann")
