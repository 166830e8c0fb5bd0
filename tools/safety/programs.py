"""Programs to feed an implementation with, where nobody judges what comes of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from mmap import PAGESIZE

from mmap_conformance.adapters import REFERENCES
from mmap_conformance.inprocess import model_facts
from mmap_conformance.options import Options
from mmap_conformance.supply import Supply
from mmap_conformance.worker import facts, load
from mmap_spec_tests.corpus import corpus
from mmap_spec_tests.model import Facts, Unrunnable
from mmap_spec_tests.operations import Operation, Program, descriptor, pattern
from mmap_spec_tests.programs import modelled


def here() -> Facts:
    """The world of the newest edition on this system.

    Raises:
        ModuleNotFoundError: the reference was not built.
    """
    module, edition = REFERENCES["reference-latest"]
    loaded, problem = load(module)
    if problem:
        raise ModuleNotFoundError(problem)
    return model_facts(facts(loaded), edition)


def kept(world: Facts) -> list[Program]:
    """The programs of the corpus that make sense in a world."""
    programs = [entry.program for entry in corpus()]
    return [program for program in programs if _makes_sense(program, world)]


def _makes_sense(program: Program, world: Facts) -> bool:
    try:
        modelled(program, world)
    except Unrunnable:
        return False
    return True


def special() -> list[Program]:
    """What no rule makes: maps that the system holds in several areas, and their names; and
    what the corpus may do without: a file that grows."""
    page = PAGESIZE
    first_page = [{"constant": "MADV_DONTFORK"}, 0, page]
    programs: list[Program] = [
        [
            Operation("f0", "file()", [pattern(page)]),
            Operation("m0", "mmap()", [descriptor("f0"), 0]),
            Operation("m0", "resize", [3 * page]),
        ]
    ]
    for size in (2 * page, 10 * page):
        for keywords in ({}, {"flags": {"constant": "MAP_PRIVATE"}}):
            programs.append(
                [
                    Operation("f0", "file()", [pattern(5 * page)]),
                    Operation("m0", "mmap()", [descriptor("f0"), 0], keywords),
                    Operation("m0", "madvise", first_page),
                    Operation("m0", "resize", [size]),
                    Operation("m0", "[]=", [size - 1, 1]),
                ]
            )
    for name in ("name", "", "n" * 67, "a\0b", 1):
        programs.append(
            [Operation("m0", "mmap()", [-1, page]), Operation("m0", "set_name", [name])]
        )
    return programs


def generated(seed: int) -> Iterator[Program]:
    """Programs of all areas in turn, without end, for the newest edition."""
    supply = Supply(here(), Options(seed=seed), ())
    for number in count():
        yield [operation for operation, _ in supply.program(number)]
