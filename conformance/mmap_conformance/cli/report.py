"""``report``: what runs have written, as something to look at or for another tool to read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mmap_conformance.errors import UsageError
from mmap_conformance.gate import OK, USAGE
from mmap_conformance.render import printable
from mmap_conformance.reports import COMPARING, reading, render
from mmap_conformance.reports.reading import Report


def run(parsed: argparse.Namespace) -> int:
    """Carry out the verb; 2 if a report is not whole, though what there is of it is shown."""
    if parsed.before and parsed.format not in COMPARING:
        raise UsageError(f"--before is for {' and '.join(COMPARING)}, not for {parsed.format}")
    reports, missing = _read(parsed.files)
    if not reports:
        raise UsageError(missing[0])
    before, missing_before = _read(parsed.before)
    _write(render(parsed.format, reports, before, missing), parsed.output)
    problems = [*missing, *missing_before]
    problems += [report.problem for report in (*reports, *before) if report.problem]
    for problem in problems:
        print(f"mmap-conformance: {printable(problem)}", file=sys.stderr)
    return USAGE if problems else OK


def _read(paths: Sequence[Path]) -> tuple[list[Report], list[str]]:
    """The reports, as far as they can be read, and why others cannot."""
    reports, missing = [], []
    for path in paths:
        try:
            reports.append(reading.salvage(path))
        except UsageError as error:
            missing.append(str(error))
    return reports, missing


def _write(text: str, path: Path | None) -> None:
    content = text.encode()
    if path is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
