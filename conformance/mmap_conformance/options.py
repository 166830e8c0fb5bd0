"""The options of a run, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mmap_spec_tests.clause import Edition, Level

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
        jobs: implementations run at once.
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

    @property
    def seconds(self) -> float:
        """The budget in seconds."""
        return BUDGETS.get(self.budget) or float(self.budget)
