"""The report as Markdown, for the summary of a job."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from mmap_conformance.reports.history import Change
from mmap_conformance.reports.matrix import SYMBOLS
from mmap_conformance.reports.summary import Column, Entry, Summary

LIMIT = 1_000_000
"""Bytes: GitHub shows nothing at all of a summary above 1 MiB, that of other steps included."""
_RESERVE = 200
"""Bytes for the line that says what was left out."""


def render(summary: Summary, changes: Sequence[Change] | None = None) -> str:
    """The verdict, a table of the implementations, and the findings, the gravest first.

    Args:
        summary: of the reports.
        changes: since an earlier one, or None.
    """
    blocks = [*_head(summary), *_history(changes)]
    findings = summary.worst
    told = [_finding(summary, entry, columns) for entry, columns in findings]
    size = sum(len(block.encode()) + 1 for block in blocks)
    for number, block in enumerate(told):
        size += len(block.encode()) + 1
        if size > LIMIT - _RESERVE:
            left = len(told) - number
            blocks.append(f"**{left} more findings** are left out here; the report has them all.\n")
            break
        blocks.append(block)
    return "\n".join(blocks)


def code(text: str) -> str:
    """One line of any text as a code span, also inside a table."""
    ticks = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{ticks}{space}{text or ' '}{space}{ticks}".replace("|", "\\|")


def escaped(text: str) -> str:
    """One line of any text as plain text."""
    return re.sub(r"([\\`*_\[\]<>|~&#@!$])", r"\\\1", text)


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _block(rows: Sequence[str]) -> str:
    text = "\n".join(rows)
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}python\n{text}\n{ticks}"


def _head(summary: Summary) -> Iterator[str]:
    yield f"## mmap conformance\n\n**{escaped(summary.gate.words())}**\n"
    for problem in summary.problems:
        yield f"> {escaped(problem)}\n"
    heads = ["implementation", "interpreter", "platform", "edition", *SYMBOLS, "operations"]
    rows = [f"| {' | '.join(heads)} |", "|" + "---|" * 4 + "--:|" * (len(SYMBOLS) + 1)]
    for column in summary.columns:
        counts = Counter(verdict.status for verdict in column.verdicts.values())
        told = [code(column.label), *map(escaped, (column.interpreter, column.platform))]
        told += [escaped(column.edition), *(str(counts[status]) for status in SYMBOLS)]
        rows.append(f"| {' | '.join([*told, f'{column.operations:,}'])} |")
    yield "\n".join(rows) + "\n"


def _history(changes: Sequence[Change] | None) -> Iterator[str]:
    if changes is None:
        return
    counts = Counter(change.what for change in changes)
    told = ", ".join(f"{counts[what]} {what}" for what in ("new", "gone", "changed"))
    yield f"### Since the report before: {told}\n"
    for change in sorted(changes, key=lambda each: each.what != "new")[:100]:
        where = f"{code(change.clause)}, {code(change.column.label)}"
        yield f"- **{change.what}**: {where}: {code(change.before)} → {code(change.after)}"
    if len(changes) > 100:
        yield f"- and {len(changes) - 100} more"
    yield ""


def _finding(summary: Summary, entry: Entry, columns: Sequence[Column]) -> str:
    names = ", ".join(code(column.label) for column in columns)
    clause = summary.clauses[entry.clause]
    source = f" [{escaped(clause.source)}]" if clause.source else ""
    rows = [
        f"### {entry.outcome}: {code(entry.clause)} ({entry.level})\n",
        f"{names}: {escaped(clause.statement)}{source}\n",
        _block(entry.text),
        "",
        f"- expected: {code(entry.expected)}",
        f"- got: {code(entry.got)}",
    ]
    if entry.reason:
        rows.append(f"- reason: {escaped(entry.reason)}")
    if entry.repeats[0] < entry.repeats[1]:
        rows.append(f"- seen in {entry.repeats[0]} of {entry.repeats[1]} replays")
    return "\n".join(rows) + "\n"
