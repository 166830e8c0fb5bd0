"""One measurement, from sources to figures."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from mmap_conformance.errors import UsageError
from mutants.building import Builder, Built, Toolchain, native
from mutants.equivalent import equivalent
from mutants.generate import mutants_of, ready_made, sample, sources
from mutants.historical import FAULTS
from mutants.mutant import Mutant
from mutants.others import failing_tests
from mutants.report import figures
from mutants.running import Plan, Result, build_all, examine, here, run_all
from mutants.windows import Missing, windows

SOURCE = Path(__file__).parents[2] / "reference" / "mmap_reference"


def measure(source: Path, folder: Path, count: int | None, seed: int) -> dict[str, Any]:
    """Make mutants, build them, run the suites; the figures.

    Args:
        source: the package, or a folder of packages that each are a mutant of the reference.
        folder: for all that is built.
        count: of mutants of each population, chosen by chance; None for all.
        seed: of this choice.

    Raises:
        UsageError: there are no sources, they do not compile, or a suite finds something in
            what has no fault.
    """
    original, mutants, faults = _mutants(source)
    known = equivalent()
    recorded = [mutant for mutant in mutants if mutant.id in known]
    wanted = [mutant for mutant in mutants if mutant.id not in known]
    # Those that compile to nothing new are passed over: all are in question, in this order.
    order = wanted if count is None else sample(wanted, len(wanted), seed)
    faults = (
        faults if count is None else random.Random(seed).sample(faults, min(count, len(faults)))
    )
    left_out = {}
    with Progress(console=Console(stderr=True), transient=True) as progress:

        def population(tools: Toolchain, plan: Plan, mine: list[Mutant]) -> list[Result]:
            builder = Builder(original, tools, folder / tools.platform)
            plan = _sound(builder, plan, folder / f"unchanged-{tools.platform}")
            built: list[Built | str] = list(_built(builder, mine, count, progress))
            if tools.platform == "unix":
                built += faults
            return _results(builder, built, plan, folder / f"run-{tools.platform}", progress)

        results = population(native(), Plan(here), [m for m in order if m.platform != "windows"])
        mine = [mutant for mutant in order if mutant.platform == "windows"]
        try:
            with windows() as (tools, plan):
                results += population(tools, plan, mine)
        except Missing as error:
            left_out["windows"] = str(error)
    stale = known.keys() - {mutant.id for mutant in mutants} if original == source else ()
    return {**figures(results, recorded, left_out), "stale": sorted(stale)}


def _mutants(source: Path) -> tuple[Path, list[Mutant], list[str]]:
    """The package that is changed, its mutants, and the historical faults that go with it."""
    if not source.is_dir():
        raise UsageError(f"{source} is no folder")
    if sources(source):
        return source, mutants_of(source), list(FAULTS)
    mutants = ready_made(source, SOURCE)
    if not mutants:
        raise UsageError(
            f"{source} has no C code: give the folder of a package, or one of packages that "
            "differ from the reference"
        )
    return SOURCE, mutants, []


def _built(
    builder: Builder, mutants: Sequence[Mutant], count: int | None, progress: Progress
) -> Iterator[Built]:
    """The mutants that differ from the original and from each other."""
    affected = [mutant for mutant in mutants if builder.affects(mutant)]
    most = len(affected) if count is None else count
    task = progress.add_task(f"building, {builder.toolchain.platform}", total=most)
    for built in build_all(builder, affected, most):
        progress.advance(task, count is None or built is not None)
        if built is not None:
            yield built
    progress.remove_task(task)


def _results(
    builder: Builder, mutants: Sequence[Built | str], plan: Plan, folder: Path, progress: Progress
) -> list[Result]:
    """What becomes of them."""
    task = progress.add_task(f"running, {builder.toolchain.platform}", total=len(mutants))
    results = []
    for result in run_all(builder, mutants, plan, folder):
        progress.advance(task)
        results.append(result)
    progress.remove_task(task)
    return sorted(results, key=lambda result: (result.population, result.mutant.id))


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
