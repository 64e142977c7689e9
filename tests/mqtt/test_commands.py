"""What the desk does with a command: once, after it is recorded, and with an answer every time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from platform_keys import PlatformKeys

from mqtt.commands import CommandDesk, Settlement
from mqtt.contract.messages import Command, OpenDoor, Reply
from mqtt.signed import Verifier

NOW = datetime(2026, 3, 1, 8, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = NOW
        self.right = True

    def now(self) -> datetime:
        return self.time

    def synced(self) -> bool:
        return self.right


class Book:
    """A command ledger in memory; `full` makes it refuse to record."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.full = False
        self.settled = asyncio.Event()

    async def find(self, command_id: str) -> Reply | None:
        return self.replies.get(command_id)

    async def accept(self, command: Command) -> None:
        if self.full:
            raise OSError("no space left")
        self.replies[command.command_id] = Reply(command_id=command.command_id, status="accepted")

    async def settle(self, command_id: str, status: Settlement, reason: str) -> None:
        self.replies[command_id] = Reply(command_id=command_id, status=status, reason=reason)
        self.settled.set()


class Doors:
    """A handler that opens when it is let."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.opened: list[str] = []
        self.let = asyncio.Event()
        self.let.set()
        self.begun = asyncio.Event()
        self.fault: Exception | None = None

    async def open(self, command: Command) -> tuple[Settlement, str]:
        assert self.book.replies[command.command_id].status == "accepted", "recorded before anything is done"
        self.begun.set()
        await self.let.wait()
        if self.fault is not None:
            raise self.fault
        assert isinstance(command.body, OpenDoor)
        self.opened.append(command.body.compartment)
        return "done", "opened"


class Scene:
    def __init__(self, keys: PlatformKeys) -> None:
        self.keys = keys
        self.clock, self.book, self.said = Clock(), Book(), list[Reply]()
        self.doors = Doors(self.book)
        self.desk = self.start()

    def start(self) -> CommandDesk:
        async def say(reply: Reply) -> None:
            self.said.append(reply)

        self.desk = CommandDesk(
            Verifier(self.keys.public, "willow/east-1"), self.book, {OpenDoor: self.doors.open}, say, self.clock
        )
        return self.desk

    async def take(self, token: str) -> list[str]:
        """The statuses that this message brought about."""
        before = len(self.said)
        await self.desk.on_command(token)
        await self.desk.idle()
        return [reply.status for reply in self.said[before:]]


@pytest.fixture
def scene(keys: PlatformKeys) -> Scene:
    return Scene(keys)


async def test_a_command_is_recorded_accepted_done_and_answered(scene: Scene) -> None:
    assert await scene.take(scene.keys.command()) == ["accepted", "done"]
    assert scene.doors.opened == ["A01"]


async def test_a_repeated_command_returns_the_stored_reply_and_does_nothing(scene: Scene) -> None:
    token = scene.keys.command()
    await scene.take(token)
    assert await scene.take(token) == ["done"]
    scene.start()
    assert await scene.take(token) == ["done"]
    assert scene.doors.opened == ["A01"]


async def test_a_command_repeated_while_it_runs_is_answered_accepted_and_not_begun_again(scene: Scene) -> None:
    token = scene.keys.command()
    scene.doors.let.clear()
    await scene.desk.on_command(token)
    await scene.doors.begun.wait()
    await scene.desk.on_command(token)
    assert [reply.status for reply in scene.said] == ["accepted", "accepted"]
    scene.doors.let.set()
    await scene.desk.idle()
    assert scene.doors.opened == ["A01"]


async def test_a_command_for_another_door_does_not_wait_for_the_first(scene: Scene) -> None:
    scene.doors.let.clear()
    await scene.desk.on_command(scene.keys.command("c-1"))
    await scene.desk.on_command(
        scene.keys.command("c-2", {"kind": "open", "compartment": "B02", "reason": "another one"})
    )
    scene.doors.let.set()
    await scene.desk.idle()
    assert sorted(scene.doors.opened) == ["A01", "B02"]


async def test_a_broker_that_takes_no_reply_does_not_hold_the_door_back(scene: Scene) -> None:
    taken, statuses = asyncio.Event(), list[str]()

    async def say_when_taken(reply: Reply) -> None:
        await taken.wait()
        statuses.append(reply.status)

    handlers = {OpenDoor: scene.doors.open}
    desk = CommandDesk(Verifier(scene.keys.public, "willow/east-1"), scene.book, handlers, say_when_taken, scene.clock)
    await desk.on_command(scene.keys.command())
    await scene.doors.begun.wait()
    await asyncio.wait_for(scene.book.settled.wait(), 10)
    assert scene.doors.opened == ["A01"]
    assert statuses == []
    taken.set()
    await desk.idle()
    assert statuses == ["accepted", "done"]


async def test_a_crash_between_acceptance_and_outcome_ends_as_unknown_and_nothing_is_redone(scene: Scene) -> None:
    token = scene.keys.command()
    scene.doors.let.clear()
    await scene.desk.on_command(token)
    await scene.doors.begun.wait()
    await scene.desk.close()
    scene.start()
    scene.doors.let.set()
    assert await scene.take(token) == ["unknown"]
    assert await scene.take(token) == ["unknown"]
    assert scene.doors.opened == []


async def test_a_handler_that_fails_ends_the_command_as_unknown(scene: Scene) -> None:
    scene.doors.fault = ValueError("a bug")
    assert await scene.take(scene.keys.command()) == ["accepted", "unknown"]


async def test_nothing_is_done_when_the_ledger_cannot_record(scene: Scene) -> None:
    scene.book.full = True
    with pytest.raises(OSError, match="no space"):
        await scene.desk.on_command(scene.keys.command())
    assert scene.said == []
    assert scene.doors.opened == []


async def test_an_expired_command_is_answered_expired_even_when_the_clock_turns_back(scene: Scene) -> None:
    scene.clock.time = NOW + timedelta(hours=1)
    assert await scene.take(scene.keys.command()) == ["expired"]
    scene.clock.time = NOW
    assert await scene.take(scene.keys.command()) == ["expired"]
    assert scene.doors.opened == []


async def test_an_impossible_deadline_is_rejected(scene: Scene) -> None:
    assert await scene.take(scene.keys.command(not_after="2026-13-45T99:00:00.000Z")) == ["rejected"]


async def test_without_a_synchronised_clock_no_door_opens_by_command(scene: Scene) -> None:
    scene.clock.right = False
    assert await scene.take(scene.keys.command()) == ["rejected"]
    assert scene.said[-1].reason.startswith("clock_not_synced")
    assert scene.doors.opened == []


async def test_a_kind_without_a_handler_is_rejected(scene: Scene) -> None:
    body = {"kind": "revoke_templates", "person": "p-1", "reason": "moved out"}
    assert await scene.take(scene.keys.command(body=body)) == ["rejected"]


async def test_a_command_for_another_cabinet_is_rejected(scene: Scene) -> None:
    assert await scene.take(scene.keys.command(audience="willow/east-2")) == ["rejected"]
    assert scene.said[-1].reason.startswith("wrong_audience")


async def test_a_forged_command_is_rejected_under_an_id_that_no_real_command_has(scene: Scene) -> None:
    stranger = PlatformKeys()
    assert await scene.take(stranger.command("c-9")) == ["rejected"]
    assert scene.book.replies == {}
    assert await scene.take(scene.keys.command("c-9")) == ["accepted", "done"]


async def test_a_forged_command_never_speaks_about_a_real_one(scene: Scene) -> None:
    await scene.take(scene.keys.command("c-1"))
    assert await scene.take(PlatformKeys().command("c-1")) == []
    scene.clock.time = NOW + timedelta(hours=1)
    await scene.take(scene.keys.command("c-2"))
    assert await scene.take(PlatformKeys().command("c-2")) == []


@pytest.mark.parametrize("token", ["", "a.b.c", "....", "x" * 100_000, "eyJ9.eyJ9.eyJ9"])
async def test_what_is_no_command_gets_no_answer(scene: Scene, token: str) -> None:
    assert await scene.take(token) == []
