"""The programs that are kept: each shows its clause, wherever the clause holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files

import pytest

from mmap_spec_tests import corpus as package
from mmap_spec_tests.clause import EDITIONS, Edition, edition_text
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.corpus import Entry, corpus, example
from mmap_spec_tests.model import Facts, Unrunnable, World, follow
from mmap_spec_tests.operations import Operation, Program

MakeFacts = Callable[..., Facts]
WRITTEN_BY_HAND = "lifecycle.clean-exit"  # no rule proposes it; the program says what it is for


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


def test_every_clause_that_holds_on_unix_has_a_program() -> None:
    kept = {entry.clause for entry in corpus()}
    assert kept == {clause.id for clause in CLAUSES.values() if "unix" in clause.platforms}


def test_programs_show_their_clause_in_each_edition_it_holds_in(make_facts: MakeFacts) -> None:
    """A program that is of no use in an edition leaves the clause to chance there."""
    useless: dict[str, list[str]] = {}
    for facts in map(make_facts, EDITIONS):
        kept = [entry for entry in corpus() if holds(entry.clause, facts)]
        assert len(kept) > 120
        for entry in kept:
            if not shows(entry.clause, entry.program, facts):
                useless.setdefault(entry.clause, []).append(edition_text(facts.edition))
    assert useless == {}


@pytest.mark.parametrize("capability", ["python-buffers", "fork", "madvise"])
def test_programs_need_nothing_that_their_clause_does_not(
    capability: str, make_facts: MakeFacts
) -> None:
    """Python's own buffers, for one, are known to CPython alone, and to no clause."""
    full = make_facts((3, 13))
    less = replace(full, capabilities=full.capabilities - {capability})
    kept = [entry for entry in corpus() if holds(entry.clause, less)]
    assert [e.clause for e in kept if not shows(e.clause, e.program, less)] == []


def test_the_last_operation_is_what_shows_the_clause(make_facts: MakeFacts) -> None:
    for entry in corpus():
        edition = first_edition(entry, make_facts)
        clauses = shown(entry.program, make_facts(edition))
        assert entry.clause in clauses[-1], entry.clause
        if entry.clause != WRITTEN_BY_HAND:
            assert not any(entry.clause in each for each in clauses[:-1]), entry.clause


def first_edition(entry: Entry, make_facts: MakeFacts) -> Edition:
    """The first edition in which a program shows its clause, and the clause holds."""
    return next(
        edition
        for edition in EDITIONS
        if holds(entry.clause, make_facts(edition))
        and shows(entry.clause, entry.program, make_facts(edition))
    )


def test_no_operation_can_be_left_out(make_facts: MakeFacts) -> None:
    too_long = []
    for entry in corpus():
        if entry.clause == WRITTEN_BY_HAND:
            continue
        facts = make_facts(first_edition(entry, make_facts))
        for number in range(len(entry.program)):
            shorter = [*entry.program[:number], *entry.program[number + 1 :]]
            if shows(entry.clause, shorter, facts):
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
