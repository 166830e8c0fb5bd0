"""The report as JSON, one object a line; ``schema.json`` says what a line may be."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from mmap_conformance import __version__
from mmap_conformance.errors import UsageError
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
from mmap_conformance.options import Options
from mmap_spec_tests.clause import edition_text
from mmap_spec_tests.operations import Operation

FORMAT = 1
"""The version of the format; a reader refuses any other."""


class JsonlReport:
    """Writes each line as soon as there is something to tell.

    The footer follows only when every implementation has been dealt with, so that the
    report of a run that was killed or interrupted is known to be incomplete.
    """

    def __init__(self, path: Path, options: Options, implementations: Sequence[str]) -> None:
        """Create the file and write its header.

        Args:
            path: the file, which is overwritten.
            options: of the run.
            implementations: their names on the command line.

        Raises:
            OSError: the file cannot be written.
        """
        self._stream = path.open("w", encoding="ascii", newline="\n")
        self._open = set(implementations)
        self._lines: Counter[str] = Counter()
        self._expected = 0
        header = {
            "format": FORMAT,
            "tool": f"mmap-conformance {__version__}",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "implementations": list(implementations),
            "options": _options(options),
        }
        self._write("header", header)

    def __call__(self, event: Event) -> None:
        """Write the line of an event, if it has one."""
        if isinstance(event, Started):
            self._write("started", dataclasses.asdict(event))
        elif isinstance(event, NotStarted):
            self._write("not-started", dataclasses.asdict(event))
            self._open.discard(event.implementation)
        elif isinstance(event, Found):
            self._expected += bool(event.finding.reason)
            self._write("finding", _finding(event.finding, self._lines["finding"] + 1))
        elif isinstance(event, Stale):
            content = dataclasses.asdict(event)
            content["program"] = [list(operation) for operation in event.program]
            self._write("stale", content)
        elif isinstance(event, Finished):
            self._write("finished", _finished(event))
            self._open.discard(event.implementation)

    def close(self) -> None:
        """Write the footer if the run is complete, and close the file."""
        if self._stream.closed:
            return
        if not self._open:
            counts = {
                "started": self._lines["started"],
                "not_started": self._lines["not-started"],
                "finished": self._lines["finished"],
                "findings": self._lines["finding"],
                "expected": self._expected,
                "stale": self._lines["stale"],
            }
            self._write("footer", {"lines": sum(self._lines.values()) + 1, "counts": counts})
        self._stream.close()

    def _write(self, kind: str, content: dict[str, Any]) -> None:
        self._lines[kind] += 1
        self._stream.write(json.dumps({"type": kind, **content}) + "\n")
        self._stream.flush()


def _options(options: Options) -> dict[str, Any]:
    content = dataclasses.asdict(options)
    content["edition"] = None if options.edition is None else edition_text(options.edition)
    if options.expectations is not None:
        content["expectations"] = str(options.expectations)
    return content


def _finding(finding: Finding, number: int) -> dict[str, Any]:
    content = {field.name: getattr(finding, field.name) for field in dataclasses.fields(finding)}
    content["program"] = [list(operation) for operation in finding.program]
    return {"number": number, **content}


def _finished(event: Finished) -> dict[str, Any]:
    verdicts = {}
    for verdict in event.verdicts:
        told: dict[str, Any] = {"status": verdict.status, "checks": verdict.checks}
        if verdict.why:
            told["why"] = verdict.why
        verdicts[verdict.clause] = told
    return {
        "implementation": event.implementation,
        "verdicts": verdicts,
        "programs": event.programs,
        "operations": event.operations,
        "restarts": event.restarts,
        "seconds": round(event.seconds, 3),
        "stopped": event.stopped,
    }


@dataclass(frozen=True)
class Report:
    """A complete report, read back.

    Attributes:
        header: its first line.
        events: what the run told, without its progress.
    """

    header: dict[str, Any]
    events: tuple[Event, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, in the order of their numbers."""
        return tuple(event.finding for event in self.events if isinstance(event, Found))


def read(path: Path) -> Report:
    """Read a report.

    Raises:
        UsageError: the file cannot be read, is no report, or is not complete.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read report {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no report: it is not text") from error
    lines = [_line(path, number, line) for number, line in enumerate(text.splitlines(), 1)]
    if not lines or lines[0]["type"] != "header":
        raise UsageError(f"{path} is no report: it does not begin with a header")
    if lines[0].get("format") != FORMAT:
        raise UsageError(
            f"report {path} has format {lines[0].get('format')}, this version reads {FORMAT}"
        )
    if lines[-1]["type"] != "footer":
        raise UsageError(f"report {path} has no footer: the run did not end")
    if lines[-1].get("lines") != len(lines):
        raise UsageError(f"report {path} is not whole: lines are missing")
    findings = [line for line in lines if line["type"] == "finding"]
    try:
        known = {line["number"]: _read_finding(line) for line in findings}
        events = [_event(line, known) for line in lines[1:-1]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"report {path} is broken: {error!r}") from error
    return Report(lines[0], tuple(events))


def _line(path: Path, number: int, text: str) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{path} is no report, or cut off: line {number} is not JSON") from error
    if not isinstance(line, dict) or not isinstance(line.get("type"), str):
        raise UsageError(f"{path} is no report: line {number} has no type")
    return line


def _read_finding(line: dict[str, Any]) -> Finding:
    content = {key: value for key, value in line.items() if key not in ("type", "number")}
    content["program"] = [Operation(*operation) for operation in line["program"]]
    content["repeats"] = tuple(line["repeats"])
    return Finding(**content)


def _event(line: dict[str, Any], findings: dict[int, Finding]) -> Event:
    kind = line["type"]
    content = {key: value for key, value in line.items() if key != "type"}
    if kind == "started":
        content["notes"] = tuple(content.get("notes", ()))
        return Started(**content)
    if kind == "not-started":
        return NotStarted(**content)
    if kind == "finding":
        return Found(findings[line["number"]])
    if kind == "stale":
        content["program"] = [Operation(*operation) for operation in line["program"]]
        return Stale(**content)
    if kind != "finished":
        raise ValueError(f"unknown type {kind!r}")
    content["verdicts"] = tuple(
        Verdict(clause, **verdict) for clause, verdict in content["verdicts"].items()
    )
    own = [f for f in findings.values() if f.implementation == line["implementation"]]
    return Finished(**content, findings=tuple(own))
