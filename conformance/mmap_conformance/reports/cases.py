"""A summary as test cases, for the formats that know nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mmap_conformance.events import Status
from mmap_conformance.gate import is_below
from mmap_conformance.reports.summary import Column, Entry, Summary

Result = Literal["passed", "failed", "error", "skipped"]


@dataclass(frozen=True)
class Case:
    """A clause of one implementation, or its start and end, as a test case.

    Attributes:
        name: id of the clause, or ``run``.
        area: of the clause, or empty.
        status: the verdict that it stands for, or ``stale`` or ``incomplete``.
        result: red are ``failed`` and ``error``, which make the gate red as well.
        message: one line on why it is not simply passed, or empty.
        entries: the findings.
    """

    name: str
    area: str
    status: Status | Literal["stale", "incomplete"]
    result: Result
    message: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def flaky(self) -> bool:
        """Whether a finding did not show each time."""
        return any(entry.outcome == "flaky" for entry in self.entries)


def cases(summary: Summary, column: Column) -> Iterator[Case]:
    """The cases of an implementation: one for each clause, and one if it has no full result."""
    for clause in summary.clauses:
        if clause in column.verdicts:
            yield _of_clause(summary, column, clause)
    if column.problem:
        yield Case("run", "", "incomplete", "error", column.problem)


def text_of(entry: Entry) -> str:
    """A finding in full."""
    flaky = f"flaky:    seen in {entry.repeats[0]} of {entry.repeats[1]} replays"
    rows = [
        *entry.text,
        f"expected: {entry.expected}",
        f"got:      {entry.got}",
        *([f"reason:   {entry.reason}"] if entry.reason else []),
        *([flaky] if entry.repeats[0] < entry.repeats[1] else []),
    ]
    return "\n".join(rows)


def _of_clause(summary: Summary, column: Column, clause: str) -> Case:
    verdict, area = column.verdicts[clause], summary.areas[clause]
    entries = tuple(column.of(clause))
    told = f"{entries[0].text[-1]}: {entries[0].got}" if entries else ""
    status = verdict.status
    stale = any(entry.outcome == "stale" for entry in entries)
    if stale and status != "failed":
        return Case(clause, area, "stale", "failed", f"stale expectation: {told}", entries)
    if status == "failed":
        return Case(clause, area, status, "failed", told, entries)
    if status == "expected":
        return Case(clause, area, status, "skipped", f"expected: {entries[0].reason}", entries)
    if status == "not applicable":
        return Case(clause, area, status, "skipped", f"not applicable: {verdict.why}")
    if status == "untested":
        if verdict.why:
            told = f"untested: {verdict.why} may be in the way"
            return Case(clause, area, status, "skipped", told)
        red = not is_below(summary.clauses[clause].level, column.level)
        told = "untested: no program reached it"
        return Case(clause, area, status, "error" if red else "skipped", told)
    return Case(clause, area, status, "passed", told, entries)
