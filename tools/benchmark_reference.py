"""Measures the reference against the interpreter's own mmap, side by side in one run.

    python tools/benchmark_reference.py [--quick] [--group GROUP] [--json PATH] [--markdown PATH]

Each statement is timed by ``timeit``, on both in turn and on maps with the same bytes, and
the whole list is gone through several times: what else the machine does then hits both.
Of all timings of a statement the fastest counts, in processor time, and in real time where
it waits for the disk. Printed is how many times as long the stdlib takes. That something
is slow is told and changes no exit code.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import math
import re
import struct
import sys
import tempfile
import time
import timeit
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.cases import CASES, WORST_CASES, Case, unit
from benchmarks.report import Result, as_json, markdown, summary
from rich.console import Console
from rich.progress import Progress

IMPLEMENTATIONS = {"reference": "mmap_reference", "stdlib": "mmap"}
FEWEST = 3  # timings of a statement in a round
EXIT_OK, EXIT_USAGE, EXIT_NOT_BUILT = 0, 2, 4


class Effort(NamedTuple):
    """How long to measure: seconds for each statement and implementation."""

    rounds: int
    a_round: float
    a_timing: float


FULL, QUICK = Effort(5, 0.1, 0.0005), Effort(1, 0.05, 0.0005)


@contextmanager
def given(module: Any, case: Case) -> Iterator[dict[str, Any]]:
    """What the statement may use: a map with its bytes, the type, a descriptor."""
    with ExitStack() as stack:
        fd = -1
        if case.of_file:
            stream = stack.enter_context(tempfile.TemporaryFile())
            stream.truncate(case.size)
            fd = stream.fileno()
        map = stack.enter_context(module.mmap(fd, case.size))
        if not case.of_file:
            piece = unit(case.kind)
            for begin in range(0, case.size, len(piece)):
                map[begin : begin + len(piece)] = piece[: case.size - begin]
        yield {
            "m": map,
            "mmap": module.mmap,
            "fd": fd,
            "unpack_from": struct.Struct("b").unpack_from,
            "search": re.compile(rb"b").search,
            **case.names,
        }


class Stopwatch:
    """Times one statement on one implementation."""

    def __init__(self, case: Case, names: dict[str, Any]) -> None:
        local = "; ".join(f"{name} = given[{name!r}]" for name in names)
        setup = f"{local}\n{case.setup}"
        clock = time.perf_counter if case.waits else time.process_time
        self.timer = timeit.Timer(case.statement, setup, clock, {"given": names})
        self.most, self.loops, self.best = case.most, 1, math.inf

    def calibrate(self, seconds: float) -> None:
        """Find how often the statement runs in this time."""
        while (took := self.timer.timeit(self.loops)) < seconds and self.loops < self.most:
            factor = min(1.2 * seconds / max(took, 1e-9), 100)
            self.loops = min(self.most, max(self.loops + 1, int(self.loops * factor)))

    def time(self) -> None:
        """Once more; the fastest counts."""
        self.best = min(self.best, self.timer.timeit(self.loops) / self.loops)


def measure(case: Case, effort: Effort, names: Sequence[str]) -> dict[str, float]:
    """Seconds that the statement takes on each implementation.

    Args:
        names: of the implementations, the one whose map is made first at the front.
    """
    with ExitStack() as stack:
        watches = {}
        for name in names:
            module = importlib.import_module(IMPLEMENTATIONS[name])
            watches[name] = Stopwatch(case, stack.enter_context(given(module, case)))
            watches[name].calibrate(effort.a_timing)
        turn = list(watches.values())
        end = time.perf_counter() + len(turn) * effort.a_round
        for count in itertools.count():
            if count >= FEWEST and time.perf_counter() > end:
                break
            for watch in turn:
                watch.time()
            turn.reverse()
    return {name: watch.best for name, watch in watches.items()}


def run(results: list[Result], worst: list[Result], effort: Effort, console: Console) -> None:
    """Measure everything as often as it takes."""
    names = list(IMPLEMENTATIONS)
    jobs = [(result, names) for result in results]
    jobs += [(result, ["reference"]) for result in worst]
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("", total=effort.rounds * (len(results) + len(worst)))
        for _ in range(effort.rounds):
            for result, implementations in jobs:
                progress.update(task, description=result.case.group)
                result.update(measure(result.case, effort, implementations))
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
