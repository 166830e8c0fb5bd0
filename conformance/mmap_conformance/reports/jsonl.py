"""The report as JSON, one object a line; ``schema.json`` says what a line may be."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import IO, Any

from mmap_conformance import __version__
from mmap_conformance.events import (
    Event,
    Finding,
    Finished,
    Found,
    NotStarted,
    Stale,
    Started,
)
from mmap_conformance.options import Options
from mmap_conformance.render import lines
from mmap_conformance.reproducer import Scripts
from mmap_spec_tests.clause import Clause, edition_text
from mmap_spec_tests.clauses import AREA_OF, CLAUSES

FORMAT = 2
"""The version of the format; a reader refuses any other."""


class JsonlReport:
    """Writes each line as soon as there is something to tell.

    A report tells all that another report of the run needs, so that a later version, which
    has other clauses, can still read it. The footer comes when the report is closed, however
    the run ended: a report without one was cut off.
    """

    def __init__(self, stream: IO[str], options: Options, implementations: Sequence[str]) -> None:
        """Write the header.

        Args:
            stream: where the report goes; closed with it.
            options: of the run.
            implementations: their names on the command line.

        Raises:
            OSError: the stream cannot be written.
        """
        self._stream = stream
        self._open = dict.fromkeys(implementations)
        self._lines: Counter[str] = Counter()
        self._expected = 0
        self._scripts = Scripts(options.timeout)
        header = {
            "format": FORMAT,
            "tool": f"mmap-conformance {__version__}",
            "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "implementations": list(implementations),
            "options": _options(options),
            "clauses": {clause.id: _clause(clause) for clause in CLAUSES.values()},
        }
        self._write("header", header)

    def __call__(self, event: Event) -> None:
        """Write the line of an event, if it has one."""
        if isinstance(event, Started):
            self._scripts.note(event)
            self._write("started", dataclasses.asdict(event))
        elif isinstance(event, NotStarted):
            self._write("not-started", dataclasses.asdict(event))
            self._open.pop(event.implementation, None)
        elif isinstance(event, Found):
            self._expected += bool(event.finding.reason)
            self._write("finding", self._finding(event.finding))
        elif isinstance(event, Stale):
            content = dataclasses.asdict(event)
            content["program"] = [list(operation) for operation in event.program]
            content["text"] = lines(event.program)
            self._write("stale", content)
        elif isinstance(event, Finished):
            self._write("finished", _finished(event))
            self._open.pop(event.implementation, None)

    def close(self) -> None:
        """Write the footer, and close the stream."""
        if self._stream.closed:
            return
        counts = {
            "started": self._lines["started"],
            "not_started": self._lines["not-started"],
            "finished": self._lines["finished"],
            "findings": self._lines["finding"],
            "expected": self._expected,
            "stale": self._lines["stale"],
        }
        footer = {
            "lines": sum(self._lines.values()) + 1,
            "unfinished": list(self._open),
            "counts": counts,
        }
        self._write("footer", footer)
        self._stream.close()

    def _finding(self, finding: Finding) -> dict[str, Any]:
        content = {
            field.name: getattr(finding, field.name) for field in dataclasses.fields(finding)
        }
        content["program"] = [list(operation) for operation in finding.program]
        content["text"] = lines(finding.program)
        content["script"] = self._scripts.of(finding)
        return {"number": self._lines["finding"] + 1, **content}

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


def _clause(clause: Clause) -> dict[str, Any]:
    content: dict[str, Any] = {
        "area": AREA_OF[clause.id],
        "level": clause.level,
        "statement": clause.statement,
        "since": edition_text(clause.since),
        "until": None if clause.until is None else edition_text(clause.until),
        "platforms": list(clause.platforms),
        "needs": clause.needs,
        "source": clause.source,
    }
    return content


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
