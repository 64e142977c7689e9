from __future__ import annotations

import io

from iris.evaluation.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_file_gets_one_line_for_each_finished_stage() -> None:
    out, clock = io.StringIO(), Clock()
    tell = Progress(out, clock)
    for done in range(101):
        clock.now = done * 0.5
        tell("encode", done, 100)
    tell("compare", 0, 10)
    clock.now += 2.0
    tell("compare", 10, 10)
    assert out.getvalue() == "encode: 100 in 0:50, 2.0/s\ncompare: 10 in 2.0 s, 5.0/s\n"


def test_a_terminal_sees_a_bar_with_rate_and_time_left() -> None:
    out, clock = Terminal(), Clock()
    tell = Progress(out, clock)
    tell("encode", 0, 400)
    clock.now = 10.0
    tell("encode", 100, 400)
    last = out.getvalue().split("\r")[-1]
    assert "100/400 (25 %), 10.0/s, 0:30 left" in last
    assert "\n" not in out.getvalue()
    clock.now = 40.0
    tell("encode", 400, 400)
    assert out.getvalue().endswith("encode: 400 in 0:40, 10.0/s\x1b[K\n")


def test_the_bar_is_not_drawn_more_often_than_the_eye_sees() -> None:
    out, clock = Terminal(), Clock()
    tell = Progress(out, clock)
    for done in range(1000):
        clock.now = done * 0.001
        tell("encode", done, 1001)
    assert out.getvalue().count("\r") == 5


def test_a_stage_without_work_ends_at_once() -> None:
    out = io.StringIO()
    Progress(out, Clock())("compare", 0, 0)
    assert out.getvalue() == "compare: 0 in 0.0 s\n"
