"""One measurement, from sources to figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from mmap_conformance.errors import UsageError
from mutants.building import Builder, Built, native
from mutants.equivalent import equivalent
from mutants.generate import mutants_of, sample
from mutants.mutant import Mutant
from mutants.others import failing_tests
from mutants.report import figures
from mutants.running import Plan, Result, build_all, examine, here, run_all


def measure(source: Path, folder: Path, count: int | None, seed: int) -> dict[str, Any]:
    """Make mutants, build them, run the suites; the figures.

    Args:
        source: the package.
        folder: for all that is built.
        count: of mutants, chosen by chance; None for all.
        seed: of this choice.

    Raises:
        UsageError: there are no sources, they do not compile, or a suite finds something in
            what has no fault.
    """
    mutants = mutants_of(source)
    if not mutants:
        raise UsageError(f"{source} has no C code: give a folder with the sources of a package")
    known = equivalent()
    recorded = [mutant for mutant in mutants if mutant.id in known]
    stale = sorted(known.keys() - {mutant.id for mutant in mutants})
    wanted = [mutant for mutant in mutants if mutant.id not in known]
    wanted = sample(wanted, len(wanted), seed) if count is not None else wanted
    with Progress(console=Console(stderr=True), transient=True) as progress:
        builder = Builder(source, native(), folder / "unix")
        results = _population(builder, Plan(here), wanted, count, folder / "run", progress)
    return {**figures(results, recorded, {}), "stale": stale}


def _population(
    builder: Builder,
    plan: Plan,
    mutants: Sequence[Mutant],
    count: int | None,
    folder: Path,
    progress: Progress,
) -> list[Result]:
    """The results of one platform's mutants."""
    plan = _sound(builder, plan, folder / "unchanged")
    affected = [mutant for mutant in mutants if builder.affects(mutant)]
    most = len(affected) if count is None else count
    task = progress.add_task("building", total=len(affected))
    built: list[Built] = []
    for each in build_all(builder, affected, most):
        progress.advance(task)
        if each is not None:
            built.append(each)
    progress.remove_task(task)
    task = progress.add_task("running", total=len(built))
    results = []
    for result in run_all(builder, built, plan, folder):
        progress.advance(task)
        results.append(result)
    progress.remove_task(task)
    order = {mutant.id: number for number, mutant in enumerate(mutants)}
    return sorted(results, key=lambda result: order[result.mutant.id])


def _sound(builder: Builder, plan: Plan, folder: Path) -> Plan:
    """The plan, once no suite finds anything where nothing is changed.

    Raises:
        UsageError: one does.
    """
    problem = builder.link(None, folder)
    if problem:
        raise UsageError(f"the package does not link: {problem}")
    if "test_mmap" in plan.suites:
        plan = replace(plan, known=failing_tests(folder))
    kills, _ = examine(folder, plan)
    for suite, kill in kills.items():
        if kill is not None:
            raise UsageError(f"without a mutant {suite} finds {kill.by}: nothing can be measured")
    return plan
