"""Findings blame the operation that is at fault, not the one that shows it."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path

import pytest

from mmap_conformance.adapters import WORKER, Adapter
from mmap_conformance.attribution import Attribution, expanded, flat
from mmap_conformance.engine import run
from mmap_conformance.events import Finding, Found
from mmap_conformance.judge import Divergence
from mmap_conformance.options import Options
from mmap_spec_tests.expectation import NONE, Expectation, Outcome, Returns, Shows
from mmap_spec_tests.model import Facts, World, expect, happen
from mmap_spec_tests.operations import (
    Operation,
    Program,
    cut,
    descriptor,
    nested_operations,
    octets,
    pattern,
    reentrant,
)

FAULTY = Path(__file__).parent / "faulty"
FACTS = Facts((3, 11), page=mmap.PAGESIZE)

FILE = Operation("f0", "file()", [pattern(13)])
MAP = Operation("m0", "mmap()", [descriptor("f0"), 0])
CLOSE = Operation("m0", "close")
READ = Operation("m0", "read", [1], {})
TELL = Operation("m0", "tell", [], {})


def test_flat_runs_what_an_argument_would_run() -> None:
    last = Operation("m0", "[]", [reentrant(1, [READ, CLOSE])])
    assert flat([FILE, MAP, last]) == [FILE, MAP, READ, CLOSE]


def test_expanded_runs_it_before_the_operation() -> None:
    inside = Operation("m0", "[]", [reentrant(1, [READ])])
    program = [FILE, MAP, inside, TELL]
    assert expanded(program) == [FILE, MAP, READ, Operation("m0", "[]", [{"index": 1}]), TELL]
    assert expanded([FILE, MAP, TELL]) == [FILE, MAP, TELL]


def findings(name: str, area: str, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What a short run on a faulty module finds in an area."""
    import sys

    monkeypatch.setenv("PYTHONPATH", str(FAULTY))
    adapter = Adapter(name, (sys.executable, str(WORKER), name), name)
    events = run([adapter], Options(budget="1.5", areas=(area,)))
    return [event.finding for event in events if isinstance(event, Found)]


def test_a_position_left_behind_is_the_fault_of_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings("position_not_advanced", "position", monkeypatch)
    assert {(f.clause, f.operation) for f in found} == {("position.read-advances", "read")}


def test_a_file_that_a_refused_resize_changed_is_its_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = findings("failed_resize_changes_file", "resize", monkeypatch)
    assert any(f.clause == "resize.failed-changes-nothing" for f in found)
    assert {f.operation for f in found if f.kind == "returned"} <= {"resize", "[]="}


def test_a_close_inside_an_argument_is_told_as_a_close(monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings("exports_do_not_block_close", "reentrancy", monkeypatch)
    assert not [f for f in found if f.clause == "reentrancy.changed-by-argument"]


class Wrong:
    """An implementation made of the model and one fault, told to ``Attribution``."""

    def __init__(self, world: Callable[[Operation, World], None], **looks: Outcome) -> None:
        """Plant a fault.

        Args:
            world: changes the world after an operation.
            looks: outcomes of methods whose name is an identifier, whatever is right.
        """
        self.world, self.looks = world, looks

    def diverges(self, program: Program) -> Divergence | None:
        mine, right = World(FACTS), World(FACTS)
        for number, operation in enumerate(program):
            wanted = expect(right, operation)
            outcome = self.outcome(expect(mine, operation), operation)
            happen(operation, wanted)
            happen(operation, expect(mine, operation))
            for each in (*nested_operations(operation), operation):
                self.world(each, mine)
            for clause, allowed in wanted.checks:
                if not allowed.matches(outcome):
                    method = operation.method
                    return Divergence(number, clause, method, method, allowed, outcome)
        return None

    def outcome(self, expectation: Expectation, operation: Operation) -> Outcome:
        if operation.method in self.looks:
            return self.looks[operation.method]
        allowed = expectation.checks[-1][1] if expectation.checks else NONE
        while isinstance(allowed, Shows):
            allowed = allowed.value
        return allowed.text if isinstance(allowed, Returns) else "None"


def at_fault(wrong: Wrong, *operations: Operation) -> tuple[str, str, str] | None:
    """Clause, operation and what shows it."""
    attribution = Attribution(FACTS, lambda _: True, lambda _: True, wrong.diverges)
    told = attribution.of([FILE, MAP, *operations])
    if told is None:
        return None
    found = told.divergence
    assert told.program[-1].method == found.shown_by
    return found.clause, found.operation, found.shown_by


WRITE = Operation("m0", "write", [octets(b"ab")])
ALL = Operation("m0", "[]", [cut(None, None)])


def nothing(operation: Operation, world: World) -> None:
    """No fault in the state."""


def spoils(method: str) -> Callable[[Operation, World], None]:
    """A method that changes a byte it has no business with."""

    def change(operation: Operation, world: World) -> None:
        if operation.method == method:
            world.maps["m0"].memory.data[5] ^= 1

    return change


def test_what_is_right_is_nobodys_fault() -> None:
    assert at_fault(Wrong(nothing), WRITE, TELL, ALL) is None


def test_a_look_that_is_wrong_is_at_fault_itself() -> None:
    line = Operation("m0", "readline")
    told = at_fault(Wrong(nothing, readline="b'no line'"), WRITE, line)
    assert told == ("position.readline-returns-line", "readline", "readline")
    told = at_fault(Wrong(nothing, tell="7"), WRITE, TELL)
    assert told == ("position.tell-returns-position", "tell", "tell")


def test_what_leaves_the_bytes_wrong_is_at_fault() -> None:
    told = at_fault(Wrong(spoils("write")), WRITE, TELL, ALL)
    assert told == ("position.write-stores", "write", "[]")


def test_what_only_looks_and_changes_bytes_is_at_fault_too() -> None:
    told = at_fault(Wrong(spoils("tell")), WRITE, TELL, ALL)
    assert told is not None and told[1] == "tell"


def test_what_is_done_after_the_fault_is_not_blamed() -> None:
    told = at_fault(Wrong(spoils("write")), WRITE, Operation("m0", "move", [0, 1, 1]), ALL)
    assert told == ("position.write-stores", "write", "[]")


def test_a_position_left_wrong_is_told_by_tell() -> None:
    def stays(operation: Operation, world: World) -> None:
        if operation.method == "write":
            world.maps["m0"].pos = 0

    told = at_fault(Wrong(stays), WRITE, READ)
    assert told == ("position.write-advances", "write", "tell")


def test_what_an_argument_runs_is_at_fault_without_it() -> None:
    inside = Operation("m0", "[]", [reentrant(1, [WRITE])])
    told = at_fault(Wrong(spoils("write")), inside, ALL)
    assert told == ("position.write-stores", "write", "[]")


def test_what_is_wrong_for_all_maps_of_a_file_is_the_writers_fault() -> None:
    """Not that of sharing: another map of the file shows what the writer's own shows."""
    other, through = Operation("m1", "mmap()", [descriptor("f0"), 0]), ALL._replace(target="m1")
    told = at_fault(Wrong(spoils("write")), other, WRITE, through)
    assert told == ("position.write-stores", "write", "[]")
    last = WRITE._replace(target="m1")
    assert at_fault(Wrong(spoils("write")), other, last, ALL) == told
