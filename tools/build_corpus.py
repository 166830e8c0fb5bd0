"""Writes the corpus: for each clause the smallest program that the generators find for it.

    python tools/build_corpus.py

Only the model is asked; no implementation runs. A clause that no program reaches is
listed, and the exit code is 1.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from rich.progress import track

from mmap_conformance.reduce import fewer
from mmap_spec_tests.clause import EDITIONS, Clause
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.draw import BytesDraw
from mmap_spec_tests.model import Facts, Unrunnable, World, follow
from mmap_spec_tests.operations import Operation, Program, descriptor, octets, pattern
from mmap_spec_tests.programs import Generator
from mmap_spec_tests.rules import AREAS

TARGET = Path(__file__).parents[1] / "spec_tests/mmap_spec_tests/corpus/examples.json"
ROUNDS = 400
CONSTANTS = {name: number for number, name in enumerate(("MADV_NORMAL", "MADV_WILLNEED"))}
CAPABILITIES = frozenset(("resize", "madvise", "fork", "python-buffers"))


LEAVES = [
    Operation("f0", "file()", [pattern(13)]),
    Operation("m0", "mmap()", [descriptor("f0"), 0]),
    Operation("m0", "write", [octets(b"a")]),
    Operation("m0", "read", [5]),
    Operation("", "exit()"),
]
"""No rule proposes to leave: it costs a worker."""


def facts(edition: tuple[int, ...]) -> Facts:
    """A Unix implementation of an edition that can do everything."""
    return Facts(edition, constants=CONSTANTS, capabilities=CAPABILITIES)


def clauses_of(program: Program, surroundings: Facts) -> set[str]:
    """The clauses that a program's expectations rest on; none if it makes no sense."""
    world = World(surroundings)
    try:
        return {clause for item in program for clause in follow(world, item).clauses}
    except Unrunnable:
        return set()


def applies(clause: Clause, surroundings: Facts) -> bool:
    """Whether an implementation is held to a clause."""
    return clause.holds(surroundings.edition, surroundings.platform, surroundings.capabilities)


def main() -> int:
    """Search, reduce, write; 1 if a clause has no program."""
    found: dict[str, Program] = {"lifecycle.clean-exit": LEAVES}
    choices = random.Random(1)
    editions = [EDITIONS[0], EDITIONS[6], EDITIONS[12], EDITIONS[13], EDITIONS[14]]
    for number in track(range(ROUNDS), "searching", transient=True):
        surroundings = facts(editions[number % len(editions)])
        generator = Generator(surroundings)
        for area in AREAS:
            steps = generator.program(BytesDraw(choices.randbytes(300)), area, 30)
            program = [operation for operation, _ in steps]
            reached = {clause for _, expectation in steps for clause in expectation.clauses}
            for clause in reached - found.keys():
                if applies(CLAUSES[clause], surroundings):
                    found[clause] = smallest(program, clause, surroundings)
    TARGET.write_text(as_text(found), "utf-8")
    here = facts(EDITIONS[0]).platform
    missing = [c.id for c in CLAUSES.values() if here in c.platforms and c.id not in found]
    for clause in missing:
        print(f"no program reaches {clause}")
    print(f"{len(found)} programs")
    return 1 if missing else 0


def smallest(program: Program, clause: str, surroundings: Facts) -> Program:
    """The program cut down to what reaches the clause."""
    for end in range(1, len(program) + 1):
        if clause in clauses_of(program[:end], surroundings):
            return fewer(program[:end], lambda p: clause in clauses_of(p, surroundings))
    raise AssertionError(f"{clause} was reached and is not")


def as_text(found: dict[str, Program]) -> str:
    """The corpus file's text: one program a line, in the order of the clauses."""
    lines = [
        f"{json.dumps(clause)}: [{json.dumps([list(item) for item in found[clause]])}]"
        for clause in CLAUSES
        if clause in found
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
