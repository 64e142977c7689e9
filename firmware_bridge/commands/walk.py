"""`iris-locker board walk`: learn which door is wired where, by doors opened by hand; reads only, no lock moves."""

from __future__ import annotations

import argparse
from itertools import groupby
from pathlib import Path

from config.load import SettingsError, load_settings
from firmware_bridge.commands.outcome import CANNOT, NOT_AS_WISHED, OK, Leaves, explained
from firmware_bridge.commands.scan import NO_PORT, add_search_arguments, describe, remarks
from firmware_bridge.commands.survey import survey
from firmware_bridge.commissioning.column_plan import EXAMPLE, ColumnPlanError, read_columns
from firmware_bridge.commissioning.conversation import ConsoleConversation, Conversation, FitterGoneError
from firmware_bridge.commissioning.notebook import (
    ColumnPlan,
    Notebook,
    WalkBoard,
    WalkLine,
    load_notebook,
    save_notebook,
)
from firmware_bridge.commissioning.ports import find_ports, lasting_name
from firmware_bridge.commissioning.signals import SignalReader
from firmware_bridge.commissioning.site_file import check_site, write_site
from firmware_bridge.commissioning.walk import Walk
from firmware_bridge.commissioning.wiring import wiring_of
from firmware_bridge.scan import FoundBoard, speed_is_settable

CUT_SHORT = (
    "查找被中断，可能还有板没有找到，请再运行同一命令 "
    "the search was interrupted before all boards can have been found; run the same command again"
)


def add_walk(leaves: Leaves[argparse.ArgumentParser]) -> None:
    """Add the word and its arguments."""
    leaf = leaves.add_parser("walk", help="learn which door is wired where, by opening doors by hand; reads only")
    add_search_arguments(leaf)
    leaf.add_argument("--out", required=True, type=Path, help="the site file to write or to bring up to date")
    leaf.add_argument("--columns", help=f"columns left to right, sizes top to bottom, such as {EXAMPLE!r}")
    leaf.set_defaults(run=explained(_walk))


def _walk(arguments: argparse.Namespace) -> int:
    talk = ConsoleConversation()
    columns = None if arguments.columns is None else read_columns(arguments.columns)
    check_site(arguments.out)
    kept_in = arguments.out.with_name(arguments.out.name + ".walk")
    notebook = _resumed(talk, kept_in, columns) or _begun(talk, arguments, columns)
    if notebook is None:
        return CANNOT
    reader = SignalReader(notebook.lines)  # first, so that of two fitters only the one who has the ports writes
    save_notebook(kept_in, notebook)
    walk = Walk(talk, reader, notebook, lambda newer: save_notebook(kept_in, newer))
    try:
        complete = walk.run()
    except (KeyboardInterrupt, FitterGoneError):
        complete = False
    finally:
        reader.close()
    if not complete:
        talk.say(
            "还有门未学到，再运行同一命令即可继续 "
            f"Not known yet: {', '.join(walk.notebook.missing)}. Run the same command again to go on."
        )
        return NOT_AS_WISHED
    _write(talk, arguments.out, walk.notebook)
    kept_in.unlink()
    return OK


def _write(talk: Conversation, path: Path, notebook: Notebook) -> None:
    wiring = wiring_of(notebook)
    existed = write_site(path, wiring)
    if existed:
        talk.say(
            f"{path} 的 [[lines]] 和 [[columns]] 已更新，原文件留作 {path.name}.before-walk\n"
            f"{path} has new [[lines]] and [[columns]]; the old file is kept as {path.name}.before-walk."
        )
    else:
        talk.say(
            f"{path} 已按示例写成，请填写其中的 [site]、[camera]、[mqtt] 和平台公钥\n"
            f"{path} is written from the example: set [site], [camera], [mqtt] and the platform's keys in it."
        )
    for doubt in wiring.doubts:
        talk.say(f"有待验证 To be proven: {doubt}.")
    try:
        load_settings(path)
    except SettingsError as error:
        talk.say(str(error))
    talk.say(f"下一步 Next: iris-locker board verify --config {path}")


def _resumed(talk: Conversation, kept_in: Path, columns: tuple[ColumnPlan, ...] | None) -> Notebook | None:
    notebook = load_notebook(kept_in)
    if notebook is None:
        return None
    if columns is not None and columns != notebook.columns:
        talk.say(
            f"{kept_in} 里已开始的列与 --columns 不同，沿用已开始的 "
            f"The walk that was begun in {kept_in} has other columns than --columns says; its own are kept."
        )
    known = len(notebook.doors)
    of = known + len(notebook.missing)
    answer = talk.ask(
        f"先前已学到 {of} 扇门中的 {known} 扇，接着学吗？\n"
        f"{known} of {of} doors are known from before. Go on with them? [Y/n]"
    )
    return None if answer.lower().startswith("n") else notebook


def _begun(
    talk: Conversation, arguments: argparse.Namespace, columns: tuple[ColumnPlan, ...] | None
) -> Notebook | None:
    """Find the boards and ask for the columns; None when there are no boards that a walk can tell apart."""
    ports = tuple(map(lasting_name, arguments.port or find_ports()))
    if not ports:
        talk.say(NO_PORT)
        return None
    found: list[FoundBoard] = []
    surveys = survey(ports, arguments, describe)
    for seen in surveys:
        found += seen.scan.found
        for remark in remarks(seen):
            talk.say(remark)
    if any(seen.scan.rogue for seen in surveys):
        return None
    interrupted = any(seen.scan.stopped for seen in surveys)
    if not found:
        talk.say(
            CUT_SHORT if interrupted else "没有找到锁控板 no boards were found: `iris-locker board scan` tells more"
        )
        return None
    notebook = Notebook(lines=_lines(found, arguments.out), columns=columns or _columns(talk))
    return notebook if _enough(talk, notebook, interrupted=interrupted) else None


def _enough(talk: Conversation, notebook: Notebook, *, interrupted: bool) -> bool:
    """Whether the boards have a channel for each door."""
    channels = sum(board.channels for line in notebook.lines for board in line.boards)
    if channels < len(notebook.missing):
        why = (
            CUT_SHORT
            if interrupted
            else "有板没有通电，或列说错了？ is a board without power, or a column said wrongly?"
        )
        talk.say(
            f"各列共有 {len(notebook.missing)} 扇门，找到的板共有 {channels} 路 "
            f"The columns have {len(notebook.missing)} doors, the boards that were found {channels} channels: {why}"
        )
        return False
    return True


def _lines(found: list[FoundBoard], site: Path) -> tuple[WalkLine, ...]:
    """The lines, under the names that an earlier site file gave to their ports."""
    names = _names_of_ports(site)
    lines: list[WalkLine] = []
    for number, (port, boards) in enumerate(groupby(found, key=lambda board: board.port), start=1):
        here = list(boards)
        lines.append(
            WalkLine(
                name=names.get(port, f"line-{number}"),
                port=port,
                family=here[0].family,
                baud=here[0].baud if speed_is_settable(port) else None,
                echo=here[-1].echo,
                boards=tuple(WalkBoard(address=each.address, channels=each.channels or 1) for each in here),
            )
        )
    return tuple(lines)


def _names_of_ports(site: Path) -> dict[str, str]:
    try:
        return {lasting_name(line.port): line.name for line in load_settings(site).lines}
    except SettingsError:
        return {}


def _columns(talk: Conversation) -> tuple[ColumnPlan, ...]:
    while True:
        try:
            return read_columns(
                talk.ask(
                    f"请从左到右写各列，从上到下写规格，例如 {EXAMPLE}\n"
                    f"Columns from left to right, sizes from top to bottom, such as {EXAMPLE}:"
                )
            )
        except ColumnPlanError as error:
            talk.say(str(error))
