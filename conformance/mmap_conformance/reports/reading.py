"""Reads the report that ``jsonl`` writes, also one that is not whole."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar, get_args

from mmap_conformance.errors import UsageError
from mmap_conformance.events import (
    Event,
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
from mmap_conformance.reports.jsonl import FORMAT
from mmap_spec_tests.clause import LEVELS, Clause, Edition
from mmap_spec_tests.operations import Operation


@dataclass(frozen=True)
class Told:
    """A finding with what the run made of it for people.

    Attributes:
        finding: as it was told.
        text: its program, a line for each operation.
        script: a reproducer.
    """

    finding: Finding
    text: tuple[str, ...]
    script: str


@dataclass(frozen=True)
class Report:
    """A report, read back.

    Attributes:
        name: what it is called in what is said of it.
        header: its first line.
        clauses: of the version that wrote it.
        areas: of the clauses, by their ids.
        events: what the run told, without its progress.
        told: its findings.
        stale: what has become of expected findings, each with its program as text.
        problem: one line on what is missing or broken; empty if it is whole.
    """

    name: str
    header: dict[str, Any]
    clauses: dict[str, Clause]
    areas: dict[str, str]
    events: tuple[Event, ...]
    told: tuple[Told, ...]
    stale: tuple[tuple[Stale, tuple[str, ...]], ...]
    problem: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, in the order of their numbers."""
        return tuple(each.finding for each in self.told)


def read(path: Path) -> Report:
    """Read a report that is whole.

    Raises:
        UsageError: the file cannot be read, is no report, or lines are missing or broken.
    """
    report = salvage(path)
    if report.problem:
        raise UsageError(report.problem)
    return report


def salvage(path: Path) -> Report:
    """Read what can be read of a report.

    Raises:
        UsageError: the file cannot be read, or does not begin as a report of this format.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read report {path}: {error.strerror}") from error
    return parse(content, str(path))


def parse(content: bytes, name: str) -> Report:
    """Read what can be read of the content of a report.

    Args:
        content: of the file.
        name: of the file, for what is said of it.

    Raises:
        UsageError: it does not begin as a report of this format.
    """
    texts = content.splitlines()
    header, problem = _line(texts[0]) if texts else ({}, "")
    if problem or header.get("type") != "header":
        raise UsageError(f"{name} is no report: {problem or 'it does not begin with a header'}")
    if header.get("format") != FORMAT:
        raise UsageError(
            f"report {name} has format {header.get('format')!r}, this version reads {FORMAT}"
        )
    reader = _Reader()
    problems = [reader.header(header)]
    if problems[0]:
        raise UsageError(f"report {name} is broken: line 1: {problems[0]}")
    line: dict[str, Any] = header
    for number, text in enumerate(texts[1:], 2):
        line, problem = _line(text)
        problem = problem or reader.take(line)
        problems.append(f"line {number}: {problem}" if problem else "")
    said = [problem for problem in problems if problem]
    told = ""
    if line.get("type") != "footer":
        cut = f" ({said[0]})" if said else ""
        told = f"report {name} has no footer: it was cut off, or the run was killed{cut}"
    elif said:
        told = f"report {name} is broken: {said[0]}"
    elif line.get("lines") != len(texts):
        told = f"report {name} is not whole: lines are missing"
    return replace(reader.report(name, header), problem=told)


def _line(text: bytes) -> tuple[dict[str, Any], str]:
    """A line, or what is wrong with it."""
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return {}, "it is not JSON"
    if not isinstance(line, dict) or not isinstance(line.get("type"), str):
        return {}, "it has no type"
    return line, ""


class _Reader:
    """Takes line by line; what is broken is left out."""

    def __init__(self) -> None:
        self._clauses: dict[str, Clause] = {}
        self._areas: dict[str, str] = {}
        self._events: list[Event] = []
        self._told: list[Told] = []
        self._stale: list[tuple[Stale, tuple[str, ...]]] = []

    def header(self, line: dict[str, Any]) -> str:
        """Take the clauses; what is wrong with them."""
        try:
            for name, content in line["clauses"].items():
                self._areas[_text(name)] = _text(content["area"])
                self._clauses[name] = _clause(name, content)
            list(map(_text, line["implementations"]))
            _text(line["date"])
            _text(line["tool"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return repr(error)
        return ""

    def take(self, line: dict[str, Any]) -> str:
        """Take a line; what is wrong with it."""
        content = {key: value for key, value in line.items() if key != "type"}
        try:
            self._take(line["type"], content)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return repr(error)
        return ""

    def _take(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "finding":
            self._finding(content)
        elif kind == "stale":
            self._became_stale(content)
        elif kind == "finished":
            self._events.append(self._finished(content))
        elif kind == "started":
            content["facts"].items()
            content["notes"] = tuple(content["notes"])
            self._events.append(_sound(Started(**content)))
        elif kind == "not-started":
            self._events.append(_sound(NotStarted(**content)))
        elif kind != "footer":
            raise ValueError(f"unknown type {kind!r}")

    def _finding(self, content: dict[str, Any]) -> None:
        del content["number"]
        text, script = tuple(map(_text, content.pop("text"))), _text(content.pop("script"))
        content["program"] = [Operation(*operation) for operation in content["program"]]
        seen, tried = content["repeats"]
        content["repeats"] = (int(seen), int(tried))
        self._known(content["clause"])
        finding = _sound(Finding(**content))
        self._told.append(Told(finding, text, script))
        self._events.append(Found(finding))

    def _became_stale(self, content: dict[str, Any]) -> None:
        text = tuple(map(_text, content.pop("text")))
        content["program"] = [Operation(*operation) for operation in content["program"]]
        self._known(content["clause"])
        event = _sound(Stale(**content))
        self._stale.append((event, text))
        self._events.append(event)

    def _finished(self, content: dict[str, Any]) -> Finished:
        content["verdicts"] = tuple(
            _sound(Verdict(self._known(clause), **verdict))
            for clause, verdict in content["verdicts"].items()
        )
        name = content["implementation"]
        own = tuple(each.finding for each in self._told if each.finding.implementation == name)
        return _sound(Finished(**content, findings=own))

    def _known(self, clause: str) -> str:
        if clause not in self._clauses:
            raise ValueError(f"unknown clause {clause!r}")
        return clause

    def report(self, name: str, header: dict[str, Any]) -> Report:
        """What was taken."""
        return Report(
            name,
            header,
            self._clauses,
            self._areas,
            tuple(self._events),
            tuple(self._told),
            tuple(self._stale),
        )


def _clause(name: str, content: dict[str, Any]) -> Clause:
    until = content["until"]
    clause = Clause(
        name,
        _text(content["statement"]),
        content["level"],
        _edition(content["since"]),
        None if until is None else _edition(until),
        tuple(map(_text, content["platforms"])),
        needs=_text(content["needs"]),
        source=_text(content["source"]),
    )
    return _sound(clause)


def _edition(text: str) -> Edition:
    return tuple(map(int, text.split(".")))


_PLAIN: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": (int, float)}
_WORDS: dict[str, tuple[str, ...]] = {
    "Level": LEVELS,
    "Kind": get_args(Kind),
    "Status": get_args(Status),
}
_Sound = TypeVar("_Sound", Started, NotStarted, Finding, Stale, Verdict, Finished, Clause)


def _sound(value: _Sound) -> _Sound:
    """The value, whose plain fields are of the types that they are said to be.

    Raises:
        TypeError, ValueError: one of them is not.
    """
    for field in fields(value):
        content, kind = getattr(value, field.name), str(field.type)
        if kind in _PLAIN and not isinstance(content, _PLAIN[kind]):
            raise TypeError(f"{field.name} is {content!r}")
        if kind in _WORDS and content not in _WORDS[kind]:
            raise ValueError(f"{field.name} is {content!r}")
        if kind == "float" and not math.isfinite(content):
            raise ValueError(f"{field.name} is {content!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
