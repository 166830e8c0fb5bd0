"""The report in the Common Test Report Format (ctrf.io)."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

from mmap_conformance.reports.cases import Case, cases, text_of
from mmap_conformance.reports.summary import Column, Summary

_STATUS = {"passed": "passed", "failed": "failed", "error": "failed", "skipped": "skipped"}


def render(summary: Summary) -> str:
    """A test for each clause of each implementation; how long one took is not known."""
    tests = [_test(column, case) for column in summary.columns for case in cases(summary, column)]
    counts = Counter(test["status"] for test in tests)
    seconds = sum(column.seconds for column in summary.columns)
    start = min(map(_milliseconds, summary.dates), default=0)
    told = {
        "tests": len(tests),
        **{status: counts[status] for status in ("passed", "failed", "skipped")},
        "pending": 0,
        "other": 0,
        "flaky": sum(test["flaky"] for test in tests),
        "suites": len(summary.columns),
        "start": start,
        "stop": start + int(seconds * 1000),
    }
    name, _, version = " ".join(summary.tools).partition(" ")
    content = {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "generatedBy": "mmap-conformance",
        "results": {
            "tool": {"name": name, "version": version},
            "summary": told,
            "tests": tests,
        },
    }
    return json.dumps(content, indent=1) + "\n"


def _test(column: Column, case: Case) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": case.name,
        "status": _STATUS[case.result],
        "duration": 0,
        "suite": [column.label, case.area] if case.area else [column.label],
        "rawStatus": case.status,
        "flaky": case.flaky,
        "extra": {"edition": column.edition, "interpreter": column.interpreter},
    }
    if case.message:
        test["message"] = case.message
    if case.entries:
        test["trace"] = "\n\n".join(map(text_of, case.entries))
        test["snippet"] = case.entries[0].script
    return test


def _milliseconds(date: str) -> int:
    try:
        return int(datetime.fromisoformat(date).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
