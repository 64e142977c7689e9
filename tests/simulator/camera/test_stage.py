"""The clockwork of the camera: beats, viewers, and whoever steps up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import cv2
import numpy as np
import pytest

from simulator.camera.reel import Developer
from simulator.camera.source import Cast
from simulator.camera.stage import NOBODY, Stage
from simulator.camera.standing import CannotStand, Standing
from simulator.camera.synthetic import SyntheticSource
from simulator.eyes import Side


class NamedReel:
    """Frames that say whose they are."""

    def __init__(self, name: str, gate: threading.Event | None = None) -> None:
        self.name = name
        self.gate = gate
        self.developed = 0

    def prepare(self) -> bool:
        return False

    def develop(self) -> bytes:
        if self.gate is not None:
            self.gate.wait(5)
        self.developed += 1
        return f"{self.name} {self.developed}".encode()


class NamedSource:
    size = (48, 64)

    def __init__(self) -> None:
        self.reels: dict[str, NamedReel] = {}

    def reel(self, standing: Standing, _rng: np.random.Generator) -> NamedReel:
        assert standing.person is not None
        if standing.person == "ghost":
            raise CannotStand("ghost has no eyes")
        return self.reels.setdefault(standing.person, NamedReel(standing.person))

    def people(self) -> dict[str, Cast]:
        return {}


@pytest.fixture
def source() -> NamedSource:
    return NamedSource()


@pytest.fixture
async def stage(source: NamedSource) -> AsyncIterator[Stage]:
    stage = Stage(source, seed=1, fps=50)
    yield stage
    await stage.close()


async def test_all_viewers_see_the_same_frames(stage: Stage) -> None:
    await stage.stand(Standing(person="r01"))
    one, other = stage.frames(), stage.frames()
    seen = await asyncio.gather(anext(one), anext(other))
    assert seen[0] == seen[1]
    await one.aclose()
    await other.aclose()


async def test_nobody_there_is_a_dim_picture(stage: Stage) -> None:
    frames = stage.frames()
    picture = cv2.imdecode(np.frombuffer(await anext(frames), np.uint8), cv2.IMREAD_GRAYSCALE)
    await frames.aclose()
    assert picture is not None
    assert stage.standing == NOBODY
    assert picture.shape == (48, 64)
    assert picture.mean() < 60


async def test_without_a_viewer_nothing_is_developed(stage: Stage, source: NamedSource) -> None:
    await stage.stand(Standing(person="r01"))
    frames = stage.frames()
    await anext(frames)
    await frames.aclose()
    assert stage._ticking is not None
    await stage._ticking
    developed = source.reels["r01"].developed
    assert developed <= 2


async def test_once_somebody_stands_there_nobody_else_is_seen(stage: Stage, source: NamedSource) -> None:
    gate = threading.Event()
    source.reels["r01"] = NamedReel("r01", gate)
    await stage.stand(Standing(person="r01"))
    frames = stage.frames()
    waiting = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0)  # the frame of r01 is being developed while r02 steps up
    await stage.stand(Standing(person="r02"))
    gate.set()
    assert (await waiting).startswith(b"r02")
    await frames.aclose()


async def test_whoever_cannot_stand_leaves_the_one_before_standing(stage: Stage) -> None:
    await stage.stand(Standing(person="r01"))
    with pytest.raises(CannotStand, match="no eyes"):
        await stage.stand(Standing(person="ghost"))
    assert stage.standing.person == "r01"


async def test_closing_ends_the_streams(stage: Stage) -> None:
    frames = stage.frames()
    await anext(frames)
    await stage.close()
    with pytest.raises(StopAsyncIteration):
        await anext(frames)


def test_each_stand_of_a_synthetic_eye_is_another_view_of_one_iris() -> None:
    source = SyntheticSource(seed=1)
    standing = Standing(person="r01", eye=Side.LEFT)
    reels = [source.reel(standing, np.random.default_rng(stand)) for stand in (1, 2)]
    assert reels[0]._eye is reels[1]._eye
    assert reels[0]._view != reels[1]._view
    assert list(source.people()) == ["r01"]


def test_a_repeated_picture_is_never_the_same_frame() -> None:
    developer = Developer((48, 64), np.random.default_rng(1), noise=1.0)
    picture = np.full((48, 64), 128, np.uint8)
    assert len({developer.develop(picture) for _ in range(5)}) == 5
