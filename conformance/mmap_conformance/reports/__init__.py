"""Reports: consumers of the stream of events, and what is made of what they wrote."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from mmap_conformance.errors import UsageError
from mmap_conformance.events import Event
from mmap_conformance.options import Options
from mmap_conformance.reports import badge, ctrf, github, html, junit, markdown, reading
from mmap_conformance.reports.history import changes
from mmap_conformance.reports.jsonl import JsonlReport
from mmap_conformance.reports.reading import Report
from mmap_conformance.reports.summary import Summary, summary

__all__ = ["COMPARING", "FORMATS", "Consumer", "open_report", "render"]


class Consumer(Protocol):
    """Takes events one by one, and is closed once there are no more."""

    def __call__(self, event: Event) -> None:
        """Take an event."""

    def close(self) -> None:
        """Write what is left to be written; called however the run ended."""


COMPARING = {"html": html.render, "markdown": markdown.render}
"""How to render the formats that can tell what has changed since an earlier report."""

_PLAIN: dict[str, Callable[[Summary], str]] = {
    "junit": junit.render,
    "ctrf": ctrf.render,
    "github": github.render,
    "badge": badge.svg,
    "badge-endpoint": badge.endpoint,
}

FORMATS = (*COMPARING, *_PLAIN)
"""What reports can be rendered as."""


def render(
    format: str,
    reports: Sequence[Report],
    before: Sequence[Report] = (),
    problems: Sequence[str] = (),
) -> str:
    """Several reports as one text of a format.

    Args:
        format: one of ``FORMATS``.
        reports: at least one.
        before: earlier reports to compare with, for a format in ``COMPARING``; or none.
        problems: what else is missing, a line each.
    """
    told = summary(reports, problems)
    if format in _PLAIN:
        return _PLAIN[format](told)
    return COMPARING[format](told, changes(summary(before), told) if before else None)


class _Lines(io.StringIO):
    """A stream in memory that is read once it is closed."""

    def close(self) -> None:
        if not self.closed:
            self.content = self.getvalue().encode("ascii")
        super().close()


class _Rendered:
    """Writes a rendered report once the run is over."""

    def __init__(
        self, format: str, path: Path, options: Options, implementations: Sequence[str]
    ) -> None:
        self._format = format
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._name = str(path)
        self._lines = _Lines()
        self._report = JsonlReport(self._lines, options, implementations)

    def __call__(self, event: Event) -> None:
        self._report(event)

    def close(self) -> None:
        if self._file.closed:
            return
        self._report.close()
        with self._file:
            report = reading.parse(self._lines.content, self._name)
            self._file.write(render(self._format, [report]))


def open_report(spec: str, options: Options, implementations: Sequence[str]) -> Consumer:
    """Open the report that ``FORMAT=PATH`` asks for.

    Args:
        spec: a format and a path.
        options: of the run.
        implementations: their names on the command line.

    Raises:
        UsageError: the format is not known, or the file cannot be written.
    """
    name, _, given = spec.partition("=")
    if name not in ("jsonl", *FORMATS):
        known = ", ".join(("jsonl", *FORMATS))
        raise UsageError(f"unknown report format {name!r}: known are {known}")
    if not given:
        raise UsageError(f"--report {spec}: give it as FORMAT=PATH")
    path = Path(given)
    try:
        if name == "jsonl":
            stream = path.open("w", encoding="ascii", newline="\n")
            return JsonlReport(stream, options, implementations)
        return _Rendered(name, path, options, implementations)
    except OSError as error:
        raise UsageError(f"cannot write report {path}: {error.strerror}") from error
