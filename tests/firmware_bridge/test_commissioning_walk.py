"""The guided walk against the simulator's firmware of every family, the fitter played in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_boards import DoorLocks, bus_of, channels_told
from fake_ports import VirtualClock, VirtualPort
from virtual_boards import firmware, wiring

from config.load import load_settings
from config.settings import BoardSettings
from firmware_bridge.boards.driver import driver_named, families
from firmware_bridge.commissioning.column_plan import ColumnPlanError, read_columns
from firmware_bridge.commissioning.notebook import (
    LearnedDoor,
    Notebook,
    Place,
    WalkBoard,
    WalkLine,
    load_notebook,
    save_notebook,
)
from firmware_bridge.commissioning.signals import SignalReader
from firmware_bridge.commissioning.site_file import SiteFileError, spliced, write_site
from firmware_bridge.commissioning.walk import Walk
from firmware_bridge.commissioning.wiring import Wiring, wiring_of

EXAMPLE = Path(__file__).parents[2] / "config" / "examples" / "two-boards.toml"
Act = Callable[[], None]


class Fitter:
    """Does as told: each door's name stands for a list of things to do, one after each thing that is said of it."""

    def __init__(self, acts: dict[str, list[Act]]) -> None:
        self.acts = acts
        self.said: list[str] = []
        self.words: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)
        for door, acts in self.acts.items():
            if acts and door in text and ("open" in text or "Close" in text):
                acts.pop(0)()
                return

    def ask(self, question: str) -> str:
        raise AssertionError(question)

    def typed(self) -> str | None:
        return self.words.pop(0) if self.words else None

    def heard(self, part: str) -> bool:
        return any(part in text for text in self.said)


class Site:
    """One line with boards wired as they are, and a walk over it."""

    def __init__(self, family: str, addresses: tuple[int, ...], channels: int, **options: object) -> None:
        self.clock = VirtualClock()
        self.bus = bus_of(family)(self.clock, channels, addresses)
        for address, locks in self.bus.locks.items():
            board = wiring(family, address, channels, **options)
            self.bus.firmware[address] = firmware(family, board, locks)
        self.port = VirtualPort(self.bus, self.clock)
        told = channels_told(family, channels)
        boards = tuple(WalkBoard(address=address, channels=told) for address in addresses)
        self.line = WalkLine(name="line-1", port="/dev/x", family=family, baud=None, echo=False, boards=boards)
        self.kept: list[Notebook] = []

    def open(self, channel: int, address: int) -> Act:
        return lambda: self.bus.door(channel, address).open_by_hand()

    def close(self, channel: int, address: int) -> Act:
        return lambda: self.bus.door(channel, address).close()

    def walk(self, fitter: Fitter, columns: str, doors: tuple[LearnedDoor, ...] = ()) -> Walk:
        notebook = Notebook(lines=(self.line,), columns=read_columns(columns), doors=doors)
        reader = SignalReader([self.line], open_port=self.port.open, clock=self.clock, pause=self.clock.advance)
        return Walk(fitter, reader, notebook, self.kept.append, clock=self.clock, pause=self.clock.advance)


def honest(site: Site, locks: dict[str, tuple[int, int]]) -> Fitter:
    """Opens and closes each door; `locks` gives address and channel."""
    return Fitter(
        {
            door: [site.open(channel, address), site.close(channel, address)]
            for door, (address, channel) in locks.items()
        }
    )


def in_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


@pytest.mark.parametrize("polarity", [{}, {"inverted": True}])
@pytest.mark.parametrize("family", families())
def test_a_walk_learns_a_cabinet_wired_out_of_order_and_its_settings_read_it_right(
    family: str, polarity: dict[str, object], tmp_path: Path
) -> None:
    site = Site(family, (1, 2), 8, **polarity)
    locks = {"A01": (2, 5), "A02": (1, 0), "A03": (2, 6), "B01": (1, 3), "B02": (1, 4)}
    fitter = honest(site, locks)
    walk = site.walk(fitter, "A:S,S,M B:L,L")
    assert walk.run()
    assert all(in_chinese(text) for text in fitter.said)
    assert not any(locks.pulses or locks.crimes for locks in site.bus.locks.values())
    path = tmp_path / "site.toml"
    assert write_site(path, wiring_of(walk.notebook)) is False
    settings = load_settings(path)
    found = {each.id: (each.board, each.channel) for each in settings.compartments}
    assert found == locks
    site.bus.door(5, 2).open_by_hand()
    boards = {board.address: board for board in settings.lines[0].boards}
    assert latched(site, family, boards[2], 5) is False
    assert latched(site, family, boards[2], 6) is True
    assert latched(site, family, boards[1], 0) is True


def latched(site: Site, family: str, board: BoardSettings, channel: int) -> bool:
    driver = driver_named(family)
    for read in driver.hook_reads(board):
        if channel in read.channels:
            (answer,) = site.bus.hear(read.request.frame)
            found = read.request.parse(answer, 0)
            hooks = read.request.interpret(found.frame)  # type: ignore[union-attr]
            return hooks.bits[channel - hooks.first_channel] is not board.inverted  # type: ignore[union-attr]
    raise AssertionError(channel)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("order", ["lowest-first", "highest-first"])
def test_reads_alone_tell_bit_order_and_base_index_of_a_lock485_board(first: int, order: str) -> None:
    site = Site("lock485-8a", (1,), 12, bit_order=order, first_index=first)
    walk = site.walk(honest(site, {f"A{door:02d}": (1, door - 1) for door in range(1, 5)}), "A:4S")
    assert walk.run()
    ((board,), (column,)) = wiring_of(walk.notebook).lines[0]["boards"], wiring_of(walk.notebook).columns
    assert board.get("bit_order", "lowest-first") == order
    assert board.get("first_index", 1) == first
    assert column["first_channel"] == 0


def test_bytes_that_run_backwards_over_a_border_tell_the_bit_order() -> None:
    site = Site("kerong-cu24", (0,), 12, bit_order="highest-first")
    walk = site.walk(honest(site, {f"A{door:02d}": (0, door - 1) for door in range(1, 13)}), "A:12S")
    assert walk.run()
    wired = wiring_of(walk.notebook)
    assert wired.lines[0]["boards"][0]["bit_order"] == "highest-first"
    assert wired.columns[0]["first_channel"] == 0
    assert "to highest-first" in wired.doubts[0]


def test_locks_plugged_in_backwards_are_no_bit_order() -> None:
    site = Site("kerong-cu24", (0,), 12)
    walk = site.walk(honest(site, {f"A{door:02d}": (0, 12 - door) for door in range(1, 13)}), "A:12S")
    assert walk.run()
    wired = wiring_of(walk.notebook)
    assert "bit_order" not in wired.lines[0]["boards"][0]
    assert wired.columns[0]["channels"] == list(range(11, -1, -1))
    assert "plugged in backwards" in wired.doubts[0]


def test_a_second_door_that_moves_is_named_and_nothing_is_learned_from_it() -> None:
    site = Site("kerong-cu24", (0,), 12)

    def both() -> None:
        site.open(3, 0)()
        site.open(4, 0)()

    def none() -> None:
        site.close(3, 0)()
        site.close(4, 0)()
        fitter.acts["A01"] = [site.open(3, 0), site.close(3, 0)]
        fitter.words.append("")

    fitter = Fitter({"A01": [both, none]})
    walk = site.walk(fitter, "A:S")
    assert walk.run()
    assert fitter.heard("More than one hook moved")
    assert walk.notebook.doors[0].place.channel == 3


def test_a_door_that_is_known_already_is_not_taken_for_another() -> None:
    site = Site("kerong-cu24", (0,), 12)

    def right() -> None:
        site.close(3, 0)()
        fitter.words.append("")
        fitter.acts["A02"] = [site.open(7, 0), site.close(7, 0)]

    fitter = Fitter({"A02": [site.open(3, 0), right]})
    known = LearnedDoor(door="A01", place=Place(line="line-1", board=0, channel=3), latched=1, unlatched=0)
    walk = site.walk(fitter, "A:S,S", (known,))
    assert walk.run()
    assert fitter.heard("That is A01")
    assert {each.door: each.place.channel for each in walk.notebook.doors} == {"A01": 3, "A02": 7}


def test_a_bouncing_hook_is_learned_once_it_rests() -> None:
    site = Site("kerong-cu24", (0,), 12)
    flips: Iterator[bool] = iter([True, False] * 10)

    class Bouncing(DoorLocks):
        def latched(self, channel: int) -> bool:
            real = super().latched(channel)
            return next(flips, real) if channel == 2 and not real else real

    locks = Bouncing(board=site.bus.boards[0])
    site.bus.firmware[0] = firmware("kerong-cu24", wiring("kerong-cu24", 0, 12), locks)
    walk = site.walk(honest(site, {"A01": (0, 2)}), "A:S")
    assert walk.run()
    assert walk.notebook.doors[0].place.channel == 2
    assert (walk.notebook.doors[0].latched, walk.notebook.doors[0].unlatched) == (1, 0)


def test_a_walk_is_interrupted_and_resumed_where_it_was(tmp_path: Path) -> None:
    site = Site("winnsen", (1,), 4)
    fitter = honest(site, {"A01": (1, 2), "A02": (1, 1)})
    fitter.acts["A02"] = [lambda: fitter.words.append("q")]
    walk = site.walk(fitter, "A:S,S")
    assert not walk.run()
    assert walk.notebook.missing == ("A02",)
    save_notebook(tmp_path / "kept", site.kept[-1])
    kept = load_notebook(tmp_path / "kept")
    assert kept == walk.notebook
    walk = site.walk(honest(site, {"A02": (1, 1)}), "A:S,S", kept.doors)
    assert walk.run()
    codes = wiring_of(walk.notebook).lines[0]["boards"][0]["status_codes"]
    assert sorted(codes.values()) == ["latched", "unlatched"]


def test_a_skipped_door_stays_missing_and_back_asks_for_the_one_before() -> None:
    site = Site("kerong-cu24", (0,), 12)
    fitter = honest(site, {"A01": (0, 1), "A03": (0, 3)})
    again = [site.open(5, 0), site.close(5, 0), lambda: fitter.words.append("s")]
    fitter.acts["A02"] = [lambda: (fitter.words.append("b"), fitter.acts.update({"A01": again[:2]}))[0], again[2]]
    walk = site.walk(fitter, "A:S,S,S")
    assert not walk.run()
    assert walk.notebook.missing == ("A02",)
    assert {each.door: each.place.channel for each in walk.notebook.doors} == {"A01": 5, "A03": 3}


def test_a_board_that_falls_silent_is_named() -> None:
    site = Site("kerong-cu24", (0, 1), 12)

    def die() -> None:
        site.bus.boards[1].deaf = True
        fitter.acts["A01"] = [site.open(0, 0), site.close(0, 0)]
        fitter.words.append("")

    fitter = Fitter({"A01": [die]})
    assert site.walk(fitter, "A:S").run()
    assert fitter.heard("Board 1 of line-1 does not answer")


WIRING = Wiring(
    (
        {
            "name": "left",
            "port": "/dev/new",
            "family": "wkly",
            "boards": [{"address": 1, "channels": 2, "inverted": True}],
        },
    ),
    ({"name": "A", "line": "left", "board": 1, "channels": [1, 0], "sizes": ["S", "M"]},),
    (),
)


def test_a_site_file_keeps_its_comments_and_everything_but_lines_and_columns() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    new = spliced(text, WIRING)
    for part in ("# Copy it, change what is yours", "# raise it only if the power supply", "[site]", 'version = "5"'):
        assert part in new
    assert "/dev/new" in new
    assert "first_channel" not in new
    assert spliced(new, WIRING) == new


def test_a_line_keeps_the_times_and_pulses_that_the_old_file_gave_it() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    old = spliced(text, WIRING).replace("inverted = true", "pulse_s = 0.4").replace('"wkly"', '"wkly"\ngap_s = 0.02')
    new = spliced(old, WIRING)
    assert "gap_s = 0.02" in new
    assert "inverted = true, pulse_s = 0.4" in new


def test_a_site_file_in_an_unusual_form_is_not_touched_and_the_part_is_said(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    text = 'columns = []\nlines = [{ name = "x" }]\n'
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SiteFileError, match="by hand"):
        write_site(path, WIRING)
    assert path.read_text(encoding="utf-8") == text


def test_columns_are_said_briefly_and_mistakes_are_named() -> None:
    columns = read_columns("a:S,2m,xl B:3L")
    assert [(each.name, "".join(map(str, each.sizes))) for each in columns] == [("A", "SMMXL"), ("B", "LLL")]
    for wrong in ("", "A", "A:Q", "A:S A:M", "A:0S", "A1:S"):
        with pytest.raises(ColumnPlanError, match="A:S,S,M,L"):
            read_columns(wrong)
