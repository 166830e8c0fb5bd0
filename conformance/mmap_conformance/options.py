"""The options of a run, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mmap_spec_tests.clause import Edition, Level
from mmap_spec_tests.clauses import AREA_OF, CLAUSES

BUDGETS = {"smoke": 4.0, "ci": 45.0, "deep": 1800.0}
"""Seconds of searching for each named budget."""


@dataclass(frozen=True)
class Options:
    """How to run.

    Attributes:
        edition: of the documentation; None asks each implementation.
        level: clauses below it inform and never fail.
        budget: ``smoke``, ``ci``, ``deep`` or a number of seconds, as text.
        seed: of all choices.
        timeout: seconds one operation may take.
        isolation: ``process``, or ``none`` for the same process.
        clauses: ids the run is restricted to; empty for all.
        areas: areas of rules the run is restricted to; empty for all.
        expectations: a file of findings that are known, or None.
        jobs: processes that share the work.
    """

    edition: Edition | None = None
    level: Level = "should"
    budget: str = "ci"
    seed: int = 0
    timeout: float = 5.0
    isolation: str = "process"
    clauses: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    expectations: Path | None = None
    jobs: int = 1

    def wanted(self) -> frozenset[str]:
        """The clauses that are asked for, by their ids or by their areas."""
        if not self.clauses and (not self.areas or "everything" in self.areas):
            return frozenset(CLAUSES)
        by_area = (clause for clause, area in AREA_OF.items() if area in self.areas)
        return frozenset((*self.clauses, *by_area))

    @property
    def seconds(self) -> float:
        """The budget in seconds."""
        return BUDGETS.get(self.budget) or float(self.budget)
