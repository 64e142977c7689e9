"""A whole enrolment and a whole pickup with real pictures: no picture reaches the disk, and no name the log."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from structlog.testing import capture_logs

from config.settings import IrisSettings
from locker.camera import Frame
from locker.look import Looker
from simulator.eyes.eye import grow
from simulator.eyes.identity import Identity, Side
from simulator.eyes.life import draw_view, live
from simulator.eyes.render import render

if TYPE_CHECKING:
    from paper_bank import Bank, Stock

SEED = 3
PERSONAL = ("安娜", "本一", "蔡明", "1-101")
"""Names and rooms of the community of `announce`."""
CODE = "33334444"
LEDGER = "ledger.sqlite3"
"""Name of the ledger, with which the names of all that lies beside it begin."""

Picture = NDArray[np.uint8]


@dataclass
class Eyes:
    """A camera before which one eye after another is held; it remembers what it showed, and every frame."""

    looks: list[list[Picture]]
    shown: list[Picture] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)

    @contextmanager
    def look(self) -> Iterator[Iterator[Frame]]:
        yield self._frames(self.looks.pop(0))

    def _frames(self, pictures: list[Picture]) -> Iterator[Frame]:
        for number, picture in enumerate(pictures):
            self.shown.append(picture)
            self.frames.append(Frame(picture.copy(), number / 30))
            yield self.frames[-1]


def stand(side: Side, number: int, count: int = 8) -> list[Picture]:
    """Frames of one stand of somebody before the camera."""
    eye, rng = grow(Identity(SEED, "cai", side)), np.random.default_rng([SEED, number])
    views = live(draw_view(rng), rng)
    return [render(eye, next(views), rng).picture for _ in range(count)]


class Openings:
    """Files that Python opens for writing while it is on; an audit hook cannot be taken out again."""

    def __init__(self) -> None:
        self.on, self.written = False, list[str]()
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.on and event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            self.written.append(str(arguments[0]))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder in which anything that is written without a thought would land."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def contents(place: Path) -> dict[str, bytes]:
    """Every file that lies there."""
    return {file.name: file.read_bytes() for file in place.rglob("*") if file.is_file()}


async def live_through(bank: Bank, stock: Stock) -> None:
    """Cai enrols with both eyes, and collects two parcels by looking."""
    await bank.press("welcome", "enrol")
    await bank.press("code", "enter", code=CODE)
    await bank.press("consent", "agree")
    await bank.press("enrol_ready_left", "ready")
    await bank.press("enrol_ready_right", "ready")
    await bank.press("enrol_done", "continue")
    await stock(bank)
    await bank.press("welcome", "look")
    for door in ("E01", "D01"):
        screen = await bank.screen("pickup_open")
        while screen.doors != (door,):
            await bank.desk.changed(bank.desk.rev)
            screen = await bank.screen("pickup_open")
        await bank.close(door)
    await bank.press("pickup_done", "finish")
    await bank.screen("welcome")
    await bank.cabinet.ledger.run(lambda _ledger: None)


async def test_a_whole_visit_leaves_no_picture_on_the_disk_and_no_name_in_the_log(
    place: Path,
    bank: Bank,
    stock: Stock,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    eyes = Eyes([stand(Side.LEFT, 1), stand(Side.RIGHT, 2), stand(Side.LEFT, 3)])
    looker = Looker(eyes, IrisSettings())  # type: ignore[arg-type] # a camera of paper
    object.__setattr__(bank.cabinet, "looker", looker)
    openings = Openings()
    openings.on = True
    with caplog.at_level(logging.DEBUG), capture_logs() as told:
        await live_through(bank, stock)
    openings.on = False
    looker.close()

    assert await bank.state("con-3") == "collected"
    assert await bank.cabinet.ledger.run(lambda ledger: ledger.sightings(ledger.templates_of("per-cai")[0])) is not None
    assert len(eyes.shown) >= 7
    assert not any(frame.picture.any() for frame in eyes.frames), "a frame was not wiped"

    files = contents(place)
    assert all(name.startswith(LEDGER) for name in files), files.keys()
    assert all(Path(name).name.startswith(LEDGER) for name in openings.written), openings.written
    disk = b"".join(files.values())
    for picture in eyes.shown:
        for row in (picture.shape[0] // 3, picture.shape[0] // 2):
            middle = picture.shape[1] // 2
            assert picture[row, middle - 16 : middle + 16].tobytes() not in disk
    for magic in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n", b"P5\n"):
        assert magic not in disk

    out, err = capfd.readouterr()
    everything = repr(told) + caplog.text + out + err
    assert "visit ended" in everything
    for personal in PERSONAL:
        assert personal not in everything
        assert personal.encode() not in disk
