"""``build_corpus`` on programs of a few operations; the whole corpus is not built here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from mmap_conformance.expectations import shipped
from mmap_spec_tests.clause import EDITIONS
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.corpus import corpus, found
from mmap_spec_tests.operations import Operation, Program, cut, descriptor, octets

FILE = Operation("f0", "file()", [octets(b"Hello")])
MAP = Operation("m0", "mmap()", [descriptor("f0"), 0])
OTHER = Operation("m1", "mmap()", [-1, 9])
TELL = Operation("m0", "tell")
WRITE = Operation("m0", "write", [octets(b"J")])
WHOLE = Operation("m0", "[]", [cut(None, None)])


@pytest.fixture
def build_corpus(tool: Callable[[str], ModuleType]) -> ModuleType:
    return tool("build_corpus")


def test_facts_are_of_an_implementation_that_can_everything(build_corpus: ModuleType) -> None:
    facts = build_corpus.facts((3, 11))
    assert (facts.edition, facts.platform) == ((3, 11), "unix")
    assert facts.capabilities >= {clause.needs for clause in CLAUSES.values() if clause.needs}


def test_clauses_of_a_program(build_corpus: ModuleType) -> None:
    facts = build_corpus.facts((3, 1))
    assert build_corpus.clauses_of([], facts) == set()
    assert build_corpus.clauses_of([FILE, MAP, TELL], facts) == {
        "constructor.accepts-descriptor",
        "position.starts-at-zero",
        "position.tell-returns-position",
        "position.others-keep-position",
    }
    assert "position.write-stores" in build_corpus.clauses_of([FILE, MAP, WRITE, WHOLE], facts)


@pytest.mark.parametrize(
    "program", [[MAP], [FILE, TELL], [FILE, MAP, TELL, Operation("m9", "tell")]]
)
def test_a_program_that_makes_no_sense_has_no_clauses(
    program: Program, build_corpus: ModuleType
) -> None:
    assert build_corpus.clauses_of(program, build_corpus.facts((3, 11))) == set()


@pytest.mark.parametrize(
    ("clause", "editions"),
    [
        ("position.read-returns-bytes", EDITIONS),
        ("flush.returns-zero", EDITIONS[:7]),
        ("flush.offset-alone", EDITIONS[14:]),
        ("constructor.windows-extends-file", ()),
        ("resize.zero-raises", EDITIONS),
    ],
)
def test_where_a_clause_applies(
    clause: str, editions: tuple[tuple[int, ...], ...], build_corpus: ModuleType
) -> None:
    asked = map(build_corpus.facts, EDITIONS)
    held = [facts.edition for facts in asked if build_corpus.applies(CLAUSES[clause], facts)]
    assert held == list(editions)


def test_the_smallest_program_ends_where_the_clause_is_reached(build_corpus: ModuleType) -> None:
    facts = build_corpus.facts((3, 1))
    long = [OTHER, FILE, TELL._replace(target="m1"), MAP, WRITE, TELL, WHOLE, TELL, WHOLE]
    smallest = build_corpus.smallest(long, "position.write-advances", facts)
    assert smallest == [FILE, MAP, WRITE, TELL]
    assert build_corpus.smallest(long, "constructor.anonymous", facts) == [OTHER]
    with pytest.raises(AssertionError, match=r"move\.copies"):
        build_corpus.smallest(long, "move.copies", facts)


def test_no_operation_is_too_much(build_corpus: ModuleType) -> None:
    """Also where one was needed for the sake of another that was left out after it."""
    facts, clause = build_corpus.facts((3, 5)), "position.write-takes-buffers"
    away, view, back, write = (
        Operation("m0", "seek", [5]),
        Operation("v0", "memoryview()", [{"handle": "m0"}]),
        Operation("m0", "seek", [0]),
        Operation("m0", "write", [{"handle": "v0"}]),
    )
    smallest = build_corpus.smallest([FILE, MAP, away, view, back, write], clause, facts)
    assert smallest == [FILE, MAP, view, write]


def test_the_text_has_a_program_a_line_in_the_order_of_the_clauses(
    build_corpus: ModuleType,
) -> None:
    first, second = list(CLAUSES)[4], list(CLAUSES)[9]
    text = build_corpus.as_text({second: [[OTHER]], first: [[FILE, MAP], [OTHER]]})
    lines = text.splitlines()
    assert [lines[0], lines[-1], text[-1]] == ["{", "}", "\n"]
    assert [line.split('"')[1] for line in lines[1:-1]] == [first, second]
    assert json.loads(text) == {
        first: [
            [list(FILE), ["m0", "mmap()", [{"descriptor": "f0"}, 0], {}]],
            [["m1", "mmap()", [-1, 9], {}]],
        ],
        second: [[["m1", "mmap()", [-1, 9], {}]]],
    }


def test_the_corpus_is_as_this_tool_writes_it(build_corpus: ModuleType) -> None:
    kept: dict[str, list[Program]] = {}
    for entry in corpus():
        kept.setdefault(entry.clause, []).append(entry.program)
    assert build_corpus.TARGET.read_text("utf-8") == build_corpus.as_text(kept)


def test_what_killed_a_mutant_is_added_once(
    build_corpus: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clause, other = list(CLAUSES)[:2]
    program = [list(MAP), ["m0", "tell", [], {}]]

    def mutant(by: str, program: object, *, corpus: bool = False) -> dict[str, object]:
        kills = {"smoke": {"seconds": 0.5, "by": by}, "ci": None}
        return {"kills": kills, "program": program, "killed_by_corpus": corpus}

    killers = tmp_path / "killers.json"
    killers.write_text(json.dumps({other: [[list(MAP)]]}), "utf-8")
    monkeypatch.setattr(build_corpus, "KILLERS", killers)
    mutants = [
        *(mutant(clause, program), mutant(clause, program)),
        *(mutant("exit code 4", None), mutant(other, [list(OTHER)], corpus=True)),
    ]
    assert build_corpus.add_killers({"mutants": mutants}) == 1
    assert json.loads(killers.read_text("utf-8")) == {clause: [program], other: [[list(MAP)]]}


def test_figures_that_are_none_are_refused(
    build_corpus: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "figures.json"
    path.write_text('{"mutants": [{}]}', "utf-8")
    for name in (path, tmp_path / "missing.json"):
        monkeypatch.setattr("sys.argv", ["build_corpus.py", str(name)])
        assert build_corpus.main() == 2
        assert "has no figures of mutants" in capsys.readouterr().err


def test_what_ships_as_known_is_kept(build_corpus: ModuleType) -> None:
    """So that every run shows it: an entry that is missing is missed."""
    assert build_corpus.FOUND.read_text("utf-8") == build_corpus.as_text(build_corpus.known())
    kept = [(each.clause, each.program) for each in found()]
    assert all((entry.clause, entry.program) in kept for entry in shipped().entries)


def test_the_program_that_leaves_is_kept(build_corpus: ModuleType) -> None:
    clauses = build_corpus.clauses_of(build_corpus.LEAVES, build_corpus.facts((3, 1)))
    assert "lifecycle.clean-exit" in clauses
    (kept,) = [e.program for e in corpus() if e.clause == "lifecycle.clean-exit"]
    assert json.dumps(kept) == json.dumps(build_corpus.LEAVES)


@pytest.mark.parametrize("rounds", [0, 2])
def test_clauses_that_no_program_reaches_are_told(
    rounds: int,
    build_corpus: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "examples.json"
    monkeypatch.setattr(build_corpus, "TARGET", target)
    monkeypatch.setattr("sys.argv", ["build_corpus.py"])
    monkeypatch.setattr(build_corpus, "FOUND", tmp_path / "found.json")
    monkeypatch.setattr(build_corpus, "ROUNDS", rounds)
    assert build_corpus.main() == 1
    *missing, count = capsys.readouterr().out.split("\n")[:-1]
    missing = [line for line in missing if line]
    written = json.loads(target.read_text("utf-8"))
    assert count == f"{sum(map(len, written.values()))} programs"
    assert len(written) == len(build_corpus.WRITTEN) if rounds == 0 else len(written) > 40
    told = {line.removeprefix("no program reaches ").split()[0] for line in missing}
    assert set(CLAUSES) - set(written) <= told
    assert all(line.endswith((" on unix", " on windows")) for line in missing)


def test_where_every_clause_is_reached_nothing_is_told(
    build_corpus: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    reached = "lifecycle.clean-exit"
    monkeypatch.setattr(build_corpus, "TARGET", tmp_path / "examples.json")
    monkeypatch.setattr("sys.argv", ["build_corpus.py"])
    monkeypatch.setattr(build_corpus, "FOUND", tmp_path / "found.json")
    monkeypatch.setattr(build_corpus, "ROUNDS", 0)
    monkeypatch.setattr(build_corpus, "CLAUSES", {reached: CLAUSES[reached]})
    assert build_corpus.main() == 0
    assert capsys.readouterr().out.strip() == "1 programs"
