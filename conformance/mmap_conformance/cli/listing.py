"""``list``: clauses, implementations and editions."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mmap_conformance.adapters import ENTRY_POINTS, REFERENCES, TAKEN, find_interpreter, resolve
from mmap_conformance.config import configured
from mmap_conformance.errors import StartError, UsageError
from mmap_spec_tests.clause import EDITIONS, Clause, edition_text
from mmap_spec_tests.clauses import AREA_OF, CLAUSES

_INTERPRETERS = (*(f"python3.{minor}" for minor in range(6, 17)), "pypy3", "graalpy")


def run(parsed: argparse.Namespace) -> int:
    """Carry out the verb."""
    if parsed.what == "clauses":
        _print(("clause", "level", "editions", "statement"), _clauses(parsed))
    elif parsed.what == "editions":
        _print(("edition", "must", "should", "may"), _editions())
    else:
        _print(("implementation", "what it is"), _implementations())
    return 0


def _clauses(parsed: argparse.Namespace) -> Iterable[Sequence[str]]:
    for clause in CLAUSES.values():
        if (
            (parsed.edition is None or _in_edition(clause, parsed.edition))
            and parsed.level in (None, clause.level)
            and parsed.area in (None, AREA_OF[clause.id])
        ):
            until = edition_text(clause.until) if clause.until else ""
            yield clause.id, clause.level, f"{edition_text(clause.since)}-{until}", clause.statement


def _in_edition(clause: Clause, edition: tuple[int, ...]) -> bool:
    return clause.since <= edition and (clause.until is None or edition < clause.until)


def _editions() -> Iterable[Sequence[str]]:
    for edition in EDITIONS:
        counts = Counter(c.level for c in CLAUSES.values() if _in_edition(c, edition))
        yield edition_text(edition), *(str(counts[level]) for level in ("must", "should", "may"))


def _implementations() -> Iterable[Sequence[str]]:
    for name, (_, edition) in REFERENCES.items():
        try:
            resolve(name)
            yield name, f"the C extension of this project, edition {edition_text(edition)}"
        except StartError as error:
            yield name, f"not there: {error}"
    yield "stdlib", f"mmap of {sys.executable}"
    for name, adapter in configured(Path.cwd()).items():
        yield name, f"configured: {' '.join(adapter.command)}"
    for point in entry_points(group=ENTRY_POINTS):
        by = f"registered by {point.dist.name if point.dist else point.value}"
        yield point.name, f"not {by}: this name is taken" if point.name in TAKEN else by
    for name in _INTERPRETERS:
        try:
            yield f"mmap@{name}", f"mmap of {find_interpreter(name)}"
        except UsageError:
            continue
    yield "MODULE", "any module that has a type 'mmap'"
    yield "MODULE@INTERPRETER", "the same in another interpreter"


def _print(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    # A pipe has no width: what is written there is not to be cut.
    width = None if sys.stdout.isatty() else 250
    Console(width=width, highlight=False, markup=False, emoji=False).print(table, crop=False)
