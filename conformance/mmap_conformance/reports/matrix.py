"""The matrix of clauses and implementations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from mmap_conformance.events import Finished, Status, Verdict
from mmap_spec_tests.clauses import AREA_OF, CLAUSES

SYMBOLS: dict[Status, tuple[str, str]] = {
    "passed": ("+", "green"),
    "failed": ("F", "bold red"),
    "expected": ("x", "yellow"),
    "information": ("i", "blue"),
    "untested": ("?", "magenta"),
    "not applicable": ("-", "dim"),
}
"""Symbol and colour of each status: the symbol alone must do."""

_SIMPLE = {"passed", "not applicable"}


def legend() -> Text:
    """What the symbols mean, in one line."""
    text = Text()
    for status, (symbol, style) in SYMBOLS.items():
        text.append(symbol, style)
        text.append(f" {status}   ")
    text.rstrip()
    return text


def matrix(finished: Sequence[Finished], *, verbose: bool = False) -> Table:
    """Counts by area, and the clauses that are not simply passed.

    Args:
        finished: the implementations, one a column.
        verbose: all clauses.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_edge=False)
    table.add_column("clause", no_wrap=True)
    table.add_column("level", no_wrap=True)
    for event in finished:
        table.add_column(event.implementation, no_wrap=True)
    verdicts = [{verdict.clause: verdict for verdict in event.verdicts} for event in finished]
    for area, clauses in _areas(verdicts).items():
        counts = [Counter(by[c].status for c in clauses if c in by) for by in verdicts]
        table.add_row(Text(area, "bold"), "", *map(_cell, counts))
        for clause in clauses:
            row = [by.get(clause) for by in verdicts]
            if verbose or any(v is not None and v.status not in _SIMPLE for v in row):
                level = CLAUSES[clause].level if clause in CLAUSES else ""
                table.add_row(f"  {clause}", level, *map(_symbol, row))
    return table


def _areas(verdicts: Sequence[dict[str, Verdict]]) -> dict[str, list[str]]:
    """Clauses by area, both in the order of the specification."""
    areas: dict[str, list[str]] = {}
    for clause in dict.fromkeys((*CLAUSES, *(clause for by in verdicts for clause in by))):
        if any(clause in by for by in verdicts):
            areas.setdefault(AREA_OF.get(clause, "unknown"), []).append(clause)
    return areas


def _cell(counts: Counter[Status]) -> Text:
    text = Text()
    for status, (symbol, style) in SYMBOLS.items():
        if counts[status]:
            text.append(f"{counts[status]}{symbol} ", style)
    text.rstrip()
    return text


def _symbol(verdict: Verdict | None) -> Text:
    return Text() if verdict is None else Text(*SYMBOLS[verdict.status])
