"""Findings blame the operation that is at fault, not the one that shows it."""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest

from mmap_conformance.adapters import WORKER, Adapter
from mmap_conformance.attribution import expanded, flat, looks_at_files, watched
from mmap_conformance.engine import run
from mmap_conformance.events import Finding, Found
from mmap_conformance.options import Options
from mmap_spec_tests.model import Facts
from mmap_spec_tests.operations import Operation, descriptor, handle, octets, pattern, reentrant

FAULTY = Path(__file__).parent / "faulty"
FACTS = Facts((3, 11), page=mmap.PAGESIZE, capabilities=frozenset(("resize",)))

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


def test_files_are_looked_at_in_place_of_the_last_operation() -> None:
    assert list(looks_at_files([FILE, MAP, READ])) == [[FILE, MAP, Operation("f0", "contents")]]


def test_watched_looks_at_everything_after_each_operation() -> None:
    program, looks = watched([FILE, MAP, READ, Operation("m0", "write_byte", [1])], FACTS, ())
    methods = [operation.method for operation in program]
    everything = ["tell", "len()", "[]", "contents"]
    assert methods == [
        *("file()", "contents", "mmap()", *everything, "read", *everything, "write_byte"),
    ]
    assert [program[number].method for number in sorted(looks)] == [
        *("contents", *everything, *everything),
    ]


def test_watched_does_not_take_the_last_look_twice() -> None:
    program, _ = watched([FILE, MAP, READ, TELL], FACTS, ())
    methods = [operation.method for operation in program]
    assert methods[-5:] == ["read", "len()", "[]", "contents", "tell"]


def test_watched_does_without_looks_that_are_distrusted() -> None:
    program, looks = watched([FILE, MAP, READ, READ], FACTS, {"tell", "contents"})
    assert {program[number].method for number in looks} == {"len()", "[]"}


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
    found = findings("failed_resize_changes_file", "lifecycle", monkeypatch)
    assert any(f.clause == "resize.failed-changes-nothing" for f in found)
    assert {f.operation for f in found if f.kind == "returned"} <= {"resize", "[]="}


def test_a_close_inside_an_argument_is_told_as_a_close(monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings("exports_do_not_block_close", "reentrancy", monkeypatch)
    assert not [f for f in found if f.clause == "reentrancy.changed-by-argument"]


def test_operations_are_not_changed_by_being_watched() -> None:
    view = Operation("v0", "memoryview()", [handle("m0")])
    original = [FILE, MAP, view, Operation("m0", "write", [octets(b"ab")]), READ]
    program, looks = watched(original, FACTS, ())
    kept = [operation for number, operation in enumerate(program) if number not in looks]
    assert kept == original
