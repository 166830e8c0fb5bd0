"""The programs that are kept: each shows its clause, wherever the clause holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from itertools import product

import pytest

from mmap_spec_tests import corpus as package
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clause import EDITIONS, edition_text
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.corpus import Entry, corpus, example
from mmap_spec_tests.model import Facts, Unrunnable, World, follow
from mmap_spec_tests.operations import Operation, Program

MakeFacts = Callable[..., Facts]
WRITTEN_BY_HAND = (
    "constructor.descriptor-kept-where-it-stands",
    "search.nothing-past-end",
    "lifecycle.clean-exit",
    "lifecycle.arguments-let-go",
    "lifecycle.descriptors-given-back",
)


def shown(program: Program, facts: Facts) -> list[tuple[str, ...]]:
    """The clauses that each operation speaks for; empty where the program makes no sense."""
    world = World(facts)
    try:
        return [follow(world, operation).clauses for operation in program]
    except Unrunnable:
        return []


def shows(clause: str, program: Program, facts: Facts) -> bool:
    return any(clause in clauses for clauses in shown(program, facts))


def holds(clause: str, facts: Facts) -> bool:
    return CLAUSES[clause].holds(facts.edition, facts.platform, facts.capabilities)


def test_entries_are_programs_for_clauses_that_exist() -> None:
    assert len(corpus()) > 150
    for entry in corpus():
        assert type(entry) is Entry
        assert entry.clause in CLAUSES
        assert entry.program
        for operation in entry.program:
            assert type(operation) is Operation
            assert tuple(map(type, operation)) == (str, str, list, dict)


def test_the_file_is_what_is_loaded() -> None:
    content = json.loads(files(package).joinpath("examples.json").read_text("utf-8"))
    loaded: dict[str, list[list[list[object]]]] = {}
    for entry in corpus():
        loaded.setdefault(entry.clause, []).append([list(each) for each in entry.program])
    assert loaded == content
    assert list(content) == [clause for clause in CLAUSES if clause in content]


def test_no_program_is_kept_twice_for_a_clause() -> None:
    kept = [(entry.clause, json.dumps(entry.program)) for entry in corpus()]
    assert len(kept) == len(set(kept))


def test_every_clause_has_a_program() -> None:
    assert {entry.clause for entry in corpus()} == set(CLAUSES)


def test_programs_show_their_clause_in_each_edition_it_holds_in(make_facts: MakeFacts) -> None:
    """An edition in which no program of a clause is of use leaves the clause to chance."""
    useless: dict[str, list[str]] = {}
    for platform, edition in product(("unix", "windows"), EDITIONS):
        facts = make_facts(edition, platform)
        kept = [entry for entry in corpus() if holds(entry.clause, facts)]
        assert len({entry.clause for entry in kept}) > 110
        shown = {e.clause for e in kept if shows(e.clause, e.program, facts)}
        for clause in {entry.clause for entry in kept} - shown:
            useless.setdefault(clause, []).append(f"{edition_text(edition)} on {platform}")
    assert useless == {}


@pytest.mark.parametrize("capability", ["python-buffers", "fork", "madvise", *GRANTED])
def test_programs_need_nothing_that_their_clause_does_not(
    capability: str, make_facts: MakeFacts
) -> None:
    """Python's own buffers, for one, are known to CPython alone, and to no clause."""
    full = make_facts((3, 13))
    less = replace(full, capabilities=full.capabilities - {capability})
    kept = [entry for entry in corpus() if holds(entry.clause, less)]
    shown = {e.clause for e in kept if shows(e.clause, e.program, less)}
    assert {entry.clause for entry in kept} == shown


def test_the_last_operation_is_what_shows_the_clause(make_facts: MakeFacts) -> None:
    for entry in corpus():
        clauses = shown(entry.program, next(places(entry, make_facts)))
        assert entry.clause in clauses[-1], entry.clause
        if entry.clause not in WRITTEN_BY_HAND:
            assert not any(entry.clause in each for each in clauses[:-1]), entry.clause


def places(entry: Entry, make_facts: MakeFacts) -> Iterator[Facts]:
    """Where a program shows its clause, and the clause holds: implementations that can do
    everything first."""
    full = [make_facts(e, platform) for platform in ("unix", "windows") for e in EDITIONS]
    less = [replace(f, capabilities=f.capabilities - {name}) for name in GRANTED for f in full]
    for place in (*full, *less):
        if holds(entry.clause, place) and shows(entry.clause, entry.program, place):
            yield place


def test_no_operation_can_be_left_out(make_facts: MakeFacts) -> None:
    too_long = []
    for entry in corpus():
        if entry.clause in WRITTEN_BY_HAND:
            continue
        for number in range(len(entry.program)):
            shorter = [*entry.program[:number], *entry.program[number + 1 :]]
            if all(shows(entry.clause, shorter, each) for each in places(entry, make_facts)):
                too_long.append((entry.clause, number))
    assert too_long == []


def test_the_example_of_a_clause_is_its_smallest_program(monkeypatch: pytest.MonkeyPatch) -> None:
    assert example("no.such-clause") is None
    for entry in corpus():
        found = example(entry.clause)
        assert found is not None
        assert len(found) <= len(entry.program)
    long, short = [Operation("m0", "mmap()", [-1, 1])] * 2, [Operation("m0", "mmap()", [-1, 2])]
    entries = (Entry("a.b", long), Entry("a.b", short), Entry("c.d", long))
    monkeypatch.setattr(package, "corpus", lambda: entries)
    assert example("a.b") == short
    assert example("c.d") == long
