"""Whatever people, boards, cables and callers do, no coil is driven longer, oftener or beside more others than allowed.

The panel is the real one; the world is physics (`panel_world.py`), the boards are the simulator's firmware, and time is
virtual, so that a hundred thousand steps take minutes and a failing story is shrunk to its few essential steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from panel_story import Bomb, PanelStory

from config.settings import PanelSettings
from firmware_bridge import line_thread
from firmware_bridge.boards.driver import families
from firmware_bridge.reports import Outcome, Priority

STEPS = 100
SOAK_STORIES = 1400
"""A story breaks off early now and then: 77 steps each were played on the average."""
TALLY: Counter[str] = Counter()
"""What happened in all stories together."""

picks = st.integers(0, 999)
few = st.integers(1, 4)


class PanelMachine(RuleBasedStateMachine):
    """One story: a cabinet of two or three lines, and a hundred things that happen."""

    story: PanelStory

    @initialize(
        lines=st.lists(st.sampled_from(families()), min_size=2, max_size=3),
        boards=st.integers(1, 2),
        coils=st.integers(1, 3),
        duty=st.sampled_from([0.02, 0.05, 0.1]),
        seed=picks,
    )
    def build(self, lines: list[str], boards: int, coils: int, duty: float, seed: int) -> None:
        self.story = PanelStory(lines, boards, PanelSettings(coils_at_once=coils, coil_duty=duty), seed)
        self.doors = list(self.story.locks.values())
        self.story.hub.run(3.0)
        TALLY["steps"] -= 1  # the beginning is none

    @invariant()
    def a_step_is_over(self) -> None:
        TALLY["steps"] += 1

    @rule(pick=picks)
    def ask(self, pick: int) -> None:
        self.story.unlock(self.doors[pick % len(self.doors)].name)

    @rule(pick=picks, count=st.integers(2, 6))
    def ask_for_several(self, pick: int, count: int) -> None:
        for number in range(count):
            self.story.unlock(self.doors[(pick + number) % len(self.doors)].name)

    @rule(pick=picks)
    def ask_from_afar(self, pick: int) -> None:
        self.story.unlock(self.doors[pick % len(self.doors)].name, priority=Priority.REMOTE)

    @rule(pick=picks)
    def ask_twice_at_once(self, pick: int) -> None:
        for _ in range(2):
            self.story.unlock(self.doors[pick % len(self.doors)].name)

    @rule(pick=picks)
    def ask_with_a_used_attempt(self, pick: int) -> None:
        if self.story.used:
            used = self.story.used[pick % len(self.story.used)]
            wish = self.story.unlock(self.doors[pick % len(self.doors)].name, used)
            assert wish.future.result().outcome is Outcome.REFUSED

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        if self.story.wishes:
            self.story.cancel(self.story.wishes[-1 - pick % min(4, len(self.story.wishes))])

    @rule(seconds=st.floats(0.0005, 0.3))
    def a_moment_passes(self, seconds: float) -> None:
        self.story.hub.run(seconds)

    @rule(seconds=st.floats(0.5, 4.0))
    def time_passes(self, seconds: float) -> None:
        self.story.hub.run(seconds)

    @rule(seconds=st.sampled_from([0.0, 1.0, 1.0, 10.0]))
    def people_shut_every_door(self, seconds: float) -> None:
        for door in self.doors:
            door.shut()
        self.story.hub.run(seconds)

    @rule(pick=picks, count=st.integers(2, 6), gap=st.floats(0.0, 0.2))
    def a_rush(self, pick: int, count: int, gap: float) -> None:
        self.people_shut_every_door(1.0)
        for number in range(count):
            self.story.unlock(self.doors[(pick + 5 * number) % len(self.doors)].name)
            self.story.hub.run(gap)

    @rule(pick=picks)
    def a_visit(self, pick: int) -> None:
        door = self.doors[pick % len(self.doors)]
        door.shut()
        self.story.hub.run(1.0)
        self.story.unlock(door.name)
        self.story.hub.run(2.0)

    @rule()
    def everybody_waits_until_all_lines_are_up(self) -> None:
        self.story.wait_for_lines()

    @rule(pick=picks)
    def somebody_shuts_a_door(self, pick: int) -> None:
        self.doors[pick % len(self.doors)].shut()

    @rule(pick=picks)
    def somebody_opens_a_door_with_the_key(self, pick: int) -> None:
        self.doors[pick % len(self.doors)].open_by_hand()

    @rule(pick=picks, seconds=st.floats(0.0, 2.0))
    def somebody_leans_on_a_door(self, pick: int, seconds: float) -> None:
        door = self.doors[pick % len(self.doors)]
        door.lean()
        self.story.hub.run(seconds)
        door.let_go()

    @rule(pick=picks, slow=st.floats(0.001, 0.6))
    def a_lock_becomes_slow(self, pick: int, slow: float) -> None:
        self.doors[pick % len(self.doors)].opens_after_s = slow

    @rule(pick=picks, seconds=st.sampled_from([0.0, 0.0, 0.01, 0.3, 3.0]))
    def a_plug_is_pulled(self, pick: int, seconds: float) -> None:
        line = self._line(pick)
        line.unplug()
        self.story.hub.run(seconds)
        line.plug()

    @rule(pick=picks, seconds=st.floats(0.0, 3.0))
    def a_board_loses_its_power(self, pick: int, seconds: float) -> None:
        line = self._line(pick)
        address = list(line.powered)[pick % len(line.powered)]
        line.power_dip(address)
        self.story.hub.run(seconds)
        line.power_back(address)

    @rule(pick=picks, count=few)
    def requests_are_lost(self, pick: int, count: int) -> None:
        self._line(pick).lose_requests = count

    @rule(pick=picks, count=few)
    def replies_are_lost(self, pick: int, count: int) -> None:
        self._line(pick).lose_replies = count

    @rule(pick=picks, count=few)
    def replies_are_late(self, pick: int, count: int) -> None:
        self._line(pick).late_replies = count

    @rule(pick=picks, count=few)
    def replies_are_cut_short(self, pick: int, count: int) -> None:
        self._line(pick).cut_replies = count

    def teardown(self) -> None:
        if not hasattr(self, "story"):
            return
        self.story.finish()
        TALLY.update(self.story.outcomes)
        TALLY["stories"] += 1
        TALLY["pulses"] += sum(len(door.pulses) for door in self.doors)
        TALLY["most coils at once"] = max(TALLY["most coils at once"], self.story.supply.most)
        TALLY["most duty, %"] = max(TALLY["most duty, %"], round(100 * self.story.supply.most_duty))
        TALLY["virtual seconds"] += round(self.story.hub.now - 1000.0)

    def _line(self, pick: int):  # noqa: ANN202 - a line of the world
        return list(self.story.lines.values())[pick % len(self.story.lines)]


@pytest.fixture(autouse=True)
def _errors_fail_the_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(line_thread, "_log", Bomb())
    TALLY.clear()
    yield
    print(dict(TALLY))  # noqa: T201 - `pytest -s` shows how much happened


def play(stories: int) -> None:
    run_state_machine_as_test(
        PanelMachine,
        settings=settings(
            max_examples=stories,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_panel_keeps_its_laws_whatever_happens() -> None:
    play(20)
    assert TALLY["pulses"] > 100, "the stories did not do what they are for"


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_the_panel_keeps_its_laws_for_a_hundred_thousand_steps() -> None:
    play(SOAK_STORIES)
    assert TALLY["steps"] >= 100_000, "played again, the same stories would only count twice"
