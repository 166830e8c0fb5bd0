"""Measures the engine against a plain Hypothesis state machine, side by side in one run.

    python tools/benchmark_engine.py [--rounds N] [--seconds S] [--json PATH]

All carry out operations of the same rules on the same model, compare every outcome, and run
on the reference, which gives them no finding to stop at: a plain ``RuleBasedStateMachine`` in
its own process, the engine in its own process, and the engine with a worker; these two also
on two processes. Printed are operations per second and the ratios, and what a second
implementation in the same run costs, as a part of the first.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from mmap_conformance.adapters import resolve
from mmap_conformance.engine import scratch
from mmap_conformance.errors import StartError
from mmap_conformance.events import Finished, ProgramsRun
from mmap_conformance.inprocess import InProcess
from mmap_conformance.options import Options
from mmap_conformance.parallel import run
from mmap_conformance.supply import LENGTH
from mmap_spec_tests.expectation import Outcome
from mmap_spec_tests.machines import Machine, machine_for
from mmap_spec_tests.operations import Operation

AREA = "everything"
EXIT_OK, EXIT_USAGE, EXIT_NOT_BUILT = 0, 2, 4


class Counting(InProcess):
    """Counts operations, and ends the machine's run once its time is up."""

    operations = 0

    def outcome(self, operation: Operation) -> Outcome:
        self.operations += 1
        return super().outcome(operation)


def plain(seconds: float, _: int) -> float:
    """Operations per second of the plain state machine, which Hypothesis seeds.

    Args:
        seconds: how long to run, about.
    """
    with scratch() as directory:
        executor = Counting("mmap_reference", directory, (3, 1))
        machine: type[Machine] = machine_for(AREA, executor)
        begun = time.perf_counter()
        while time.perf_counter() - begun < seconds:
            few = settings(
                max_examples=20,
                stateful_step_count=LENGTH,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            run_state_machine_as_test(machine, settings=few)
        return executor.operations / (time.perf_counter() - begun)


def _options(seconds: float, seed: int, isolation: str, jobs: int = 1) -> Options:
    return Options(
        budget=str(seconds * jobs),
        seed=seed,
        isolation=isolation,
        areas=(AREA,),
        edition=(3, 1),
        jobs=jobs,
    )


def engine(isolation: str, jobs: int = 1) -> Callable[[float, int], float]:
    """A measurement of the engine's operations per second, with a worker or not."""

    def measure(seconds: float, seed: int) -> float:
        events = list(run([resolve("reference")], _options(seconds, seed, isolation, jobs)))
        finished = next(event for event in events if isinstance(event, Finished))
        if finished.findings:
            raise RuntimeError(f"the reference has findings: {finished.findings[0]}")
        return finished.operations / finished.seconds * jobs

    return measure


def second(seconds: float, seed: int, isolation: str) -> float:
    """What a second implementation costs that gets the same programs, in times of the first."""
    reference = resolve("reference")
    both = [replace(reference, name=name) for name in ("first", "second")]
    last = None
    for event in run(both, _options(seconds, seed, isolation)):
        if isinstance(event, ProgramsRun) and event.implementation == "second":
            last = event.done
        elif isinstance(event, Finished):
            break
    if last is None:
        raise RuntimeError("too short: nothing is known of the second")
    return last


MEASUREMENTS: dict[str, Callable[[float, int], float]] = {
    "plain": plain,
    "in_process": engine("none"),
    "in_process_on_two": engine("none", 2),
    "isolated": engine("process"),
    "isolated_on_two": engine("process", 2),
}


def main() -> int:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each round")
    parser.add_argument("--json", type=Path, metavar="PATH", help="where to write the figures")
    parsed = parser.parse_args()
    try:
        resolve("reference")
    except StartError as error:
        print(f"benchmark_engine: {error}", file=sys.stderr)
        return EXIT_NOT_BUILT
    rates: dict[str, list[float]] = {name: [] for name in MEASUREMENTS}
    costs: dict[str, list[float]] = {"none": [], "process": []}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(
            "measuring", total=parsed.rounds * (len(MEASUREMENTS) + len(costs))
        )
        for seed in range(parsed.rounds):
            for name, measure in MEASUREMENTS.items():
                rates[name].append(measure(parsed.seconds, seed))
                progress.advance(task)
            for isolation, each in costs.items():
                each.append(second(parsed.seconds, seed, isolation))
                progress.advance(task)
    figures = {name: statistics.median(each) for name, each in rates.items()}
    result: dict[str, Any] = {
        "isolated_ratio": round(figures["isolated"] / figures["plain"], 2),
        "in_process_ratio": round(figures["in_process"] / figures["plain"], 2),
        "second_costs": {name: round(statistics.median(each), 2) for name, each in costs.items()},
        "operations_per_second": {name: round(rate) for name, rate in figures.items()},
        "rounds": {name: [round(rate) for rate in each] for name, each in rates.items()},
    }
    table = Table(box=None, pad_edge=False)
    for column in ("", "operations/s", "ratio"):
        table.add_column(column, justify="right" if column else "left")
    for name, rate in figures.items():
        table.add_row(name.replace("_", "-"), f"{rate:,.0f}", f"{rate / figures['plain']:.1f}")
    Console().print(table)
    for isolation, cost in result["second_costs"].items():
        print(f"a second implementation, isolation {isolation}: {cost} of the first")
    if parsed.json is not None:
        try:
            parsed.json.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
        except OSError as error:
            print(
                f"benchmark_engine: cannot write {parsed.json}: {error.strerror}", file=sys.stderr
            )
            return EXIT_USAGE
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
