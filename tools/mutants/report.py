"""The table: which suite finds how many of the mutants, and how soon; and the same as JSON."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from mmap_conformance.adapters import REFERENCES
from mmap_spec_tests.clauses import CLAUSES
from mutants.mutant import Mutant
from mutants.running import OURS, SUITES, Result

_MANY = 40
"""Clauses that are too many to be named."""
_A_ROW = 2
"""Clauses beside each other."""


def figures(
    results: Sequence[Result], equivalent: Sequence[Mutant], left_out: dict[str, str]
) -> dict[str, Any]:
    """All there is to be told, fit for JSON.

    Args:
        results: of every mutant that was run.
        equivalent: the mutants that are known to be no faults; they were not run.
        left_out: populations that were not run, with the reason.
    """
    populations = list(dict.fromkeys(result.population for result in results))
    return {
        "suites": {
            population: {
                suite: _row([r for r in results if r.population == population], suite)
                for suite in SUITES
            }
            for population in populations
        },
        "left_out": left_out,
        "equivalent": len(equivalent),
        "clauses": _kills_per_clause(results),
        "operators": _per_operator(results),
        "survivors": {suite: [r.mutant.id for r in results if r.survives(suite)] for suite in OURS},
        "mutants": [_as_json(result) for result in results],
    }


def _row(results: Sequence[Result], suite: str) -> dict[str, Any] | None:
    """Kills of one suite; None where it was not run."""
    kills = [result.kills[suite] for result in results if suite in result.kills]
    if not kills:
        return None
    seconds = [kill.seconds for kill in kills if kill is not None]
    return {
        "killed": len(seconds),
        "mutants": len(kills),
        "rate": len(seconds) / len(kills),
        "median_seconds": statistics.median(seconds) if seconds else None,
        "worst_seconds": max(seconds, default=None),
    }


def _kills_per_clause(results: Sequence[Result]) -> dict[str, int]:
    counts = Counter(clause for result in results for clause in result.clauses | told_by(result))
    platforms = {result.population for result in results} | {"unix"}
    held = (
        clause.id
        for clause in CLAUSES.values()
        if any(
            clause.holds(edition, platform, clause.needs.split())
            for _, edition in REFERENCES.values()
            for platform in platforms
        )
    )
    return {clause: counts[clause] for clause in held}


def told_by(result: Result) -> set[str]:
    """The clauses of the findings."""
    kills = (result.kills.get(suite) for suite in OURS)
    return {kill.by for kill in kills if kill is not None}


def _per_operator(results: Sequence[Result]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for result in results:
        row = table.setdefault(result.mutant.operator, {"mutants": 0, "killed": 0})
        row["mutants"] += 1
        row["killed"] += not result.survives("ci")
    return table


def _as_json(result: Result) -> dict[str, Any]:
    kills = {
        suite: None if kill is None else {"seconds": round(kill.seconds, 3), "by": kill.by}
        for suite, kill in result.kills.items()
    }
    mutant = result.mutant
    found = [result.kills.get(suite) for suite in OURS]
    programs = [kill.program for kill in found if kill is not None and kill.program]
    return {
        "id": mutant.id,
        "line": mutant.line,
        "operator": mutant.operator,
        "kills": kills,
        "killed_by_corpus": bool(result.clauses),
        "program": programs[0] if programs else None,
    }


def show(told: dict[str, Any], console: Console) -> None:
    """Print the tables."""
    console.print(_suites(told))
    for population, reason in told["left_out"].items():
        console.print(f"{population}: not run, {reason}", soft_wrap=True)
    console.print(f"{told['equivalent']} equivalent mutants are recorded and were not run\n")
    console.print(_clauses(told["clauses"]))
    idle = [clause for clause, count in told["clauses"].items() if not count]
    if len(idle) > _MANY:  # a small sample says little of them
        console.print(f"{len(idle)} clauses kill nothing here\n")
    elif idle:
        console.print(f"kill nothing: {', '.join(idle)}\n", soft_wrap=True)
    for suite, ids in told["survivors"].items():
        console.print(f"{suite}: {len(ids)} survivors")
    for id in told["survivors"]["ci"]:
        console.print(f"  {id}", soft_wrap=True)


def _suites(told: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    columns = ("mutants", "suite", "killed", "of", "rate", "median s", "worst s")
    for column in columns:
        table.add_column(column, justify="left" if column in columns[:2] else "right")
    for population, suites in told["suites"].items():
        for suite, row in suites.items():
            if row is None:
                continue
            times = (row["median_seconds"], row["worst_seconds"])
            shown = ("-" if time is None else f"{time:.2f}" for time in times)
            rate = f"{100 * row['rate']:.1f}%"
            table.add_row(population, suite, str(row["killed"]), str(row["mutants"]), rate, *shown)
    return table


def _clauses(counts: dict[str, int]) -> Table:
    table = Table(box=None, pad_edge=False)
    for _ in range(_A_ROW):
        table.add_column("kills of clause", no_wrap=True)
        table.add_column(justify="right")
    cells = [cell for clause, count in counts.items() if count for cell in (clause, str(count))]
    for start in range(0, len(cells), 2 * _A_ROW):
        table.add_row(*cells[start : start + 2 * _A_ROW])
    return table
