"""`iris-locker board scan`: which boards are on which ports; reads only, no lock moves."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import chain, groupby
from typing import Any

import serial

from firmware_bridge.boards.driver import driver_named, families
from firmware_bridge.commands.outcome import CANNOT, NOT_AS_WISHED, OK, Leaves, explained, say
from firmware_bridge.commands.survey import Survey, survey
from firmware_bridge.commissioning.ports import find_ports
from firmware_bridge.commissioning.search_order import Search
from firmware_bridge.faults import REMEDIES, FaultKind
from firmware_bridge.scan import ENOUGH_SILENCE, MOST_ASKED, FoundBoard, PortScan, speed_is_settable

NO_PORT = (
    "本机没有串口：请插上适配器，或用 --port 指明 TCP 串口服务器 "
    "this machine has no serial port: plug the adapter in, or name a TCP serial server with --port"
)
MOST_RATES_NAMED = 3
LEAST_RATE, GREATEST_RATE = 300, 1_000_000
"""Bits per second that a line of lock boards may have."""
RATES = tuple(rate for rate in serial.Serial.BAUDRATES if LEAST_RATE <= rate <= GREATEST_RATE)
"""Those that adapters and boards agree on: at any other nothing can answer."""


def add_scan(leaves: Leaves[argparse.ArgumentParser]) -> None:
    """Add the word and its arguments."""
    leaf = leaves.add_parser("scan", help="find boards; reads only, no lock moves")
    add_search_arguments(leaf)
    leaf.add_argument("--json", action="store_true", help="print one JSON object instead")
    leaf.set_defaults(run=explained(_scan))


def add_search_arguments(leaf: argparse.ArgumentParser) -> None:
    """Where and for what to look."""
    leaf.add_argument(
        "--port",
        action="append",
        help="device path or pyserial URL such as socket://host:port; may be given several times; all when absent",
    )
    leaf.add_argument("--family", action="append", choices=families(), help="look for these only")
    leaf.add_argument("--baud", action="append", type=_rate, help="try this rate only; may be given several times")
    leaf.add_argument(
        "--all",
        action="store_true",
        help=f"ask every address, also after {ENOUGH_SILENCE} silent ones in a row, and wait longer for each",
    )


def _rate(text: str) -> int:
    if not text.isdecimal() or int(text) not in RATES:
        raise argparse.ArgumentTypeError(
            f"不是串口的波特率 {text} is no rate of a serial line; there are {', '.join(map(str, RATES))}"
        )
    return int(text)


def describe(board: FoundBoard) -> str:
    """A board in one line."""
    settable = speed_is_settable(board.port)
    speed = f"波特率 at {board.baud} baud" if settable else "用串口服务器的波特率 at its serial server's speed"
    hooks = "".join({True: "1", False: "0", None: "?"}[bit] for bit in board.hooks)
    note = driver_named(board.family).channels_told
    channels = f"，最多 {board.channels} 路 up to {board.channels} channels" if board.channels else ""
    echo = "，适配器有回声 the adapter echoes" if board.echo else ""
    return (
        f"{board.port}: {board.family}，{speed}，地址 address {board.address}{channels}："
        f"锁反馈 hooks {hooks or '?'} (左起为第一路 first channel left; {note}){echo}"
    )


def remarks(seen: Survey) -> Iterable[str]:
    """What else a fitter should know about a port."""
    scan = seen.scan
    if seen.problem:
        yield seen.problem if scan.port in seen.problem else f"{scan.port}: {seen.problem}"
    if scan.rogue:
        yield (
            f"{scan.port}: 每个地址都有应答，即一块板应答了所有地址（拨码开关损坏？）："
            "请逐块拔下锁控板，直到大多数地址不再应答，并更换那一块 "
            "every address answers, so one board answers to all of them (damaged DIP switches?): "
            "unplug the boards one by one until most addresses fall silent, and change that board"
        )
    yield from _noise(scan)
    if scan.not_asked:
        first, last = scan.not_asked[0], scan.not_asked[-1]
        yield (
            f"{scan.port}: 地址 {first} 至 {last} 未问，因为之前 {ENOUGH_SILENCE} 个地址无应答；--all 也会问 "
            f"addresses {first} to {last} were not asked, for the {ENOUGH_SILENCE} before them are "
            "silent; --all asks them too"
        )
    if scan.in_haste:
        least, most, given = min(scan.in_haste), max(scan.in_haste), round(1000 * scan.hasty_s)
        yield (
            f"{scan.port}: 地址 {least} 至 {most} 无应答，每个只等了 {given} 毫秒，因为已有的板应答快；--all 等得更久 "
            f"addresses {least} to {most} that are silent were given {given} ms, for the boards that were "
            "found answer quickly; --all waits longer for each"
        )
    if scan.found or seen.problem:
        return
    echo_zh, echo = (
        ("；适配器有回声，说明这一端正常", "; the adapter echoes, so its end works") if scan.echo else ("", "")
    )
    rate_zh, rate = (
        ("波特率", "the baud rate")
        if speed_is_settable(scan.port)
        else ("串口服务器设定的波特率", "the baud rate that the serial server is set to")
    )
    yield (
        f"{scan.port}: 无应答{echo_zh}：请检查电源、A 和 B 线、拨码开关、型号和{rate_zh} "
        f"nothing answers{echo}: check power, the A and B wires, the DIP switches, the family and {rate}"
    )
    yield from _left_out(scan)
    talkative = [f"{baud}" for baud, count in scan.garbage.most_common(MOST_RATES_NAMED) if count]
    if talkative:
        yield (
            f"{scan.port}: 收到的字节不是任何型号的应答（波特率 {', '.join(talkative)}）："
            "未知的板、特殊的波特率、两块板同一地址，或悬空线路上的干扰 "
            f"bytes came that no family's answer explains (at {', '.join(talkative)} baud): a board that nobody "
            "here knows, one at an unusual speed, two with one address, or noise on an open line"
        )


def _by_family(searches: Iterable[Search]) -> Iterable[tuple[str, Iterable[Search]]]:
    return groupby(sorted(searches, key=lambda each: each.family), key=lambda each: each.family)


def _left_out(scan: PortScan) -> Iterable[str]:
    """High addresses that were asked at the rate that their family comes with only."""
    for family, searches in _by_family(scan.left_out):
        addresses = [each.address for each in searches]
        first, last, baud = min(addresses), max(addresses), driver_named(family).bauds[0]
        yield (
            f"{scan.port}: {family} 地址 {first} 至 {last} 只按波特率 {baud} 问过；--all 会按所有波特率再问 "
            f"{family} addresses {first} to {last} were asked at {baud} baud only; --all asks them at every rate"
        )


def _noise(scan: PortScan) -> Iterable[str]:
    """Answers that came damaged, or got lost: what else was found may lack boards, or locks of them."""
    remedy = REMEDIES[FaultKind.LINE_NOISY]
    if scan.lost:
        often = "1 request" if scan.lost == 1 else f"{scan.lost} requests"
        yield (
            f"{scan.port}: 应答损坏，线路有干扰（对有应答的板重问了 {scan.lost} 次），可能还有板没有找到 "
            f"answers damaged: noise ({often} to boards that answer had to be repeated), so "
            f"other boards may have been missed: {remedy}"
        )
    for each in scan.doubtful:
        yield (
            f"{scan.port}: 应答损坏：{each.family} 地址 {each.address} 在 {MOST_ASKED} 次询问中只应答一次，不能算找到 "
            f"answers damaged: {each.family} address {each.address} at {each.baud} baud answered once in "
            f"{MOST_ASKED} requests, which is no proof of a board: {remedy}"
        )


def _scan(arguments: argparse.Namespace) -> int:
    ports = arguments.port or find_ports()
    if not ports:
        say(NO_PORT)
        return CANNOT
    surveys = survey(ports, arguments, None if arguments.json else describe)
    for remark in [] if arguments.json else chain.from_iterable(map(remarks, surveys)):
        say(remark)
    if arguments.json:
        say(json.dumps({"ports": [_as_json(each) for each in surveys]}, indent=1))
    if all(each.problem and not each.scan.found for each in surveys):
        return CANNOT
    return OK if any(each.scan.found for each in surveys) else NOT_AS_WISHED


def _as_json(seen: Survey) -> dict[str, Any]:
    left_out = () if seen.problem else seen.scan.left_out
    return {
        "port": seen.scan.port,
        "problem": seen.problem or None,
        "echo": seen.scan.echo,
        "rogue": seen.scan.rogue,
        "addresses_not_asked": list(seen.scan.not_asked),
        "not_asked_at_other_rates": {
            family: sorted({each.address for each in searches}) for family, searches in _by_family(left_out)
        },
        "addresses_asked_in_haste": list(seen.scan.in_haste),
        "requests_repeated": seen.scan.lost,
        "doubtful": [
            {"family": each.family, "baud": each.baud, "address": each.address} for each in seen.scan.doubtful
        ],
        "garbage_bytes": {str(baud): count for baud, count in seen.scan.garbage.items() if count},
        "boards": [asdict(board) for board in seen.scan.found],
    }
