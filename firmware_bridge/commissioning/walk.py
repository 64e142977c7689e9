"""The guided walk: the fitter opens door after door by hand, and what changes on the lines says where each is wired."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from firmware_bridge.commissioning.conversation import Conversation
from firmware_bridge.commissioning.movement import Movement
from firmware_bridge.commissioning.notebook import LearnedDoor, Notebook, Place
from firmware_bridge.commissioning.signals import SignalReader, Signals

ROUND_REST_S: Final = 0.03
"""Silence between two rounds of reads: quick enough for a hand, and boards are not kept busy."""
HELP: Final = (
    "回车：再说一遍；s：跳过这扇门；b：回到上一扇；q：停止，已学到的都保留\n"
    "Enter: say it again; s: skip this door; b: back to the one before; q: stop, all that is known is kept"
)


class Stopped(Exception):
    """The fitter wants to stop for now."""


class Skipped(Exception):
    """The fitter cannot or will not do this door now."""


class Back(Exception):
    """The fitter wants to do the door before again."""


class Walk:
    """One walk along the doors. Only reads are sent; every door that is learned is given to `keep` at once."""

    def __init__(
        self,
        talk: Conversation,
        reader: SignalReader,
        notebook: Notebook,
        keep: Callable[[Notebook], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.notebook = notebook
        self._talk = talk
        self._reader = reader
        self._keep = keep
        self._clock = clock
        self._pause = pause
        self._movement = Movement()
        self._silent: set[tuple[str, int]] = set()
        self._ones: dict[tuple[str, int], int] = {}
        """What each board's number 1 says while all doors rest."""

    def run(self) -> bool:
        """Go on until every door is known, skipped, or the fitter stops; says whether all are known.

        Raises:
            FitterGoneError: nobody answers any more.
            PortLostError: a port went away.
        """
        self._talk.say(f"请关好所有的门 Close all doors. {HELP}.")
        waiting = list(self.notebook.missing)
        done: list[str] = []
        try:
            while waiting:
                door = waiting.pop(0)
                try:
                    self._learn(door)
                    done.append(door)
                except Skipped:
                    self._talk.say(f"{door} 暂时跳过 {door} is left out for now.")
                except Back:
                    waiting.insert(0, door)
                    if done:
                        waiting.insert(0, done.pop())
                        self._note(self.notebook.without_door(waiting[0]))
        except Stopped:
            pass
        return not self.notebook.missing

    def _learn(self, door: str) -> None:
        """Learn one door: closed, open, closed again."""
        closed = self._rest()
        while True:
            place = self._opened(door, closed)
            learned = self._describe(door, place, closed)
            self._until_closed(door, place, closed)
            contrary = self._contrary(learned)
            if contrary is None:
                break
            self._talk.say(
                f"{place} 与同一块板上的 {contrary.door} 读数相反。先前两扇门都关着吗？两扇都会再问一遍；"
                "若仍然如此，其中一扇的锁反馈接反了 "
                f"{place} reads the other way round than {contrary.door} on the same board. Were both shut before? "
                f"Both are asked for again; if it stays so, the sensor of one of them is wired the other way"
            )
            self._note(self.notebook.without_door(contrary.door))
            closed = self._rest()
            again = self._opened(contrary.door, closed)
            self._note(self.notebook.with_door(self._describe(contrary.door, again, closed)))
            self._until_closed(contrary.door, again, closed)
        self._note(self.notebook.with_door(learned))
        zh, en = _reading(learned)
        at = learned.place
        self._talk.say(f"{door} 是 {at.line} 的 {at.board} 号板 {at.channel} 路，{zh} {door} is {place}, {en}.")

    def _rest(self) -> Signals:
        """What all hooks say once none of them moves any more."""
        while True:
            self._look()
            if self._movement.resting:
                self._ones = self._reader.numbers_one()
                return dict(self._movement.steady)
            self._obey("正在等锁反馈稳定 Waiting until no hook moves ...")

    def _opened(self, door: str, closed: Signals) -> Place:
        """Wait for the one hook that moves when a door is opened by hand."""
        prompt = f"{door}: 请用手打开这扇门，或拨回锁舌 {door}: open this door by hand, or push its latch back."
        self._talk.say(prompt)
        told: tuple[Place, ...] = ()
        while True:
            self._look()
            moved = self._movement.moved_from(closed)
            if moved and moved != told and self._movement.resting:
                told = moved
                taken = self._taken(moved[0])
                if len(moved) > 1:
                    places = ", ".join(map(str, moved))
                    self._talk.say(
                        f"不止一扇门动了，请全部关好，只打开 {door} "
                        f"More than one hook moved ({places}). Close all doors, then open {door} alone."
                    )
                elif taken is not None and taken != door:
                    self._talk.say(
                        f"这是 {taken}，请关上它，打开 {door} That is {taken} ({moved[0]}). Close it, and open {door}."
                    )
                else:
                    return moved[0]
            told = told if moved else ()
            self._obey(prompt)

    def _until_closed(self, door: str, place: Place, closed: Signals) -> None:
        """Wait until everything is as it was; a second door that opens meanwhile is named."""
        prompt = f"{door} 已开，请关上 {door} is open. Close it."
        self._talk.say(prompt)
        told: tuple[Place, ...] = (place,)
        while True:
            self._look()
            moved = self._movement.moved_from(closed)
            if self._movement.resting:
                if not moved:
                    return
                others = tuple(each for each in moved if each != place)
                if others and moved != told:
                    self._talk.say(
                        "还有一扇门开着，也请关上 "
                        f"Another door is open as well: {', '.join(map(str, others))}. Close it too."
                    )
                told = moved
            self._obey(prompt)

    def _describe(self, door: str, place: Place, closed: Signals) -> LearnedDoor:
        unlatched = self._movement.steady[place]
        board = (place.line, place.board)
        one = self._reader.number_one(*board)
        return LearnedDoor(
            door=door,
            place=place,
            latched=closed[place],
            unlatched=unlatched,
            number_one=None if one is None or board not in self._ones else one != self._ones[board],
        )

    def _contrary(self, learned: LearnedDoor) -> LearnedDoor | None:
        """A door of the same board whose hook reads the other way round."""
        for other in self.notebook.doors:
            board = (other.place.line, other.place.board)
            same_board = board == (learned.place.line, learned.place.board) and other.door != learned.door
            if same_board and (learned.unlatched == other.latched or learned.latched == other.unlatched):
                return other
        return None

    def _taken(self, place: Place) -> str | None:
        return next((each.door for each in self.notebook.doors if each.place == place), None)

    def _look(self) -> None:
        self._movement.take(self._reader.round(), self._clock())
        for line, board in sorted(self._reader.silent - self._silent):
            self._talk.say(
                f"{line} 的 {board} 号板无应答，请检查电源和接线 "
                f"Board {board} of {line} does not answer; check its power and its wires."
            )
        for line, board in sorted(self._silent - self._reader.silent):
            self._talk.say(f"{line} 的 {board} 号板恢复应答 Board {board} of {line} answers again.")
        self._silent = set(self._reader.silent)
        self._pause(ROUND_REST_S)

    def _obey(self, prompt: str) -> None:
        """Do what the fitter has typed meanwhile."""
        word = self._talk.typed()
        if word is None:
            return
        wishes = {"s": Skipped, "b": Back, "q": Stopped}
        if word.lower() in wishes:
            raise wishes[word.lower()]
        self._talk.say(prompt if not word else f"{HELP}.")

    def _note(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self._keep(notebook)


def _reading(learned: LearnedDoor) -> tuple[str, str]:
    """What its hook says, in Chinese and in English, in words where it is a bit."""
    latched, unlatched = f"{learned.latched:02X}", f"{learned.unlatched:02X}"
    if max(learned.latched, learned.unlatched) > 1:
        return f"锁上时为 {latched}，打开时为 {unlatched}", f"status {latched} when latched and {unlatched} when open"
    return ("读数相反", "and it reads inverted") if learned.unlatched else ("读数正常", "and it reads as it should")
