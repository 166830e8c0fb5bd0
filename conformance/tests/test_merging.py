"""Events of several processes become one stream."""

from __future__ import annotations

from mmap_conformance.events import (
    Event,
    Finding,
    Finished,
    Found,
    NotStarted,
    ProgramsRun,
    Restarted,
    Stale,
    Started,
    Verdict,
)
from mmap_conformance.merging import Merging
from mmap_spec_tests.operations import Operation

STARTED = Started("x", {}, "3.1", "should", 0, "1")


def found(got: str) -> Found:
    program = [Operation("m0", "tell")]
    return Found(Finding("x", "c", "must", "tell", "returned", "returns 0", got, program))


def finished(*verdicts: Verdict, stopped: str = "") -> Finished:
    return Finished("x", verdicts, (), 10, 100, 1, 2.0, stopped)


def merged(*events: tuple[int, Event]) -> list[Event]:
    merging = Merging(2)
    return [told for process, event in events for told in merging.take(process, event)]


def test_what_two_have_to_tell_is_told_once() -> None:
    stale = Stale("x", "c", "tell", "returned", [Operation("m0", "tell")])
    events: list[Event] = [STARTED, found("returned 1"), stale]
    assert merged(*[(process, event) for event in events for process in (0, 1)]) == events


def test_another_sort_of_outcome_is_another_finding() -> None:
    first = found("returned 1")
    other = Found(Finding("x", "c", "must", "tell", "raised", "returns 0", "raised OSError: ", []))
    assert merged((0, first), (1, found("returned 2")), (1, other)) == [first, other]


def test_progress_and_restarts_add_up() -> None:
    events = merged(
        (0, ProgramsRun("x", "move", 3, 30, 0.5)),
        (1, ProgramsRun("x", "move", 5, 50, 0.3)),
        (0, ProgramsRun("x", "move", 4, 40, 0.7)),
        (0, Restarted("x", "crashed", 2)),
        (1, Restarted("x", "hung", 1)),
    )
    assert [e.programs for e in events if isinstance(e, ProgramsRun)] == [3, 8, 9]
    assert [e.done for e in events if isinstance(e, ProgramsRun)] == [0.25, 0.4, 0.5]
    assert [e.restarts for e in events if isinstance(e, Restarted)] == [2, 3]


def test_it_is_finished_when_all_are_and_the_worst_verdict_holds() -> None:
    one = finished(Verdict("a", "passed", 5), Verdict("b", "untested"), Verdict("c", "untested"))
    other = finished(
        Verdict("a", "failed", 2),
        Verdict("b", "passed", 1),
        Verdict("c", "untested", why="a"),
        stopped="too many deaths",
    )
    assert merged((0, one)) == []
    first = found("returned 1")
    *_, last = merged((0, first), (0, one), (1, other))
    assert isinstance(last, Finished)
    assert last.verdicts == (
        Verdict("a", "failed", 7),
        Verdict("b", "passed", 1),
        Verdict("c", "untested", why="a"),
    )
    assert last.findings == (first.finding,)
    assert (last.programs, last.operations, last.restarts, last.seconds) == (20, 200, 2, 4.0)
    assert last.stopped == "too many deaths"


def test_what_does_not_start_once_is_given_up() -> None:
    problem = NotStarted("x", "no module")
    assert merged((0, problem), (1, STARTED), (1, found("returned 1"))) == [problem]
