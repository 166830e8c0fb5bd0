"""Writes the corpus: for each clause the smallest program that the generators find for it, and
the programs of the findings that ship as known.

    python tools/build_corpus.py [FIGURES]

Only the model is asked; no implementation runs. A clause that no program reaches is
listed, and the exit code is 1. With the figures that ``tools/mutants --json`` wrote, the
programs that killed mutants are added which the corpus does not kill; the examples stay.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.progress import track

from mmap_conformance.expectations import shipped
from mmap_conformance.reduce import fewer
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clause import EDITIONS, Clause, edition_text
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.corpus import corpus, killers
from mmap_spec_tests.draw import BytesDraw
from mmap_spec_tests.model import Facts, Unrunnable
from mmap_spec_tests.operations import (
    Operation,
    Program,
    cut,
    descriptor,
    handle,
    octets,
    pattern,
    program_of,
)
from mmap_spec_tests.programs import Generator, modelled
from mmap_spec_tests.rules import AREAS

TARGET = Path(__file__).parents[1] / "spec_tests/mmap_spec_tests/corpus/examples.json"
FOUND = TARGET.with_name("found.json")
KILLERS = TARGET.with_name("killers.json")
EXIT_USAGE = 2
ROUNDS = 5000
_NAMES = ("MADV_NORMAL", "MADV_WILLNEED", "MS_SYNC", "MS_ASYNC")
CONSTANTS = {name: number for number, name in enumerate(_NAMES)}
CAPABILITIES = GRANTED | {"madvise", "fork", "python-buffers", "set_name"}


LEAVES = [
    Operation("f0", "file()", [pattern(13)]),
    Operation("m0", "mmap()", [descriptor("f0"), 0]),
    Operation("m0", "write", [octets(b"a")]),
    Operation("m0", "read", [5]),
    Operation("", "exit()"),
]
"""No rule proposes to leave: it costs a worker."""
GROW = Operation("b0", "append", [0])
GIVES = [
    Operation("m0", "mmap()", [-1, 4]),
    Operation("b0", "bytearray()", [pattern(5)]),
    *(Operation("m0", "write", [handle("b0")]), GROW),
    *(Operation("m0", "[]=", [cut(0, 4), handle("b0")]), GROW),
    *(Operation("m0", "find", [handle("b0")]), GROW),
    *(Operation("m0", "rfind", [handle("b0"), "1"]), GROW),
]
REFUSED = [
    Operation("f0", "file()", [pattern(13), "read"]),
    Operation("m0", "mmap()", [descriptor("f0"), 0]),
    Operation("m1", "mmap()", [descriptor("f0"), -1]),
    Operation("", "leaked()"),
]
STANDS = [
    Operation("f0", "file()", [pattern(13)]),
    Operation("f0", "seek", [5]),
    Operation("m0", "mmap()", [descriptor("f0"), 0]),
    Operation("f0", "position"),
]
PAST_END = [
    Operation("m0", "mmap()", [-1, 4]),
    Operation("m0", "find", [octets(b""), 5]),
    Operation("m0", "rfind", [octets(b""), 5]),
]
BEFORE_START = [
    Operation("f0", "file()", [pattern(13)]),
    Operation("m0", "mmap()", [descriptor("f0"), 0], {"offset": -(1 << 16)}),
]
FINDS = [
    Operation("f0", "file()", [pattern(13)]),
    Operation("m0", "mmap()", [descriptor("f0"), 0]),
    Operation("m0", "find", [octets(b"ho")]),
]
WRITTEN = {
    "search.find-lowest": FINDS,
    "offset.negative-overflow-error": BEFORE_START,
    "search.nothing-past-end": PAST_END,
    "constructor.descriptor-kept-where-it-stands": STANDS,
    "lifecycle.clean-exit": LEAVES,
    "lifecycle.arguments-let-go": GIVES,
    "lifecycle.descriptors-given-back": REFUSED,
}
"""Programs that say more than the smallest would: which methods, and that they fail."""


def facts(edition: tuple[int, ...]) -> Facts:
    """A Unix implementation of an edition that can do everything."""
    return Facts(edition, constants=CONSTANTS, capabilities=CAPABILITIES)


def clauses_of(program: Program, surroundings: Facts) -> set[str]:
    """The clauses that a program's expectations rest on; none if it makes no sense."""
    try:
        steps = modelled(program, surroundings)
        return {clause for _, expectation in steps for clause in expectation.clauses}
    except Unrunnable:
        return set()


def applies(clause: Clause, surroundings: Facts) -> bool:
    """Whether an implementation is held to a clause."""
    return clause.holds(surroundings.edition, surroundings.platform, surroundings.capabilities)


def surroundings() -> list[Facts]:
    """Every edition, with all that an implementation may be able to do, with less, and on
    Windows."""
    everything = [facts(edition) for edition in EDITIONS]
    less = [
        replace(f, capabilities=CAPABILITIES - {name})
        for name in ("python-buffers", *sorted(GRANTED))
        for f in everything
    ]
    windows = [Facts(edition, "windows", granularity=1 << 16) for edition in EDITIONS]
    return [*less, *everything, *windows]


def main() -> int:
    """Write the examples, or add what killed mutants; the exit code."""
    if len(sys.argv) == 1:
        return write_examples()
    try:
        print(f"{add_killers(json.loads(Path(sys.argv[1]).read_text('utf-8')))} programs added")
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"build_corpus: {sys.argv[1]} has no figures of mutants: {error}", file=sys.stderr)
        return EXIT_USAGE
    return 0


def add_killers(figures: dict[str, Any]) -> int:
    """Add the programs that killed what the corpus does not; how many are new.

    Args:
        figures: of ``tools/mutants --json``, whose mutants ran with the corpus as it is.

    Raises:
        KeyError, TypeError, ValueError: they are none.
    """
    kept = json.loads(KILLERS.read_text("utf-8"))
    there = {json.dumps(list(entry.program)) for entry in (*corpus(), *killers())}
    added = 0
    for mutant in figures["mutants"]:
        kill = mutant["kills"].get("ci") or mutant["kills"].get("smoke")
        if mutant["program"] is None or mutant["killed_by_corpus"] or kill["by"] not in CLAUSES:
            continue
        program = program_of(mutant["program"])
        text = json.dumps(program)
        if text not in there:
            there.add(text)
            kept.setdefault(kill["by"], []).append(program)
            added += 1
    KILLERS.write_text(as_text(kept), "utf-8")
    return added


def write_examples() -> int:
    """Search, reduce, write; 1 if a clause has no program somewhere it applies."""
    found: dict[str, list[Program]] = {
        clause: [each] for clause, each in WRITTEN.items() if clause in CLAUSES
    }
    choices = random.Random(1)
    places = surroundings()
    open_ = {
        (clause.id, number)
        for clause in CLAUSES.values()
        for number, place in enumerate(places)
        if clause.id not in found and applies(clause, place)
    }
    for number in track(range(ROUNDS), "searching", transient=True):
        number %= len(places)
        generator = Generator(places[number])
        for area in AREAS:
            steps = generator.program(BytesDraw(choices.randbytes(300)), area, 30)
            reached = {clause for _, expectation in steps for clause in expectation.clauses}
            for clause in sorted(clause for clause in reached if (clause, number) in open_):
                program = smallest([operation for operation, _ in steps], clause, places[number])
                found.setdefault(clause, []).append(program)
                open_ -= {
                    (clause, each)
                    for each, place in enumerate(places)
                    if (clause, each) in open_ and clause in clauses_of(program, place)
                }
    TARGET.write_text(as_text(found), "utf-8")
    FOUND.write_text(as_text(known()), "utf-8")
    for clause, number in sorted(open_):
        place = places[number]
        where = f"edition {edition_text(place.edition)} on {place.platform}"
        print(f"no program reaches {clause} in {where}")
    print(f"{sum(map(len, found.values()))} programs")
    return 1 if open_ else 0


def known() -> dict[str, list[Program]]:
    """The programs of the findings that ship as known, by clause, each once."""
    programs: dict[str, list[Program]] = {}
    for entry in shipped().entries:
        kept = programs.setdefault(entry.clause, [])
        if entry.program not in kept:
            kept.append(entry.program)
    return programs


def smallest(program: Program, clause: str, surroundings: Facts) -> Program:
    """The program cut down to what reaches the clause."""
    for end in range(1, len(program) + 1):
        if clause in clauses_of(program[:end], surroundings):
            break
    else:
        raise AssertionError(f"{clause} was reached and is not")
    longer, program = program + LEAVES, program[:end]
    while len(program) < len(longer):  # what is left out may have needed something earlier
        longer = program
        program = fewer(program, lambda p: clause in clauses_of(p, surroundings))
    return program


def as_text(found: dict[str, list[Program]]) -> str:
    """The corpus file's text: one clause a line, in their order."""
    lines = [
        f"{json.dumps(clause)}: {json.dumps([list(map(list, each)) for each in found[clause]])}"
        for clause in CLAUSES
        if clause in found
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
