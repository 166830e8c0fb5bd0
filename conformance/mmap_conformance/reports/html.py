"""The report as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import quote

from markupsafe import Markup, escape

from mmap_conformance.events import Status
from mmap_conformance.reports.history import Change
from mmap_conformance.reports.matrix import SYMBOLS
from mmap_conformance.reports.summary import Entry, Summary
from mmap_spec_tests.clause import LEVELS, Clause, edition_text

MOST_TEXT, MOST_SCRIPTS = 800_000, 1_000_000
"""Bytes of the page for the findings and for their reproducers, the gravest first; with the
matrix it stays below 3 MB."""
MOST_CHANGES = 500
"""Rows of the history; all changes are marked in the matrix."""

_ISSUES = {
    "gh": "https://github.com/python/cpython/issues/{}",
    "bpo": "https://bugs.python.org/issue{}",
}


@dataclass
class _Finding:
    """A finding on the page."""

    entry: Entry
    names: list[str]
    script: str


@dataclass
class _Row:
    """A clause on the page."""

    clause: Clause
    cells: list[Status | None]
    changes: list[list[str]]
    findings: list[_Finding]
    left_out: int
    verdicts: list[tuple[str, str, str]]


def render(summary: Summary, changes: Sequence[Change] | None = None) -> str:
    """The page.

    Args:
        summary: of the reports.
        changes: since an earlier one, or None.
    """
    # Only here are templates needed, which take their time to load.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("mmap_conformance.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"edition": edition_text, "issue": _issue, "anchor": _anchor}
    style, script = _inlined("report.css"), _inlined("report.js")
    findings, left_out = _findings(summary)
    marks = _marks(changes or ())
    return environment.get_template("report.html").render(
        summary=summary,
        title=f"mmap conformance: {summary.gate.words()}",
        changes=changes,
        most_changes=MOST_CHANGES,
        areas={
            area: [_row(summary, clause, marks, findings, left_out) for clause in clauses]
            for area, clauses in summary.by_area.items()
        },
        counts=Counter(
            verdict.status for column in summary.columns for verdict in column.verdicts.values()
        ),
        of={
            column.label: Counter(verdict.status for verdict in column.verdicts.values())
            for column in summary.columns
        },
        symbols={status: symbol for status, (symbol, _) in SYMBOLS.items()},
        levels=LEVELS,
        editions=sorted({c.edition for c in summary.columns if c.edition}, key=_numbers),
        platforms=sorted({column.platform for column in summary.columns if column.platform}),
        style=style,
        script=script,
        policy=f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; "
        f"script-src '{_hash(script)}'",
    )


def _findings(summary: Summary) -> tuple[dict[str, list[_Finding]], Counter[str]]:
    """The findings of each clause for which there is room, and how many there are beyond."""
    told: dict[str, list[_Finding]] = {}
    left_out: Counter[str] = Counter()
    text = scripts = 0
    for entry, columns in summary.worst:
        names = [column.label for column in columns]
        parts = (*entry.text, entry.expected, entry.got, entry.reason, *names)
        text += sum(_size(part) for part in parts)
        scripts += _size(entry.script)
        if text > MOST_TEXT:
            left_out[entry.clause] += 1
            continue
        shown = entry.script if scripts <= MOST_SCRIPTS else ""
        told.setdefault(entry.clause, []).append(_Finding(entry, names, shown))
    return told, left_out


def _row(
    summary: Summary,
    clause: Clause,
    changes: dict[tuple[str, str], list[str]],
    findings: dict[str, list[_Finding]],
    left_out: Counter[str],
) -> _Row:
    verdicts = [column.verdicts.get(clause.id) for column in summary.columns]
    groups: dict[tuple[str, str], list[str]] = {}
    for column, verdict in zip(summary.columns, verdicts, strict=True):
        if verdict is not None:
            groups.setdefault((verdict.status, verdict.why), []).append(column.label)
    return _Row(
        clause,
        [verdict.status if verdict is not None else None for verdict in verdicts],
        [changes.get((column.label, clause.id), []) for column in summary.columns],
        findings.get(clause.id, []),
        left_out[clause.id],
        [(status, why, ", ".join(names)) for (status, why), names in groups.items()],
    )


def _marks(changes: Sequence[Change]) -> dict[tuple[str, str], list[str]]:
    """What has changed in each cell of the matrix."""
    marks: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        cell = marks.setdefault((change.column.label, change.clause), [])
        if change.what not in cell:
            cell.append(change.what)
    return marks


def _size(text: str) -> int:
    return len(str(escape(text)).encode())


def _numbers(edition: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", edition)]


def _anchor(text: str) -> str:
    return quote(text, safe="")


def _issue(source: str) -> Markup:
    """The issue as a link, where it is one of python/cpython."""
    found = re.fullmatch(r"(gh|bpo)-(\d+)", source)
    if found is None:
        return escape(source)
    return Markup('<a href="{}">{}</a>').format(_ISSUES[found[1]].format(found[2]), source)


def _inlined(name: str) -> Markup:
    return Markup((files("mmap_conformance.reports") / "templates" / name).read_text("utf-8"))


def _hash(content: str) -> str:
    digest = hashlib.sha256(f"\n{content}".encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
