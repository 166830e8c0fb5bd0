"""What has changed from one summary to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mmap_conformance.events import Status
from mmap_conformance.reports.summary import Column, Entry, Summary

What = Literal["new", "gone", "changed"]

_LOOKED_AT: tuple[Status, ...] = ("passed", "failed", "expected", "information")


@dataclass(frozen=True)
class Change:
    """A difference of two summaries.

    Attributes:
        column: of the newer one.
        clause: its id.
        what: ``new`` or ``gone`` findings; all else is ``changed``.
        before: what the older one says.
        after: what the newer one says.
    """

    column: Column
    clause: str
    what: What
    before: str
    after: str


def changes(before: Summary, after: Summary) -> list[Change]:
    """What has changed, column by column, clause by clause.

    A finding is gone only where its clause has been looked at again; columns that only one
    of the two has are passed over.
    """
    return [
        change
        for column in after.columns
        if (old := _same(column, before)) is not None
        for clause in after.clauses
        for change in _of_clause(clause, old, column)
    ]


def _same(column: Column, summary: Summary) -> Column | None:
    """The column that was this one: of the same name and platform, best in all."""
    candidates = [
        other
        for other in summary.columns
        if (other.name, other.platform) == (column.name, column.platform)
    ]
    return max(
        candidates,
        key=lambda other: (
            other.level == column.level,
            other.edition == column.edition,
            other.interpreter == column.interpreter,
        ),
        default=None,
    )


def _of_clause(clause: str, old: Column, new: Column) -> Iterator[Change]:
    was, now = _status(old, clause), _status(new, clause)
    before, after = _findings(old, clause), _findings(new, clause)
    fresh = [key for key in after if key not in before]
    lost = [key for key in before if key not in after]
    for key in fresh:
        turned = next((before[other] for other in lost if other[0] == key[0]), None)
        if turned is None:
            yield Change(new, clause, "new", was, after[key].got)
        else:
            yield Change(new, clause, "changed", turned.got, after[key].got)
    turned_operations = {operation for operation, _ in fresh}
    gone = [key for key in lost if key[0] not in turned_operations and now in _LOOKED_AT]
    for key in gone:
        yield Change(new, clause, "gone", before[key].got, now)
    if not fresh and not gone and was != now:
        yield Change(new, clause, "changed", was, now)


def _status(column: Column, clause: str) -> str:
    verdict = column.verdicts.get(clause)
    return verdict.status if verdict is not None else "no verdict"


def _findings(column: Column, clause: str) -> dict[tuple[str, str], Entry]:
    return {(e.operation, e.sort): e for e in column.of(clause) if e.outcome != "stale"}
