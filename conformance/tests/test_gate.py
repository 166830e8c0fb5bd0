"""The gate: which findings fail it, and the exit code of a run."""

from __future__ import annotations

from typing import Any

import pytest

from mmap_conformance.events import (
    Event,
    Finding,
    Finished,
    Found,
    NotStarted,
    Stale,
    Started,
    Verdict,
)
from mmap_conformance.gate import Gate, fails, is_below
from mmap_spec_tests.clause import Level
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.operations import Operation

MAP = Operation("m0", "mmap()", [-1, 13])
LOOK = Operation("f0", "contents")


def finding(
    level: Level = "must", *, method: str = "tell", name: str = "mine", **more: Any
) -> Finding:
    settings: dict[str, Any] = {
        "kind": "returned",
        "expected": "returns 1",
        "got": "returned 2",
        "program": [MAP, Operation("m0", method)],
        **more,
    }
    return Finding(name, "position.tell-returns-position", level, method, **settings)


def started(name: str = "mine", level: Level = "should") -> Started:
    return Started(name, {}, "3.11", level, 0, "smoke")


def finished(name: str = "mine", *, checks: int = 5, stopped: str = "", left_out: int = 0) -> Event:
    clauses = list(CLAUSES)[left_out:]
    verdicts = tuple(Verdict(clause, "passed", checks) for clause in clauses)
    return Finished(name, verdicts, (), 1, 1, 0, 1.0, stopped)


def gated(*events: Event) -> Gate:
    gate = Gate()
    for event in events:
        gate(event)
    gate.close()
    return gate


WHOLE = (started(), finished())
REFUSED = NotStarted("other", "not there")
EXPECTED = Found(finding(reason="bug 5"))
GONE = Stale("mine", "position.tell-returns-position", "tell", "returned", [MAP])


@pytest.mark.parametrize(
    ("events", "code", "words"),
    [
        (WHOLE, 0, "Conformant: mine."),
        ((started(), EXPECTED, finished()), 0, "Conformant: mine, with 1 expected finding."),
        ((started(), Found(finding("may")), finished()), 0, "Conformant: mine."),
        ((started(), Found(finding()), finished()), 1, "Not conformant: 1 unexpected finding in"),
        ((started(), EXPECTED, Found(finding()), finished()), 1, ": 1 unexpected finding in mine."),
        ((started(), GONE, finished()), 6, "Stale: 1 expected finding of mine is gone or changed."),
        ((started(), GONE, GONE, finished()), 6, "Stale: 2 expected findings of mine are gone"),
        ((started(), GONE, Found(finding()), finished()), 1, "Stale: 1 expected finding of mine"),
        ((REFUSED,), 4, "Did not start: other."),
        ((*WHOLE, REFUSED), 4, "Did not start: other."),
        ((started(), Found(finding()), finished(), REFUSED), 4, "in mine. Did not start: other."),
        ((), 5, "Not everything was tested of any implementation."),
        ((started(),), 5, "Not finished: mine."),
        ((started(), finished(checks=0)), 5, "Not everything was tested of mine."),
        ((started(), finished(stopped="no worker")), 5, "Not everything was tested of mine."),
        ((started(), finished(left_out=1)), 5, "Not everything was tested of mine."),
        ((started(), Found(finding()), finished(stopped="x")), 1, "Not conformant"),
        ((started(), finished(stopped="x"), REFUSED), 4, "Did not start"),
        ((*WHOLE, started("b"), finished("b", checks=0)), 5, "Not everything was tested of b."),
        ((*WHOLE, started("b")), 5, "Not finished: b."),
    ],
)  # fmt: skip
def test_the_gravest_reason_is_the_exit_code(
    events: tuple[Event, ...], code: int, words: str
) -> None:
    gate = gated(*events)
    assert gate.code == code
    assert words in gate.words()


@pytest.mark.parametrize(
    ("level", "floor", "below"),
    [
        ("must", "must", False), ("should", "must", True), ("may", "must", True),
        ("must", "should", False), ("should", "should", False), ("may", "should", True),
        ("must", "may", False), ("should", "may", False), ("may", "may", True),
    ],
)  # fmt: skip
def test_levels_decide_what_fails(level: Level, floor: Level, below: bool) -> None:
    assert is_below(level, floor) is below
    assert fails(finding(level), floor) is not below
    events = started(level=floor), Found(finding(level)), finished()
    assert gated(*events).code == int(not below)


def test_what_is_expected_does_not_fail() -> None:
    assert not fails(finding(reason="bug 5"), "should")
    assert not fails(finding(reason="bug 5", kind="crashed"), "should")


@pytest.mark.parametrize(
    ("kind", "method", "grave"),
    [
        ("returned", "tell", False),
        ("raised", "tell", False),
        ("protocol", "tell", False),
        ("crashed", "tell", True),
        ("hung", "tell", True),
        ("returned", "contents", True),
    ],
)
def test_flaky_findings_fail_where_the_harm_is_done_at_once(
    kind: str, method: str, grave: bool
) -> None:
    flaky = finding(kind=kind, method=method, repeats=(1, 3))
    assert flaky.flaky
    assert fails(flaky, "should") is grave
    assert fails(finding(kind=kind, method=method, repeats=(3, 3)), "should")


def test_failures_name_every_implementation_once() -> None:
    two = finding(name="two")
    gate = gated(*WHOLE, started("two"), Found(two), Found(two), Found(finding()), finished("two"))
    assert gate.words() == "Not conformant: 3 unexpected findings in mine, two."
    assert gate.failures == [two, two, finding()]


@pytest.mark.parametrize(
    ("clause", "level", "code"),
    [
        ("position.tell-returns-position", "should", 5),
        ("position.failed-keeps-position", "should", 5),
        ("position.failed-keeps-position", "must", 0),
        ("slices.set-from-itself", "should", 0),
    ],
)
def test_what_no_program_reached_has_not_passed(clause: str, level: Level, code: int) -> None:
    verdicts = [Verdict(each, "passed", 5) for each in CLAUSES if each != clause]
    event = Finished("mine", (*verdicts, Verdict(clause, "untested")), (), 1, 1, 0, 1.0)
    gate = gated(started(level=level), event)
    assert gate.code == code
    assert ("Not everything was tested of mine." in gate.words()) == bool(code)


def test_what_a_known_finding_keeps_out_of_reach_does_not_count() -> None:
    clause = "resize.zero-keeps-file"
    verdicts = [Verdict(each, "passed", 5) for each in CLAUSES if each != clause]
    way = Verdict(clause, "untested", why="resize.zero-raises")
    assert gated(started(), Finished("mine", (*verdicts, way), (), 1, 1, 0, 1.0)).code == 0
