"""Reports: consumers of the stream of events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from mmap_conformance.errors import UsageError
from mmap_conformance.events import Event
from mmap_conformance.options import Options
from mmap_conformance.reports.jsonl import JsonlReport

__all__ = ["FORMATS", "Consumer", "open_report"]


class Consumer(Protocol):
    """Takes events one by one, and is closed once there are no more."""

    def __call__(self, event: Event) -> None:
        """Take an event."""

    def close(self) -> None:
        """Write what is left to be written; called however the run ended."""


FORMATS: dict[str, Callable[[Path, Options, Sequence[str]], Consumer]] = {"jsonl": JsonlReport}
"""File formats by name: how to open a report of each."""


def open_report(spec: str, options: Options, implementations: Sequence[str]) -> Consumer:
    """Open the report that ``FORMAT=PATH`` asks for.

    Args:
        spec: a format and a path.
        options: of the run.
        implementations: their names on the command line.

    Raises:
        UsageError: the format is not known, or the file cannot be written.
    """
    name, _, path = spec.partition("=")
    if name not in FORMATS:
        raise UsageError(f"unknown report format {name!r}: known are {', '.join(FORMATS)}")
    if not path:
        raise UsageError(f"--report {spec}: give it as FORMAT=PATH")
    try:
        return FORMATS[name](Path(path), options, implementations)
    except OSError as error:
        raise UsageError(f"cannot write report {path}: {error.strerror}") from error
