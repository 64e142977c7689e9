"""From what a walk has learned to the [[lines]] and [[columns]] of a site file. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from config.settings import BitOrder
from firmware_bridge.boards.driver import driver_named
from firmware_bridge.commissioning.notebook import ColumnPlan, LearnedDoor, Notebook, WalkBoard, WalkLine

MIRROR: Final = 7
"""Channel within its byte XOR this is the same bit counted from the other end."""
Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wiring:
    """Tables for the site file, and what no read could tell."""

    lines: tuple[Table, ...]
    columns: tuple[Table, ...]
    doubts: tuple[str, ...]


def wiring_of(notebook: Notebook) -> Wiring:
    """The settings that make every door read as it was seen. `notebook` must know every door."""
    orders = {
        (line.name, board.address): _bit_order(notebook, line, board)
        for line in notebook.lines
        for board in line.boards
    }
    doubts: list[str] = []
    lines = tuple(_line(notebook, line, orders, doubts) for line in notebook.lines)
    columns = tuple(_column(notebook, column, orders) for column in notebook.columns)
    return Wiring(lines, columns, tuple(doubts))


def _doors_of(notebook: Notebook, line: WalkLine, board: WalkBoard) -> list[LearnedDoor]:
    """Learned doors of a board in the order of the cabinet."""
    order = [door for column in notebook.columns for door in column.doors]
    here = [each for each in notebook.doors if (each.place.line, each.place.board) == (line.name, board.address)]
    return sorted(here, key=lambda each: order.index(each.door))


def _bit_order(notebook: Notebook, line: WalkLine, board: WalkBoard) -> BitOrder:
    """Which order makes more doors follow their neighbours; the board's own number 1 decides where it is known."""
    doors = _doors_of(notebook, line, board)
    if "bit_order" not in driver_named(line.family).options:
        return "lowest-first"
    one = next((each.place.channel for each in doors if each.number_one), None)
    if one is not None and one in (0, 1, MIRROR, MIRROR - 1):
        return "lowest-first" if one <= 1 else "highest-first"
    channels = [each.place.channel for each in doors]
    upwards, backwards = _runs(channels)
    mirrored, _ = _runs([channel ^ MIRROR for channel in channels])
    return "highest-first" if mirrored > max(upwards, backwards) else "lowest-first"


def _runs(channels: Sequence[int]) -> tuple[int, int]:
    """How many doors follow the channel of the door before upwards, and how many downwards."""
    steps = [after - before for before, after in pairwise(channels)]
    return steps.count(1), steps.count(-1)


def _line(notebook: Notebook, line: WalkLine, orders: dict[tuple[str, int], BitOrder], doubts: list[str]) -> Table:
    driver = driver_named(line.family)
    table: Table = {"name": line.name, "port": line.port, "family": line.family}
    if line.baud is not None and line.baud != driver.bauds[0]:
        table["baud"] = line.baud
    table["boards"] = [
        _board(line, board, _doors_of(notebook, line, board), orders[line.name, board.address], doubts)
        for board in line.boards
    ]
    return table


def _board(line: WalkLine, board: WalkBoard, doors: list[LearnedDoor], order: BitOrder, doubts: list[str]) -> Table:
    options = driver_named(line.family).options
    table: Table = {"address": board.address, "channels": board.channels}
    if "status_codes" in options:
        table["status_codes"] = {
            f"{code:02X}": meaning
            for each in doors
            for code, meaning in ((each.latched, "latched"), (each.unlatched, "unlatched"))
        }
    elif doors and doors[0].unlatched:
        table["inverted"] = True
    where = f"board {board.address} of {line.name}"
    upwards, backwards = _runs([each.place.channel for each in doors])
    if order == "highest-first":
        table["bit_order"] = order
        doubts.append(
            f"{where}: 各字节内门的顺序是反的，已设 bit_order 为 highest-first；若 `board verify` 开错门，请删去它\n"
            f"{where}: its doors run backwards within each byte, so bit_order is set to highest-first; if `board "
            "verify` opens other doors than it names, remove it"
        )
    elif "bit_order" in options and backwards > upwards:
        doubts.append(
            f"{where}: 门从最后一路排到第一路，像是锁插反了；若 `board verify` 打开的不是所说的门，"
            '请设 bit_order = "highest-first" 再 walk\n'
            f"{where}: its doors run from the last channel to the first, as locks plugged in backwards do; if `board "
            'verify` opens other doors than it names, set bit_order = "highest-first" and walk again'
        )
    if "first_index" in options and doors:
        one = next((each.place.channel for each in doors if each.number_one), None)
        number = None if one is None else one ^ (MIRROR if order == "highest-first" else 0)
        if number == 1:
            table["first_index"] = 0
        elif number is None:
            doubts.append(
                f"{where}: 读不出它从几号数起；若 `board verify` 打开的总是下一扇门，请把 first_index 换成 0 或 1\n"
                f"{where}: no read tells from which number it counts its channels; if `board verify` opens the next "
                "door instead of each one, set first_index the other way (0 or 1)"
            )
    return table


def _column(notebook: Notebook, column: ColumnPlan, orders: dict[tuple[str, int], BitOrder]) -> Table:
    known = {each.door: each.place for each in notebook.doors}
    locks = []
    for door in column.doors:
        place = known[door]
        mirror = MIRROR if orders[place.line, place.board] == "highest-first" else 0
        locks.append((place.line, place.board, place.channel ^ mirror))
    line, board, first = locks[0]
    table: Table = {"name": column.name, "line": line, "board": board}
    if locks == [(line, board, first + number) for number in range(len(locks))]:
        table["first_channel"] = first
    else:
        table["channels"] = [_channel(lock, line, board) for lock in locks]
    table["sizes"] = [str(size) for size in column.sizes]
    return table


def _channel(lock: tuple[str, int, int], line: str, board: int) -> int | str:
    if lock[:2] == (line, board):
        return lock[2]
    return f"{lock[1]}:{lock[2]}" if lock[0] == line else f"{lock[0]}:{lock[1]}:{lock[2]}"
