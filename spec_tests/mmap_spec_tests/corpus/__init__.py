"""Programs that are kept, each because it exercises a clause that others seldom reach, or
because an implementation was once found wrong with it, or a fault planted in one.

Every run begins with them. An example is the smallest program that shows a clause.
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
    """All programs that are kept for a clause, in the order of the clauses."""
    return _read("examples.json")


@lru_cache(maxsize=1)
def found() -> tuple[Entry, ...]:
    """The programs of the findings that the suite ships as known, each with its clause."""
    return _read("found.json")


@lru_cache(maxsize=1)
def killers() -> tuple[Entry, ...]:
    """The programs that found a planted fault which none of the others finds."""
    return _read("killers.json")


def _read(name: str) -> tuple[Entry, ...]:
    text = files(__name__).joinpath(name).read_text("utf-8")
    return tuple(
        Entry(clause, [Operation(*item) for item in program])
        for clause, programs in json.loads(text).items()
        for program in programs
    )


def example(clause: str) -> Program | None:
    """The smallest program that shows a clause, or None where there is none."""
    programs = [entry.program for entry in corpus() if entry.clause == clause]
    return min(programs, key=len) if programs else None
