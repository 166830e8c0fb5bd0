"""What the tests of reports share: a run in which all that can be told is told."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

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
from mmap_conformance.options import Options
from mmap_conformance.reports.jsonl import JsonlReport
from mmap_conformance.reports.reading import Report, parse
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.operations import Operation, octets, reentrant

FACTS = {
    "interpreter": "cpython 3.11.7",
    "version": [3, 11, 7],
    "platform": "unix",
    "system": "linux",
    "page": 4096,
    "granularity": 4096,
    "largest": 2**63 - 1,
    "constants": {"ACCESS_READ": 1, "ACCESS_WRITE": 2, "ACCESS_COPY": 3, "PAGESIZE": 4096},
    "capabilities": ["resize", "fork"],
}
MAP = Operation("m0", "mmap()", [-1, 13], {"access": {"constant": "ACCESS_WRITE"}})
TELL = Operation("m0", "tell", [], {})


def finding(clause: str, *program: Operation, **more: Any) -> Finding:
    """A finding of the implementation ``a``."""
    told: dict[str, Any] = {"kind": "returned", "expected": "returns 1", "got": "returned 2"}
    level = CLAUSES[clause].level
    return Finding(
        more.pop("implementation", "a"),
        clause,
        level,
        program[-1].method,
        program=list(program),
        **{**told, **more},
    )


UNEXPECTED = finding("position.tell-returns-position", MAP, TELL, repeats=(3, 3))
EXPECTED = finding(
    "search.find-lowest", MAP, Operation("m0", "find", [octets(b"z")]), reason="bug 5"
)
BELOW = finding(
    "slices.set-from-itself", MAP, Operation("m0", "[]=", [reentrant(3, [TELL]), 255]), got="x"
)
FINDINGS = (UNEXPECTED, EXPECTED, BELOW)
STATUSES = dict(
    zip((f.clause for f in FINDINGS), ("failed", "expected", "information"), strict=True)
)
VERDICTS = tuple(
    Verdict(clause, STATUSES.get(clause, "untested" if clause == "flush.range" else "passed"), 3)
    for clause in CLAUSES
)
STARTED = Started("a", FACTS, "3.11.7", "should", 0, "smoke", "a")
FINISHED = Finished("a", VERDICTS, FINDINGS, 1234, 45678, 1, 1.5, "")
EVENTS: tuple[Event, ...] = (
    STARTED,
    ProgramsRun("a", "search", 3, 9, 0.5),
    *map(Found, FINDINGS),
    Stale("a", "items.len", "len()", "crashed", [MAP], "returned 3"),
    Restarted("a", "crashed with SIGSEGV", 1, "last words"),
    FINISHED,
    NotStarted("b", "cannot import b: ImportError: no"),
)


EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>'\"` ]]> --> ::error::x %0A | `` **b** "
    "[a](javascript:alert(3)) @you {{ 7 * 7 }} \n::error::y\r\x00\x1b[31m"
    "\x9b2J\u202e\ud800\U0010ffff"
)
"""What a hostile implementation may say, of itself and as an outcome."""


class Run:
    """Makes reports of runs that never were."""

    evil = EVIL
    facts = FACTS
    map, tell = MAP, TELL
    unexpected, expected, below = FINDINGS
    findings = FINDINGS
    statuses = STATUSES
    verdicts = VERDICTS
    started, finished = STARTED, FINISHED
    events = EVENTS
    finding = staticmethod(finding)

    def __init__(self, folder: Path) -> None:
        self.path = folder / "report.jsonl"

    @classmethod
    def named(cls, name: str, **facts: Any) -> list[Event]:
        """The events of ``a`` as those of another implementation, on another platform or so."""
        edition = facts.pop("edition", "3.11.7")
        started = replace(
            STARTED, implementation=name, module="mmap", edition=edition, facts={**FACTS, **facts}
        )
        return [
            started,
            *(Found(replace(each, implementation=name)) for each in FINDINGS),
            replace(FINISHED, implementation=name),
        ]

    @classmethod
    def six(cls) -> tuple[list[Event], list[str]]:
        """The events of six implementations, which differ in all that one can filter by."""
        passed = tuple(Verdict(clause, "passed", 7) for clause in CLAUSES)
        right = replace(STARTED, implementation="right", edition="3.1")
        events = [
            right,
            replace(FINISHED, implementation="right", verdicts=passed, findings=()),
            *cls.named("stdlib"),
            *cls.named("mmap@pypy3", edition="3.9.16", interpreter="pypy 3.9.16"),
            *cls.named("windows", platform="windows", system="win32"),
            *cls.named(EVIL, interpreter=EVIL, system=EVIL)[:-1],
            Found(replace(finding("size.returns-file-length", MAP, TELL, got=EVIL, expected=EVIL,
                                  reason=EVIL), implementation=EVIL)),
            replace(FINISHED, implementation=EVIL, stopped=EVIL),
            NotStarted("b", f"cannot import b: {EVIL}"),
        ]  # fmt: skip
        return events, ["right", "stdlib", "mmap@pypy3", "windows", EVIL, "b"]

    def content(self, events: Sequence[Event] = EVENTS, names: Sequence[str] = ("a", "b")) -> bytes:
        """The JSON lines of a run."""
        stream = _Lines()
        report = JsonlReport(stream, Options(edition=(3, 9), expectations=Path("x.toml")), names)
        for event in events:
            report(event)
        report.close()
        report.close()  # once more does no harm
        return stream.content

    def write(self, events: Sequence[Event] = EVENTS, names: Sequence[str] = ("a", "b")) -> Path:
        """The same as a file."""
        self.path.write_bytes(self.content(events, names))
        return self.path

    def report(self, events: Sequence[Event] = EVENTS, names: Sequence[str] = ("a", "b")) -> Report:
        """The same, read back."""
        report = parse(self.content(events, names), "report")
        assert not report.problem
        return report


class _Lines(io.StringIO):
    content = b""

    def close(self) -> None:
        if not self.closed:
            self.content = self.getvalue().encode("ascii")
        super().close()


@pytest.fixture(scope="session")
def six(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of a run over six implementations, one of them hostile."""
    return Run(tmp_path_factory.mktemp("six")).report(*Run.six())


@pytest.fixture
def made(tmp_path: Path) -> Run:
    """Reports of runs that never were."""
    return Run(tmp_path)
