"""Times a statement on the reference and on the stdlib in turn."""

from __future__ import annotations

import importlib
import re
import struct
import tempfile
import time
import timeit
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from .cases import Case, unit

IMPLEMENTATIONS = {"reference": "mmap_reference", "stdlib": "mmap"}
FEWEST = 3  # timings of a statement in a round


class Effort(NamedTuple):
    """How long to measure: seconds for each statement and implementation."""

    rounds: int
    a_round: float
    a_timing: float


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
        self.most, self.loops = case.most, 1

    def calibrate(self, seconds: float) -> None:
        """Find how often the statement runs in this time."""
        while (took := self.timer.timeit(self.loops)) < seconds and self.loops < self.most:
            factor = min(1.2 * seconds / max(took, 1e-9), 100)
            self.loops = min(self.most, max(self.loops + 1, int(self.loops * factor)))

    def time(self) -> float:
        """Seconds that it takes."""
        return self.timer.timeit(self.loops) / self.loops


def measure(case: Case, effort: Effort, names: Sequence[str]) -> list[dict[str, float]]:
    """Time the statement; seconds on each implementation, one shortly after the other.

    Args:
        names: of the implementations, the one whose map is made first at the front.
    """
    turns: list[dict[str, float]] = []
    with ExitStack() as stack:
        watches = {}
        for name in names:
            module = importlib.import_module(IMPLEMENTATIONS[name])
            watches[name] = Stopwatch(case, stack.enter_context(given(module, case)))
            watches[name].calibrate(effort.a_timing)
        order = list(watches)
        end = time.perf_counter() + len(order) * effort.a_round
        while len(turns) < FEWEST or time.perf_counter() < end:
            turns.append({name: watches[name].time() for name in order})
            order.reverse()
    return turns
