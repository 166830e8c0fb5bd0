"""The matrix of clauses and implementations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

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

Rows = Literal["all", "notable", "none"]
"""Which clauses have a row: notable is what is neither passed nor not applicable."""


def legend() -> Text:
    """What the symbols mean, in one line."""
    text = Text()
    for status, (symbol, style) in SYMBOLS.items():
        text.append(symbol, style)
        text.append(f" {status}  ")
    text.rstrip()
    return text


def matrix(
    finished: Sequence[Finished],
    rows: Rows,
    *,
    heads: Sequence[str] | None = None,
    compact: bool = False,
) -> Table:
    """Counts by area, and clauses.

    Args:
        finished: the implementations, one a column.
        rows: which clauses.
        heads: what the columns are called; None for the names.
        compact: leave out the levels, and what is passed or not applicable in areas where
            there is something else.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2 if compact else 3, 0, 0), show_edge=False)
    table.add_column("clause", no_wrap=True)
    levels = not compact and rows != "none"
    if levels:
        table.add_column("level", no_wrap=True)
    for head in heads or [event.implementation for event in finished]:
        table.add_column(Text(head), no_wrap=True)
    verdicts = [{verdict.clause: verdict for verdict in event.verdicts} for event in finished]
    for area, clauses in _areas(verdicts).items():
        counts = [Counter(by[c].status for c in clauses if c in by) for by in verdicts]
        level = [""] if levels else []
        table.add_row(Text(area, "bold"), *level, *(_cell(each, compact) for each in counts))
        for clause in clauses:
            row = [by.get(clause) for by in verdicts]
            notable = any(v is not None and v.status not in _SIMPLE for v in row)
            if rows == "all" or (rows == "notable" and notable):
                level = [CLAUSES[clause].level if clause in CLAUSES else ""] if levels else []
                table.add_row(f"  {clause}", *level, *map(_symbol, row))
    return table


def _areas(verdicts: Sequence[dict[str, Verdict]]) -> dict[str, list[str]]:
    """Clauses by area, both in the order of the specification."""
    areas: dict[str, list[str]] = {}
    for clause in dict.fromkeys((*CLAUSES, *(clause for by in verdicts for clause in by))):
        if any(clause in by for by in verdicts):
            areas.setdefault(AREA_OF.get(clause, "unknown"), []).append(clause)
    return areas


def _cell(counts: Counter[Status], compact: bool) -> Text:
    notable = any(counts[status] for status in SYMBOLS if status not in _SIMPLE)
    text = Text()
    for status, (symbol, style) in SYMBOLS.items():
        if counts[status] and not (compact and notable and status in _SIMPLE):
            text.append(f"{counts[status]}{symbol} ", style)
            if compact and not notable:
                break
    text.rstrip()
    return text


def _symbol(verdict: Verdict | None) -> Text:
    return Text() if verdict is None else Text(*SYMBOLS[verdict.status])
