"""Measures how fast findings are reduced, and how far, over faults planted in the reference.

    python tools/benchmark_reduction.py [--sample N] [--seed S] [--json PATH]

Each fault is searched for until the first finding that it leads to. Printed are the seconds
spent on its reduction, how many operations are left, and whether it is one-minimal: without
any one of them the program goes wrong in another way or not at all.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.planted import names
from rich.progress import Progress

from mmap_conformance import triage
from mmap_conformance.adapters import Adapter, resolve
from mmap_conformance.engine import run
from mmap_conformance.errors import StartError, UsageError
from mmap_conformance.events import Finding, Found
from mmap_conformance.judge import Divergence
from mmap_conformance.options import Options
from mmap_conformance.replay import replay

EXIT_FAILED, EXIT_USAGE, EXIT_NOT_BUILT = 1, 2, 4
OPTIONS = Options(budget="smoke", timeout=2.0)


@dataclass(frozen=True)
class Reduced:
    """What became of one planted fault.

    Attributes:
        fault: its name.
        found: after so many seconds; None where it was not.
        seconds: spent on reduction.
        operations: that are left.
        minimal: whether each of them is needed.
    """

    fault: str
    found: float | None = None
    seconds: float = 0.0
    operations: int = 0
    minimal: bool = False


class Stopwatch:
    """Seconds spent inside a function that it wraps."""

    def __init__(self, timed: Callable[..., Any]) -> None:
        self._timed = timed
        self.seconds = 0.0

    def __call__(self, *arguments: Any) -> Any:
        begun = time.perf_counter()
        try:
            return self._timed(*arguments)
        finally:
            self.seconds += time.perf_counter() - begun


def adapter_for(fault: str) -> Adapter:
    """The reference with a fault."""
    reference = resolve("reference")
    folder = str(Path(__file__).with_name("benchmarks"))
    environment = {"PYTHONPATH": folder, "MMAP_PLANTED": fault}
    command = (*reference.command[:-1], "planted")
    return replace(reference, name=fault, command=command, environment=environment)


def measure(fault: str) -> Reduced:
    """Search for a fault, and look at the program that shows it."""
    adapter, usual = adapter_for(fault), triage.reduce
    stopwatch = Stopwatch(usual)
    triage.reduce = stopwatch
    begun = time.perf_counter()
    try:
        for event in run([adapter], OPTIONS):
            if isinstance(event, Found):
                spent = time.perf_counter() - begun
                program = event.finding.program
                minimal = is_minimal(adapter, event.finding)
                return Reduced(fault, spent, stopwatch.seconds, len(program), minimal)
    finally:
        triage.reduce = usual
    return Reduced(fault)


def is_minimal(adapter: Adapter, finding: Finding) -> bool:
    """Whether the program of a finding shows it no more without any one operation."""
    program, shown = finding.program, _shown(adapter, finding.program)
    if shown is None:
        raise RuntimeError(f"{adapter.name}: the reduced program shows nothing")
    for number in range(len(program) - 1):
        found = _shown(adapter, [*program[:number], *program[number + 1 :]])
        if found is not None and (found.clause, found.kind) == (shown.clause, shown.kind):
            return False
    return True


def _shown(adapter: Adapter, program: Any) -> Divergence | None:
    """What the last operation of a program does wrong, if nothing before it does."""
    try:
        found = replay(adapter, program, OPTIONS).divergence
    except UsageError:  # it makes no sense any more
        return None
    return found if found is not None and found.number == len(program) - 1 else None


def main(arguments: list[str]) -> int:
    """Measure, print, and write what was asked for; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, metavar="N", help="so many faults (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (default: 0)")
    parser.add_argument("--json", type=Path, metavar="PATH", help="where to write the figures")
    parsed = parser.parse_args(arguments)
    faults = names()
    if parsed.sample is not None:
        faults = random.Random(parsed.seed).sample(faults, min(parsed.sample, len(faults)))
    try:
        resolve("reference")
    except StartError as error:
        print(f"benchmark_reduction: {error}", file=sys.stderr)
        return EXIT_NOT_BUILT
    results = []
    with Progress(transient=True) as progress:
        for fault in progress.track(faults, description="reducing"):
            results.append(measure(fault))
    return report(results, parsed.json)


def report(results: list[Reduced], path: Path | None) -> int:
    """Print what was measured; 1 where a fault was not found or a program is not minimal."""
    found = [each for each in results if each.found is not None]
    for each in results:
        if each.found is None:
            print(f"NOT FOUND: {each.fault}")
        elif not each.minimal:
            print(f"NOT MINIMAL: {each.fault}: {each.operations} operations")
    seconds = [each.seconds for each in found] or [0.0]
    operations = [each.operations for each in found] or [0]
    figures = {
        "faults": len(results),
        "found": len(found),
        "one_minimal": sum(each.minimal for each in found),
        "median_seconds": round(statistics.median(seconds), 3),
        "worst_seconds": round(max(seconds), 3),
        "median_operations": statistics.median(operations),
        "most_operations": max(operations),
    }
    for name, figure in figures.items():
        print(f"{name.replace('_', ' ')}: {figure}")
    if path is not None:
        try:
            path.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
        except OSError as error:
            print(f"benchmark_reduction: cannot write {path}: {error.strerror}", file=sys.stderr)
            return EXIT_USAGE
    good = len(results) == len(found) == figures["one_minimal"]
    return 0 if good and results else EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
