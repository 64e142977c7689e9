"""What damaged bits on a line can do, by family: open a door that nobody asked for, or show a door as it is not.

    python benchmarks/wire_damage.py [--family NAME ...] [--json FILE]

Requests: the simulator's boards, which know no driver, hear each request of a line with some of its bits turned over,
and what they do to their locks is counted. One and two damaged bits (of reads, three) and bursts up to eight are tried
completely (under a CRC, four); more bits and longer bursts are drawn. Replies: the same damage to a board's answer,
read by the driver.
Start and stop bits are taken as whole: damage to them costs a byte, and the loss of each byte is tried too.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import combinations
from math import comb
from pathlib import Path

from damaged_bits import binomial, bursts, flipped, long_burst, unseen_by_crc

from config.settings import BoardSettings
from firmware_bridge.boards.driver import AnyRequest, Hooks, driver_named, families
from firmware_bridge.frames import split
from firmware_bridge.trust import reads_needed
from simulator.boards.registry import family_named

BOARDS = 4
CHANNELS = 24
DRAWN = 10_000
"""Patterns drawn of each count of three to eight bits, and of long bursts, over the requests of one kind."""
MOST_BITS = 8
RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
LONG_PULSE_S = 1.0
"""What the coil of a cabinet lock is rated for."""


@dataclass
class Locks:
    """The terminals of one board: what it did to its locks."""

    unlatched: frozenset[int] = frozenset()
    pulses: list[tuple[int, float]] = field(default_factory=list)
    disasters: list[str] = field(default_factory=list)

    def pulse(self, channel: int, seconds: float) -> None:
        self.pulses.append((channel, seconds))
        if seconds > LONG_PULSE_S:
            self.disasters.append(f"coil driven for more than {LONG_PULSE_S:g} s")

    def hold(self, channel: int) -> None:  # noqa: ARG002
        self.disasters.append("coil held")

    def release(self, channel: int) -> None:
        """Ends what was not begun."""

    def latched(self, channel: int) -> bool:
        return channel not in self.unlatched

    def occupied(self, channel: int) -> bool:  # noqa: ARG002
        return False

    def cooling(self, channel: int) -> bool:  # noqa: ARG002
        return False

    def driven(self, channel: int) -> bool:  # noqa: ARG002
        return False

    def unlock_all(self) -> None:
        self.disasters.append("every lock of the board opened")

    def refused(self, frame: bytes, reason: str) -> None:
        """A damaged frame that was noticed."""


class Line:
    """The boards of one line: the judge of what a frame does."""

    def __init__(self, family: str) -> None:
        self.family, self.driver = family, driver_named(family)
        maker, needs = family_named(family).board, dict(family_named(family).needs)
        channels = min(CHANNELS, self.driver.most_channels)
        self.wirings = [
            BoardSettings.model_validate({**needs, "address": address, "channels": channels})
            for address in tuple(self.driver.addresses)[:BOARDS]
        ]
        self.locks = [Locks() for _ in self.wirings]
        self.boards = [maker(wiring, locks) for wiring, locks in zip(self.wirings, self.locks, strict=True)]

    def deeds(self, data: bytes) -> tuple[set[tuple[int, int]], list[str]]:
        """Locks that are opened by bytes after silence, as board and channel, and worse things."""
        opened: set[tuple[int, int]] = set()
        disasters: list[str] = []
        for wiring, locks, board in zip(self.wirings, self.locks, self.boards, strict=True):
            board.forget()
            board.hear(data)
            opened |= {(wiring.address, channel) for channel, _ in locks.pulses}
            disasters += locks.disasters
            locks.pulses.clear()
            locks.disasters.clear()
        return opened, disasters

    def unlocks(self) -> list[tuple[bytes, tuple[int, int]]]:
        """Every unlock request of the line, and the lock that it means."""
        return [
            (self.driver.unlock(wiring, channel).frame, (wiring.address, channel))
            for wiring in self.wirings
            for channel in range(wiring.channels)
        ]

    def reads(self) -> list[tuple[bytes, None]]:
        """Every read request of the line."""
        frames = {read.request.frame for wiring in self.wirings for read in self.driver.hook_reads(wiring)}
        return [(frame, None) for frame in sorted(frames)]


@dataclass
class Harm:
    """Of so many patterns, how many opened another door, and how many did worse."""

    tried: int = 0
    wrong: int = 0
    disasters: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float:
        return self.wrong / self.tried if self.tried else 0.0

    @property
    def worse(self) -> float:
        return sum(self.disasters.values()) / self.tried if self.tried else 0.0

    def take(self, line: Line, data: bytes, meant: tuple[int, int] | None) -> None:
        opened, disasters = line.deeds(data)
        self.tried += 1
        self.wrong += bool(opened - {meant})
        for disaster in set(disasters):
            self.disasters[disaster] = self.disasters.get(disaster, 0) + 1


@dataclass(frozen=True)
class Requests:
    """Harm by requests of one kind: by count of damaged bits, by bursts, and by a lost byte."""

    bits: int
    by_count: dict[int, Harm]
    short_bursts: Harm
    long_bursts: Harm
    lost_byte: Harm

    def chance(self, rate: float) -> float:
        """That one such request opens a wrong door, when each bit is damaged with the chance `rate`."""
        return self._weighed(rate, {count: harm.share for count, harm in self.by_count.items()})

    def worse(self, rate: float) -> float:
        """That it holds a coil, drives it for too long, or opens every lock of a board."""
        return self._weighed(rate, {count: harm.worse for count, harm in self.by_count.items()})

    def _weighed(self, rate: float, shares: dict[int, float]) -> float:
        return sum(
            binomial(self.bits, count, rate) * shares[min(count, MOST_BITS)] for count in range(1, self.bits + 1)
        )


def requests(line: Line, frames: list[tuple[bytes, tuple[int, int] | None]], draw: random.Random) -> Requests:
    bits = 8 * len(frames[0][0])
    by_count = {count: Harm() for count in range(1, MOST_BITS + 1)}
    short, long, lost = Harm(), Harm(), Harm()
    under_crc = line.family == "modbus-relay"
    complete = 4 if under_crc else 3 if len(frames) <= BOARDS else 2
    for frame, meant in frames:
        for count in range(1, complete + 1):
            patterns = unseen_by_crc(bits, count) if under_crc else combinations(range(bits), count)
            for pattern in patterns:
                by_count[count].take(line, flipped(frame, pattern), meant)
        for pattern in bursts(bits):
            short.take(line, flipped(frame, pattern), meant)
        for place in range(len(frame)):
            lost.take(line, frame[:place] + frame[place + 1 :], meant)
    for _ in range(DRAWN):
        for count in range(complete + 1, MOST_BITS + 1):
            frame, meant = draw.choice(frames)
            by_count[count].take(line, flipped(frame, draw.sample(range(bits), count)), meant)
        frame, meant = draw.choice(frames)
        long.take(line, flipped(frame, long_burst(bits, draw)), meant)
    if under_crc:
        for count in range(1, complete + 1):
            by_count[count].tried = comb(bits, count) * len(frames)
    return Requests(bits, by_count, short, long, lost)


@dataclass(frozen=True)
class Replies:
    """How often a damaged answer shows the worst hook wrongly, by count of damaged bits; how many reads must agree."""

    bits: int
    asked_bits: int
    checksum: bool
    shares: dict[int, float]

    def slip(self, rate: float) -> float:
        """Chance that one read shows one certain hook wrongly."""
        return sum(
            binomial(self.bits, count, rate) * self.shares[min(count, MOST_BITS)] for count in range(1, self.bits + 1)
        )

    def failing(self, rate: float) -> float:
        """Chance that one read brings nothing."""
        return 1 - (1 - rate) ** (self.bits + self.asked_bits) - self.slip(rate)

    def agreeing(self, rate: float) -> int:
        return reads_needed(self.failing(rate), 2, checksum=self.checksum)


def replies(family: str, draw: random.Random) -> Replies:
    line = Line(family)
    wiring = line.wirings[-1]
    request = line.driver.hook_reads(wiring)[0].request
    locks = Locks(unlatched=frozenset({1, 8, 9}))
    answer = b"".join(family_named(family).board(wiring, locks).hear(request.frame))
    bits = 8 * len(answer)
    patterns: dict[int, Iterable[Iterable[int]]] = {count: combinations(range(bits), count) for count in (1, 2)} | {
        count: [draw.sample(range(bits), count) for _ in range(DRAWN)] for count in range(3, MOST_BITS + 1)
    }
    shares = {count: wrongly_shown(request, answer, each) for count, each in patterns.items()}
    return Replies(bits, 8 * len(request.frame), line.driver.checksum, shares)


def wrongly_shown(request: AnyRequest, answer: bytes, patterns: Iterable[Iterable[int]]) -> float:
    """Share of the patterns that turn one certain hook over: the worst hook's."""
    truth = read(request, answer)
    assert truth is not None
    wrong, tried = [0] * len(truth.bits), 0
    for pattern in patterns:
        tried += 1
        seen = read(request, flipped(answer, pattern))
        if seen is not None:
            for channel, (bit, true) in enumerate(zip(seen.bits, truth.bits, strict=True)):
                wrong[channel] += bit not in (true, None)
    return max(wrong) / tried


def read(request: AnyRequest, data: bytes) -> Hooks | None:
    for frame in split(data, request.parse).frames:
        reply = request.interpret(frame)
        if isinstance(reply, Hooks):
            return reply
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description="what damaged bits do, by family")
    parser.add_argument("--family", action="append", choices=families())
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    draw = random.Random(1)  # noqa: S311 - patterns, no secrets
    figures: dict[str, object] = {}
    for family in arguments.family or families():
        line = Line(family)
        unlocks, reads = requests(line, line.unlocks(), draw), requests(line, line.reads(), draw)
        answers = replies(family, draw)
        for kind, harm in (("unlock", unlocks), ("read", reads)):
            tell(f"{family} {kind}", harm)
        print(f"{family} answer: " + ", ".join(f"{rate:g}: {answers.slip(rate):.1e}" for rate in RATES), flush=True)
        figures[family] = {
            "unlock": summary(unlocks),
            "read": summary(reads),
            "answer": {
                "bits": answers.bits,
                "shares": answers.shares,
                "slip": {f"{rate:g}": answers.slip(rate) for rate in RATES},
                "failing": {f"{rate:g}": answers.failing(rate) for rate in RATES},
                "agreeing_reads": {f"{rate:g}": answers.agreeing(rate) for rate in RATES},
            },
        }
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def tell(name: str, harm: Requests) -> None:
    counts = ", ".join(f"{count}: {each.wrong}/{each.tried}" for count, each in harm.by_count.items())
    print(f"{name}, {harm.bits} bits: wrong doors by damaged bits {counts}")
    others = {"bursts <= 8": harm.short_bursts, "bursts 9-16": harm.long_bursts, "byte lost": harm.lost_byte}
    for what, each in others.items():
        print(f"    {what}: {each.wrong}/{each.tried} {each.disasters or ''}")
    print(f"    worse: { {count: each.disasters for count, each in harm.by_count.items() if each.disasters} }")
    print(
        "    chance of a wrong door: " + ", ".join(f"{rate:g}: {harm.chance(rate):.1e}" for rate in RATES), flush=True
    )


def summary(harm: Requests) -> dict[str, object]:
    return {
        "bits": harm.bits,
        "by_damaged_bits": {count: asdict(each) for count, each in harm.by_count.items()},
        "bursts_to_8": asdict(harm.short_bursts),
        "bursts_9_to_16": asdict(harm.long_bursts),
        "lost_byte": asdict(harm.lost_byte),
        "chance": {f"{rate:g}": harm.chance(rate) for rate in RATES},
        "worse": {f"{rate:g}": harm.worse(rate) for rate in RATES},
    }


if __name__ == "__main__":
    main()
