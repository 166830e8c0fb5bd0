"""Measures the reference against the interpreter's own mmap, side by side in one run.

    python tools/benchmark_reference.py [--quick] [--group GROUP] [--json PATH] [--markdown PATH]

Each statement is timed by ``timeit``, on both in turn and on maps with the same bytes, and
the whole list is gone through several times, each time in a new process: what else the
machine does then hits both, and where things happen to lie in memory is not what is measured.
Printed is how many times as long the stdlib takes: the median of the ratios of a timing to
the one beside it, in processor time, and in real time where a statement waits for the disk.
That something is slow is told and changes no exit code.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.cases import CASES, WORST_CASES
from benchmarks.measure import IMPLEMENTATIONS, Effort, measure
from benchmarks.report import Result, as_json, markdown, summary
from rich.console import Console
from rich.progress import Progress

EXIT_OK, EXIT_USAGE, EXIT_NOT_BUILT = 0, 2, 4
FULL, QUICK = Effort(4, 0.1, 0.0005), Effort(1, 0.05, 0.0005)


def run(results: list[Result], worst: list[Result], effort: Effort, console: Console) -> None:
    """Measure everything as often as it takes."""
    names = list(IMPLEMENTATIONS)
    jobs = [(result, names) for result in results]
    jobs += [(result, ["reference"]) for result in worst]
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("", total=effort.rounds * (len(results) + len(worst)))
        for _ in range(effort.rounds):
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
                for result, implementations in jobs:
                    progress.update(task, description=result.case.group)
                    timed = process.submit(measure, result.case, effort, implementations)
                    result.turns += timed.result()
                    progress.advance(task)
            names.reverse()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    known = list(dict.fromkeys(case.group for case in (*CASES, *WORST_CASES)))
    parser.add_argument("--quick", action="store_true", help="less often: ratios are off by 10%%")
    parser.add_argument(
        "--group", action="append", choices=known, help="measure only this one (repeatable)"
    )
    parser.add_argument("--json", type=Path, metavar="PATH", help="where to write the figures")
    parser.add_argument("--markdown", type=Path, metavar="PATH", help="where to write the tables")
    parsed = parser.parse_args(arguments)
    try:
        importlib.import_module(IMPLEMENTATIONS["reference"])
    except ModuleNotFoundError as error:
        print(f"benchmark_reference: {error}", file=sys.stderr)
        return EXIT_NOT_BUILT
    wanted = parsed.group or known
    results = [Result(case) for case in CASES if case.group in wanted]
    worst = [Result(case) for case in WORST_CASES if case.group in wanted]
    run(results, worst, QUICK if parsed.quick else FULL, Console(stderr=True))
    Console().print(summary(results, worst))
    for path, text in (
        (parsed.json, lambda: json.dumps(as_json(results, worst), indent=2) + "\n"),
        (parsed.markdown, lambda: markdown(results, worst)),
    ):
        try:
            if path is not None:
                path.write_text(text(), "utf-8")
        except OSError as error:
            print(f"benchmark_reference: cannot write {path}: {error.strerror}", file=sys.stderr)
            return EXIT_USAGE
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
