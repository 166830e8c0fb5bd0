"""The table of differences: as the tool writes it, and with a reason where nobody is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mmap_conformance import toml
from mmap_conformance.expectations import Expected, shipped
from mmap_spec_tests.clauses import CLAUSES

ROOT = Path(__file__).parents[2]
MOVE = {"what": "move moves", "clauses": ["move.copies"]}


@pytest.fixture
def differences(tool: Callable[[str], ModuleType]) -> ModuleType:
    return tool("differences")


@pytest.fixture
def rows(differences: ModuleType) -> dict[str, list[dict[str, Any]]]:
    return toml.read(differences.SOURCE, "differences")


def entry(clause: str = "move.copies", **more: Any) -> Expected:
    return Expected(("x@cpython",), clause, "move", "returned", [], **more)


def test_the_page_is_up_to_date(differences: ModuleType, rows: dict[str, Any]) -> None:
    page, wrong = differences.text(rows, shipped().entries)
    assert wrong == []
    told = "run python tools/differences.py"
    assert differences.TARGET.read_text("utf-8") == page, told


def test_what_is_planted_is_there(differences: ModuleType, rows: dict[str, Any]) -> None:
    planted = [row["planted"] for row in rows["kind"] if "planted" in row]
    assert planted and all((ROOT / differences.FAULTY / f"{name}.py").is_file() for name in planted)


def test_every_clause_with_an_edition_is_of_a_change(rows: dict[str, Any]) -> None:
    named = {clause for row in rows["change"] for clause in row["clauses"]}
    limited = {c.id for c in CLAUSES.values() if c.since > (3, 1) or c.until is not None}
    assert limited - named == set()


@pytest.mark.parametrize(
    ("row", "entries", "cell", "problem"),
    [
        (MOVE, [entry()], "`x@cpython`", ""),
        (MOVE, [entry(until=(3, 9)), entry(since=(3, 8), until=(3, 11))],
         "`x@cpython` before 3.11", ""),
        (MOVE, [entry(until=(3, 9)), entry(since=(3, 12))], "`x@cpython`", ""),
        (MOVE, [entry("flush.range")], "", "nobody is known to fail it"),
        ({**MOVE, "why": "none is so bad"}, [], "none is so bad", ""),
        ({**MOVE, "planted": "bad"}, [], "planted: `conformance/tests/faulty/bad.py`", ""),
    ],
)  # fmt: skip
def test_a_kind_is_failed_by_somebody_or_has_a_reason(
    row: Any, entries: list[Expected], cell: str, problem: str, differences: ModuleType
) -> None:
    assert differences.kind(row, entries) == (cell, problem)


@pytest.mark.parametrize(
    ("version", "clauses", "entries", "cell", "problem"),
    [
        ("3.8", ["flush.returns-none", "flush.returns-zero"], [],
         "held from 3.8, held before 3.8", ""),
        ("3.9", ["move.copies"], [entry(until=(3, 9))], "`x@cpython` before 3.9", ""),
        ("3.9", ["move.copies"], [entry(until=(3, 8))], "",
         "no clause and no entry is limited to 3.9"),
    ],
)  # fmt: skip
def test_a_change_shows_in_a_clause_or_in_an_entry(
    version: str,
    clauses: list[str],
    entries: list[Expected],
    cell: str,
    problem: str,
    differences: ModuleType,
) -> None:
    row = {"version": version, "what": "x", "clauses": clauses}
    assert differences.change(row, entries) == (cell, problem)


def test_what_is_wrong_is_listed_and_nothing_is_written(
    differences: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source, target = tmp_path / "rows.toml", tmp_path / "docs" / "page.md"
    source.write_text('[[kind]]\nwhat = "A"\nclauses = ["no.such"]\n[[change]]\nversion = "3.9"\n'
                      'what = "B"\nclauses = ["move.copies"]\n')  # fmt: skip
    monkeypatch.setattr(differences, "SOURCE", source)
    monkeypatch.setattr(differences, "TARGET", target)
    assert differences.main() == 1 and not target.exists()
    first, second = capsys.readouterr().err.splitlines()
    assert first == "A: there is no clause no.such"
    assert second == "B: no clause and no entry is limited to 3.9"
    source.write_text("kind = []\nchange = []\n")
    assert differences.main() == 0 and target.exists()
