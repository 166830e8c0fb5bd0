"""What one or several reports say together: the columns of one matrix.

The text that comes from an implementation, or from a file that somebody else wrote, is made
printable here, once for all that is made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from mmap_conformance.events import (
    Finding,
    Finished,
    Found,
    Kind,
    NotStarted,
    Stale,
    Started,
    Status,
    Verdict,
)
from mmap_conformance.gate import Gate, fails, is_information
from mmap_conformance.render import printable
from mmap_conformance.reports.reading import Report, Told
from mmap_spec_tests.clause import LEVELS, Clause, Level

LONGEST = 2_000
"""Characters of what an implementation said that are shown; the JSON lines have all."""
LONGEST_SCRIPT = 40_000

Outcome = Literal["failed", "stale", "flaky", "expected", "information"]
"""What a finding means to the gate."""

_GRAVEST_STATUS: tuple[Status, ...] = (
    "failed",
    "expected",
    "information",
    "passed",
    "untested",
    "not applicable",
)
_GRAVEST_OUTCOME: tuple[Outcome, ...] = ("failed", "stale", "flaky", "expected", "information")
_GRAVEST_KIND: tuple[Kind, ...] = ("crashed", "hung", "protocol", "returned", "raised")


@dataclass(frozen=True)
class Entry:
    """A finding, or an expected finding that is stale, for people.

    Attributes:
        clause: its id.
        level: of the clause.
        operation: the method.
        kind: what the outcome was.
        sort: of its outcome, as fine as findings are told apart.
        outcome: what it means to the gate.
        expected: what is allowed.
        got: what came instead.
        text: the program, a line for each operation.
        script: a reproducer, or empty.
        reason: why it was expected, or empty.
        repeats: replays that showed it, and how many were tried.
    """

    clause: str
    level: Level
    operation: str
    kind: Kind
    sort: str
    outcome: Outcome
    expected: str
    got: str
    text: tuple[str, ...]
    script: str
    reason: str
    repeats: tuple[int, int]

    @property
    def gravity(self) -> tuple[int, int, int]:
        """Sorts the gravest first."""
        return (
            _GRAVEST_OUTCOME.index(self.outcome),
            _GRAVEST_KIND.index(self.kind),
            LEVELS.index(self.level),
        )


@dataclass
class Column:
    """One implementation on one platform, held to one edition.

    Attributes:
        name: as on the command line.
        interpreter: its name and version; empty if it did not start.
        platform: ``unix`` or ``windows``; empty if it did not start.
        system: what the interpreter calls it.
        edition: of the documentation.
        level: of the run.
        label: the name, and what else tells it from other columns.
        problem: why it did not start or was not finished; empty if it was.
        verdicts: by the ids of the clauses.
        entries: its findings, the gravest first.
    """

    name: str
    interpreter: str = ""
    platform: str = ""
    system: str = ""
    edition: str = ""
    level: Level = "should"
    label: str = ""
    problem: str = ""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    programs: int = 0
    operations: int = 0
    restarts: int = 0
    seconds: float = 0.0

    def of(self, clause: str) -> list[Entry]:
        """The findings of a clause."""
        return [entry for entry in self.entries if entry.clause == clause]


@dataclass(frozen=True)
class Summary:
    """Several reports as one.

    Attributes:
        dates: of the runs, as in ISO 8601, the oldest first.
        tools: that wrote the reports.
        clauses: all of them.
        areas: of the clauses, by their ids.
        columns: the implementations.
        gate: that has been told of all.
        problems: what is missing, a line each.
    """

    dates: tuple[str, ...]
    tools: tuple[str, ...]
    clauses: dict[str, Clause]
    areas: dict[str, str]
    columns: tuple[Column, ...]
    gate: Gate
    problems: tuple[str, ...]

    @property
    def by_area(self) -> dict[str, list[Clause]]:
        """The clauses of each area."""
        areas: dict[str, list[Clause]] = {}
        for name, clause in self.clauses.items():
            areas.setdefault(self.areas[name], []).append(clause)
        return areas

    @property
    def worst(self) -> list[tuple[Entry, list[Column]]]:
        """All findings, the gravest first; what several columns share is there once."""
        shared: dict[tuple[object, ...], tuple[Entry, list[Column]]] = {}
        for column in self.columns:
            for entry in column.entries:
                key = (entry.clause, entry.outcome, entry.text, entry.expected, entry.got)
                shared.setdefault(key, (entry, []))[1].append(column)
        return sorted(shared.values(), key=lambda pair: pair[0].gravity)


def summary(reports: Sequence[Report], problems: Sequence[str] = ()) -> Summary:
    """Bring reports together.

    What was run with the same name, interpreter, platform, edition and level is one column:
    of each clause the gravest verdict, and the findings of all.

    Args:
        reports: in any order.
        problems: what is missing besides what they say themselves.
    """
    clauses = {name: _clean(clause) for r in reports for name, clause in r.clauses.items()}
    clauses = {line(name): clause for name, clause in clauses.items()}
    areas = {line(name): line(area) for r in reports for name, area in r.areas.items()}
    parts: dict[tuple[str, ...], list[_Part]] = {}
    for report in reports:
        for part in _parts(report):
            parts.setdefault(part.key, []).append(part)
    columns = [_column(same) for same in parts.values()]
    _label(columns)
    gate = Gate(clauses)
    for column, same in zip(columns, parts.values(), strict=True):
        _tell(gate, column, same)
    missing = [line(problem) for problem in problems]
    missing += [line(report.problem) for report in reports if report.problem]
    missing += [f"{column.label}: {column.problem}" for column in columns if column.problem]
    return Summary(
        tuple(sorted({line(r.header["date"]) for r in reports})),
        tuple(dict.fromkeys(line(r.header["tool"]) for r in reports)),
        clauses,
        areas,
        tuple(columns),
        gate,
        tuple(missing),
    )


def line(text: str) -> str:
    """Text of whoever it may be as one printable line."""
    return _clipped(printable(text.replace("\n", "\\n")), LONGEST)


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most} more characters)"


def _clean(clause: Clause) -> Clause:
    return replace(
        clause,
        id=line(clause.id),
        statement=line(clause.statement),
        platforms=tuple(map(line, clause.platforms)),
        needs=line(clause.needs),
        source=line(clause.source),
    )


@dataclass
class _Part:
    """What one report says of one implementation."""

    name: str
    report: Report
    started: Started | None = None
    not_started: NotStarted | None = None
    finished: Finished | None = None
    told: list[Told] = field(default_factory=list)
    stale: list[tuple[Stale, tuple[str, ...]]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, ...]:
        """What makes parts one column."""
        column = self.column()
        return (
            column.name,
            column.interpreter,
            column.platform,
            column.system,
            column.edition,
            column.level,
        )

    def column(self) -> Column:
        """An empty column for it."""
        if self.started is None:
            return Column(line(self.name))
        facts, told = self.started.facts, self.started
        interpreter, platform, system = (
            line(str(facts.get(key, ""))) for key in ("interpreter", "platform", "system")
        )
        edition = line(told.edition)
        return Column(line(self.name), interpreter, platform, system, edition, told.level)

    @property
    def problem(self) -> str:
        """Why there is no result, or not all of it."""
        if self.not_started is not None:
            return f"did not start: {line(self.not_started.reason)}"
        if self.finished is None:
            return "not finished" if self.started is not None else "not begun"
        return f"stopped early: {line(self.finished.stopped)}" if self.finished.stopped else ""


def _parts(report: Report) -> Iterable[_Part]:
    parts = {name: _Part(name, report) for name in report.header["implementations"]}
    for event in report.events:
        part = parts.setdefault(event.implementation, _Part(event.implementation, report))
        if isinstance(event, Started):
            part.started = event
        elif isinstance(event, NotStarted):
            part.not_started = event
        elif isinstance(event, Finished):
            part.finished = event
    for told in report.told:
        parts[told.finding.implementation].told.append(told)
    for stale in report.stale:
        parts[stale[0].implementation].stale.append(stale)
    return parts.values()


def _column(parts: Sequence[_Part]) -> Column:
    column = parts[0].column()
    column.problem = "; ".join(dict.fromkeys(part.problem for part in parts if part.problem))
    entries: dict[tuple[object, ...], Entry] = {}
    for part in parts:
        for told in part.told:
            entry = _entry(told, column.level)
            entries.setdefault((entry.clause, entry.outcome, entry.text, entry.got), entry)
        for event, text in part.stale:
            entry = _stale(event, text, part.report.clauses[event.clause].level)
            entries.setdefault((entry.clause, entry.outcome, entry.text, entry.got), entry)
        if part.finished is not None:
            _add(column, part.finished)
    column.entries = sorted(entries.values(), key=lambda entry: entry.gravity)
    return column


def _add(column: Column, finished: Finished) -> None:
    for verdict in finished.verdicts:
        verdict = replace(verdict, clause=line(verdict.clause), why=line(verdict.why))
        before = column.verdicts.get(verdict.clause, verdict)
        gravest = min(before, verdict, key=lambda v: _GRAVEST_STATUS.index(v.status))
        checks = verdict.checks + (before.checks if before is not verdict else 0)
        column.verdicts[verdict.clause] = replace(gravest, checks=checks)
    column.programs += finished.programs
    column.operations += finished.operations
    column.restarts += finished.restarts
    column.seconds += finished.seconds


def _entry(told: Told, level: Level) -> Entry:
    finding = told.finding
    outcome: Outcome
    if fails(finding, level):
        outcome = "failed"
    elif finding.reason:
        outcome = "expected"
    else:
        outcome = "information" if is_information(finding, level) else "flaky"
    return Entry(
        line(finding.clause),
        finding.level,
        line(finding.operation),
        finding.kind,
        line(_sort(finding)),
        outcome,
        line(finding.expected),
        line(finding.got),
        tuple(map(line, told.text)),
        _clipped(printable(told.script), LONGEST_SCRIPT),
        line(finding.reason),
        finding.repeats,
    )


def _sort(finding: Finding) -> str:
    return finding.sort if len(finding.got.split()) > 1 else finding.kind


def _stale(event: Stale, text: tuple[str, ...], level: Level) -> Entry:
    return Entry(
        line(event.clause),
        level,
        line(event.operation),
        "returned",
        "stale",
        "stale",
        f"as known: {line(event.was)}",
        line(event.got) or "does what it should",
        tuple(map(line, text)),
        "",
        "",
        (1, 1),
    )


def _label(columns: Sequence[Column]) -> None:
    """Name them by as little as tells them apart."""
    for column in columns:
        same = [other for other in columns if other.name == column.name]
        told = [
            getattr(column, what)
            for what in ("interpreter", "edition", "platform", "system", "level")
            if len({getattr(other, what) for other in same}) > 1
        ]
        known = ", ".join(filter(None, told))
        column.label = f"{column.name} ({known})" if known else column.name


def _tell(gate: Gate, column: Column, parts: Sequence[_Part]) -> None:
    name = column.label
    for part in parts:
        if part.started is not None:
            gate(replace(part.started, implementation=name))
        if part.not_started is not None:
            gate(NotStarted(name, part.not_started.reason))
        for told in part.told:
            gate(Found(replace(told.finding, implementation=name)))
        for event, _ in part.stale:
            gate(replace(event, implementation=name))
    if any(part.finished is not None for part in parts):
        verdicts = tuple(column.verdicts.values())
        gate(Finished(name, verdicts, (), 0, 0, 0, 0.0, column.problem))
