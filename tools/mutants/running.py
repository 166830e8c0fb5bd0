"""Runs every suite on every mutant, a few at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from mutants.building import Builder, Built
from mutants.gate import Kill, Launch, adapters, failing_clauses, gate
from mutants.mutant import Mutant
from mutants.others import plain_machine, test_mmap

SUITES = ("smoke", "ci", "test_mmap", "plain machine")
OURS = SUITES[:2]
JOBS = os.cpu_count() or 1
HISTORICAL = Path(__file__).with_name("historical")
PLANT = "from mmap_reference.historical import plant\n\nmmap = plant({!r}, mmap)\n"
"""Ends a module of the package that is to have a historical fault."""


@dataclass(frozen=True)
class Result:
    """What became of one mutant.

    Attributes:
        mutant: which.
        population: what it is counted with: a platform, or ``historical``.
        kills: by name of the suite that was run, what gave it away, if anything.
        clauses: those that a program of the corpus finds broken.
    """

    mutant: Mutant
    population: str
    kills: Mapping[str, Kill | None]
    clauses: frozenset[str] = frozenset()

    def survives(self, suite: str) -> bool:
        """Whether a suite was run and found nothing."""
        return suite in self.kills and self.kills[suite] is None


@dataclass(frozen=True)
class Plan:
    """What is run on a package, and how.

    Attributes:
        launches: how its workers start, in which folder the package is.
        suites: the names of those that are run.
        known: names of tests of ``test_mmap`` that fail without a mutant.
    """

    launches: Callable[[Path], Launch]
    suites: Sequence[str] = SUITES
    known: Sequence[str] = field(default_factory=tuple)


def here(folder: Path) -> Launch:
    """In this interpreter."""
    return Launch(environment={"PYTHONPATH": str(folder)})


def examine(folder: Path, plan: Plan) -> tuple[dict[str, Kill | None], set[str]]:
    """What the suites say of the package in a folder, and which clauses fail."""
    both = adapters(folder, plan.launches(folder))
    kills: dict[str, Kill | None] = {}
    clauses: set[str] = set()
    killed: Kill | None = None
    for budget in OURS:  # what a shorter budget finds, a longer one finds as soon
        if budget in plan.suites:
            for adapter in both:
                killed = killed or gate(adapter, budget)
            kills[budget] = killed
    if killed is not None:
        clauses = set().union(*map(failing_clauses, both))
    if "test_mmap" in plan.suites:
        kills["test_mmap"] = test_mmap(folder, plan.known)
    if "plain machine" in plan.suites:
        kills["plain machine"] = plain_machine(folder)
    return kills, clauses


def build_all(builder: Builder, mutants: Sequence[Mutant], most: int) -> Iterator[Built | None]:
    """Compile mutants, each told as it is done; no more than so many that differ."""
    seen: set[str] = set()
    with ThreadPoolExecutor(JOBS) as pool:
        for start in range(0, len(mutants), 4 * JOBS):
            if len(seen) >= most:
                return
            for built in pool.map(builder.build, mutants[start : start + 4 * JOBS]):
                new = built is not None and built.digest not in seen and len(seen) < most
                if built is not None and new:
                    seen.add(built.digest)
                yield built if new else None


def run_all(
    builder: Builder, mutants: Sequence[Built | str], plan: Plan, folder: Path
) -> Iterator[Result]:
    """Run the suites on mutants and historical faults, each told as it is done.

    Args:
        builder: makes the packages.
        mutants: what was compiled, and names of historical faults.
        plan: what is run.
        folder: for the packages.
    """
    pool = ProcessPoolExecutor(JOBS)
    try:
        jobs = [
            pool.submit(_run, builder, mutant, plan, folder / str(number))
            for number, mutant in enumerate(mutants)
        ]
        for done in as_completed(jobs):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _run(builder: Builder, mutant: Built | str, plan: Plan, folder: Path) -> Result:
    if isinstance(mutant, Built):
        builder.link(mutant, folder)
        return _examined(mutant.mutant, builder.toolchain.platform, plan, folder)
    plant(builder, mutant, folder)
    return _examined(Mutant(mutant, "historical", 0, ()), "historical", plan, folder)


def plant(builder: Builder, name: str, folder: Path) -> None:
    """Make the package with a historical fault; with none, but as those are made, for no name."""
    builder.link(None, folder)
    package = folder / "mmap_reference"
    shutil.copytree(HISTORICAL, package / HISTORICAL.name)
    for module in ("__init__.py", "latest.py"):
        with (package / module).open("a", encoding="utf-8") as stream:
            stream.write(PLANT.format(name))


def _examined(mutant: Mutant, population: str, plan: Plan, folder: Path) -> Result:
    try:
        kills, clauses = examine(folder, plan)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Result(mutant, population, kills, frozenset(clauses))
