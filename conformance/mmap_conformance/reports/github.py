"""The report as annotations of a GitHub workflow."""

from __future__ import annotations

from collections.abc import Iterator

from mmap_conformance.reports.summary import Column, Entry, Outcome, Summary

MOST = 10
"""Annotations of one kind that GitHub shows of one step; it drops the rest without a word."""
LONGEST = 4_000
"""Characters of one annotation: GitHub takes 64 KB and shows far less."""

_KINDS: dict[str, tuple[Outcome, ...]] = {
    "error": ("failed",),
    "warning": ("stale", "flaky"),
    "notice": ("expected", "information"),
}


def render(summary: Summary) -> str:
    """A workflow command for each finding, the gravest first, as many as are shown."""
    commands = [
        command
        for kind, outcomes in _KINDS.items()
        for command in _of_kind(kind, list(_told(summary, kind, outcomes)))
    ]
    return "".join(f"{command}\n" for command in commands)


def _told(summary: Summary, kind: str, outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    """Titles and texts."""
    if kind == "error":
        for problem in summary.problems:
            yield "mmap-conformance: not everything was tested", problem
    for entry, columns in summary.worst:
        if entry.outcome in outcomes:
            yield _title(entry, columns), _text(summary, entry)


def _of_kind(kind: str, told: list[tuple[str, str]]) -> Iterator[str]:
    shown = told if len(told) <= MOST else told[: MOST - 1]
    for title, text in shown:
        yield f"::{kind} title={_property(title)}::{_data(text[:LONGEST])}"
    if len(shown) < len(told):
        text = f"{len(told) - len(shown)} more are in the report of the run"
        yield f"::{kind} title=mmap-conformance::{text}"


def _title(entry: Entry, columns: list[Column]) -> str:
    names = ", ".join(column.label for column in columns)
    return f"{entry.clause} ({entry.level}, {entry.outcome}): {names}"


def _text(summary: Summary, entry: Entry) -> str:
    told = [summary.clauses[entry.clause].statement, *entry.text]
    told += [f"expected: {entry.expected}", f"got: {entry.got}"]
    return "\n".join([*told, f"reason: {entry.reason}"] if entry.reason else told)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
