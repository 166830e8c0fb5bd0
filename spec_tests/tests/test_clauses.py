"""The clauses themselves, and that each is spoken for by the model and by programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import mmap_spec_tests.clauses as package
from mmap_spec_tests import model
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clause import EDITIONS, LEVELS, Clause, edition_text, parse_edition
from mmap_spec_tests.clauses import AREA_OF, CLAUSES
from mmap_spec_tests.corpus import corpus
from mmap_spec_tests.expectation import Expectation
from mmap_spec_tests.informative import INFORMATIVE
from mmap_spec_tests.programs import Step
from mmap_spec_tests.rules import AREAS

ALL = list(CLAUSES.values())

PREFIXES = {
    "constructor": {"constructor"},
    "access": {"access"},
    "position": {"position"},
    "items": {"items", "slices"},
    "search": {"search"},
    "move": {"move"},
    "flush": {"flush"},
    "resize": {"resize", "size"},
    "lifecycle": {"lifecycle", "arguments", "madvise", "naming"},
    "reentrancy": {"reentrancy"},
    "offset": {"offset"},
    "sharing": {"sharing"},
}
"""What the ids of an area begin with: expectations files of ports hold these ids."""


def test_no_id_is_given_twice() -> None:
    given = [clause.id for area in PREFIXES for clause in getattr(package, area).CLAUSES]
    assert len(given) == len(set(given))
    assert set(given) == CLAUSES.keys() == AREA_OF.keys()


def test_every_area_of_clauses_has_programs() -> None:
    assert set(AREA_OF.values()) == PREFIXES.keys() == set(AREAS) - {"everything"}


def test_no_statement_is_made_twice() -> None:
    statements = [clause.statement for clause in ALL]
    assert len(statements) == len(set(statements))


def test_ids_are_anchors_of_their_area() -> None:
    wrong = [
        key
        for key, clause in CLAUSES.items()
        if key != clause.id
        or not re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*", key)
        or key.partition(".")[0] not in PREFIXES[AREA_OF[key]]
    ]
    assert wrong == []


def test_statements_are_sentences() -> None:
    sentence = re.compile(r"[^\s](?!.*  ).{10,}[^\s.]\.")
    assert [clause.id for clause in ALL if not sentence.fullmatch(clause.statement)] == []
    assert [clause.id for clause in ALL if clause.statement.count(" ") < 2] == []


def test_editions_are_known_and_in_order() -> None:
    ends = [(clause.id, clause.since, clause.until or (4,)) for clause in ALL]
    assert [clause for clause, since, until in ends if not since < until] == []
    given = {edition for _, *both in ends for edition in both}
    assert {edition[:2] for edition in given} <= {*EDITIONS, (4,)}


def test_levels_platforms_capabilities_sources() -> None:
    assert {clause.level for clause in ALL} == set(LEVELS)
    assert {clause.platforms for clause in ALL} == {("unix", "windows"), ("unix",), ("windows",)}
    assert {clause.needs for clause in ALL} == {"", *GRANTED, "madvise", "fork", "set_name"}
    source = re.compile(r"((SF|bpo-|gh-) ?\d+)?")
    assert [clause.id for clause in ALL if not source.fullmatch(clause.source)] == []


def test_what_is_a_must_is_said_by_some_edition() -> None:
    """The seed document is held sentence by sentence; later editions by their issue."""
    for clause in ALL:
        if clause.level != "must":
            assert not clause.restates, clause.id
        elif clause.since == EDITIONS[0]:
            assert clause.restates, clause.id
        else:
            assert clause.source and not clause.restates, clause.id


def test_fingerprints() -> None:
    for clause in ALL:
        assert all(re.fullmatch("[0-9a-f]{10}", each) for each in clause.restates), clause.id
        assert len(set(clause.restates)) == len(clause.restates), clause.id
        assert INFORMATIVE.keys().isdisjoint(clause.restates), clause.id


def test_informative_sentences_have_a_reason() -> None:
    assert all(re.fullmatch("[0-9a-f]{10}", each) for each in INFORMATIVE)
    assert all(len(reason) > 10 for reason in INFORMATIVE.values())


@pytest.mark.parametrize(
    ("edition", "platform", "capabilities", "why"),
    [
        ((3, 1), "unix", ["resize"], "since edition 3.8"),
        ((3, 7, 9), "unix", ["resize"], "since edition 3.8"),
        ((3, 8), "unix", ["resize"], ""),
        ((3, 12, 3), "unix", ["resize", "fork"], ""),
        ((3, 13), "unix", ["resize"], "until edition 3.13"),
        ((3, 13, 1), "unix", ["resize"], "until edition 3.13"),
        ((3, 8), "windows", ["resize"], "only on unix"),
        ((3, 8), "unix", ["fork"], "needs resize"),
    ],
)
def test_where_a_clause_holds(
    edition: tuple[int, ...], platform: str, capabilities: list[str], why: str
) -> None:
    clause = Clause("a.b", "It holds.", "must", (3, 8), (3, 13), ("unix",), needs="resize")
    assert clause.why_not(edition, platform, capabilities) == why
    assert clause.holds(edition, platform, capabilities) == (why == "")


@pytest.mark.parametrize("text", ["3.1", "3.11", "3.11.4", "3.15"])
def test_editions_are_read_and_told_alike(text: str) -> None:
    assert edition_text(parse_edition(text)) == text


@pytest.mark.parametrize("text", ["", "3", "2.7", "3.0", "3.16", "4.1", "three", "3.x", "3..1"])
def test_unknown_editions_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"unknown edition {text!r}; the suite knows")):
        parse_edition(text)


def test_what_flush_returns_is_asked_of_every_edition_once() -> None:
    for platform in ("unix", "windows"):
        for edition in EDITIONS:
            asked = [
                clause.id
                for clause in ALL
                if clause.id.startswith("flush.returns-") and clause.holds(edition, platform, ())
            ]
            assert len(asked) == 1, (platform, edition)


def _spoken_for(steps: list[Step]) -> Iterator[str]:
    def told(expectation: Expectation) -> Iterator[str]:
        yield from expectation.clauses
        for _, inner in expectation.meanwhile:
            yield from told(inner)

    for _, expectation in steps:
        yield from told(expectation)


SAMPLED = ((3, 1), (3, 11), (3, 15))


@pytest.fixture(scope="module")
def reached(programs: Callable[..., Any]) -> dict[str, set[str]]:
    """The clauses that programs of each area reach."""
    return {
        area: {
            clause
            for edition in SAMPLED
            for steps in programs(area, edition, 120)
            for clause in _spoken_for(steps)
        }
        for area in AREAS
    }


UNIX = [clause.id for clause in ALL if "unix" in clause.platforms]


def test_no_clause_is_dead(reached: dict[str, set[str]]) -> None:
    kept = {entry.clause for entry in corpus()}
    assert [each for each in UNIX if each not in kept | reached[AREA_OF[each]]] == []


def test_programs_of_some_area_reach_every_clause(reached: dict[str, set[str]]) -> None:
    """But for one: to leave costs a worker, so no rule proposes it."""
    assert set(UNIX) - set().union(*reached.values()) == {"lifecycle.clean-exit"}


def test_programs_speak_for_clauses_that_exist(
    programs: Callable[..., Any], reached: dict[str, set[str]]
) -> None:
    assert set().union(*reached.values()) <= CLAUSES.keys()
    for area in AREAS:
        for edition in SAMPLED:
            for steps in programs(area, edition, 60):
                for _, expectation in steps:
                    assert CLAUSES.keys() >= {*expectation.marks, *expectation.risks}


LITERAL = re.compile(r'"([a-z]+\.[a-z]+(?:-[a-z]+)*)"')


@pytest.fixture(scope="module")
def written() -> set[str]:
    """What looks like the id of a clause in the source of the model."""
    return {
        found
        for path in Path(model.__file__).parent.glob("*.py")
        for found in LITERAL.findall(path.read_text("utf-8"))
    }


def test_the_model_names_clauses_that_exist(written: set[str]) -> None:
    assert written - CLAUSES.keys() == set()


def test_the_model_names_every_clause(written: set[str]) -> None:
    assert [each for each in UNIX if each not in written] == []
