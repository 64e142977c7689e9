"""`iris-locker board verify`: pulse each door once, with the fitter's consent, and print a hand-over report."""

from __future__ import annotations

import argparse
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from config.load import load_settings
from config.settings import CompartmentSettings, Settings
from firmware_bridge.commands.live_panel import live_panel
from firmware_bridge.commands.outcome import CANNOT, NOT_AS_WISHED, OK, Leaves, explained, say
from firmware_bridge.commissioning.conversation import ConsoleConversation, FitterGoneError
from firmware_bridge.commissioning.handover import DoorReport, HandOver, Verdict, fingerprint
from firmware_bridge.commissioning.verify import Verification
from firmware_bridge.words import line_is_down


def add_verify(leaves: Leaves[argparse.ArgumentParser]) -> None:
    """Add the word and its arguments."""
    leaf = leaves.add_parser("verify", help="pulse each door once, with your consent, and print a hand-over report")
    leaf.add_argument("--config", required=True, type=Path)
    leaf.add_argument("--door", action="append", help="these doors only, such as A07")
    leaf.add_argument(
        "--json", action="store_true", help="print the report as one JSON object; all else goes to standard error"
    )
    leaf.add_argument("--report", type=Path, help="write the report here as well")
    leaf.set_defaults(run=explained(_verify))


def _verify(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    wanted = dict.fromkeys(arguments.door or [each.id for each in settings.compartments])
    doors = [each for each in settings.compartments if each.id in wanted]
    if len(doors) != len(wanted):
        say(f"柜格不全在设置里 not every one of {', '.join(wanted)} is a compartment in {arguments.config}")
        return CANNOT
    if arguments.report is not None and (problem := _unwritable(arguments.report)):
        say(
            f"报告写不到 {arguments.report}，请另指 --report "
            f"the report cannot be written to {arguments.report} ({problem}); name another --report"
        )
        return CANNOT
    talk = ConsoleConversation(beside=arguments.json)
    with live_panel(settings, {line.name for line in settings.lines}) as (panel, causes):
        for name, up in panel.lines().items():
            if not up:
                talk.say(line_is_down(name, causes.get(name, "尚无消息 nothing heard yet")))
        if not any(panel.lines()[each.line] for each in doors):
            say("这些门都联系不上，没有任何锁通电 None of these doors can be reached. Nothing was pulsed.")
            return CANNOT
        verification = Verification(talk, panel)
        if not verification.consent(settings.site.cabinet, len(doors)):
            say("没有任何锁通电 Nothing was pulsed.")
            return CANNOT
        try:
            verification.run(doors)
        except (KeyboardInterrupt, FitterGoneError):
            talk.say("已停止，其余的门未试 Stopped; the doors that are left were not tried.")
    report = _report(settings, verification.reports, doors)
    text = report.model_dump_json(indent=1) if arguments.json else "\n".join(report.lines())
    say(text)
    if arguments.report is not None:
        arguments.report.write_text(text + "\n", encoding="utf-8")
    return OK if report.good else NOT_AS_WISHED


def _unwritable(path: Path) -> str:
    """Why a report cannot be written, found out before locks are fired for it; empty when it can."""
    try:
        with path.open("a", encoding="utf-8"):
            return ""
    except OSError as error:
        return error.strerror or f"{error}"


def _report(settings: Settings, tried: list[DoorReport], doors: list[CompartmentSettings]) -> HandOver:
    left = [
        DoorReport(door=each.id, line=each.line, board=each.board, channel=each.channel, verdict=Verdict.NOT_TRIED)
        for each in doors[len(tried) :]
    ]
    return HandOver(
        community=settings.site.community,
        cabinet=settings.site.cabinet,
        at=datetime.now().astimezone().isoformat(timespec="minutes"),
        version=version("iris-locker"),
        fingerprint=fingerprint(settings),
        doors=(*tried, *left),
    )
