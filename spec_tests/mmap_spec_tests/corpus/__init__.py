"""Programs that are kept, and that every run begins with.

``examples.json`` has for each clause a smallest program that shows it, ``killers.json`` the
programs that found faults which no example finds.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from mmap_spec_tests.operations import Operation, Program


class Entry(NamedTuple):
    """A program that is kept, and the clause it was kept for."""

    clause: str
    program: Program


@lru_cache(maxsize=1)
def corpus() -> tuple[Entry, ...]:
    """All programs that are kept."""
    return examples() + _read("killers.json")


@lru_cache(maxsize=1)
def examples() -> tuple[Entry, ...]:
    """The programs that show a clause, by clause."""
    return _read("examples.json")


def _read(name: str) -> tuple[Entry, ...]:
    text = files(__name__).joinpath(name).read_text("utf-8")
    return tuple(
        Entry(clause, [Operation(*item) for item in program])
        for clause, programs in json.loads(text).items()
        for program in programs
    )


def example(clause: str) -> Program | None:
    """The smallest program that shows a clause, or None where there is none."""
    programs = [entry.program for entry in examples() if entry.clause == clause]
    return min(programs, key=len) if programs else None
