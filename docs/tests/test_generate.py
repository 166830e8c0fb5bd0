"""The generated pages leave nothing out."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from mmap_conformance.expectations import shipped
from mmap_conformance.gate import EXIT_CODES
from mmap_spec_tests.clause import EDITIONS, edition_text
from mmap_spec_tests.clauses import CLAUSES

DOCS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """The generator as a module."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(generate: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The text of each page."""
    folder = tmp_path_factory.mktemp("generated")
    generate.write(folder)
    return {path.stem: path.read_text("utf-8") for path in folder.iterdir()}


def test_every_clause_is_told_with_its_level(pages: dict[str, str]) -> None:
    sections = dict(part.split(")=", 1) for part in pages["clauses"].split("\n(")[1:])
    assert sections.keys() == CLAUSES.keys()
    for clause in CLAUSES.values():
        assert f"`{clause.level}`, since edition" in sections[clause.id]
        assert f"only on {clause.platforms[0]}" in sections[clause.id] or clause.platforms[1:]


def test_every_edition_is_told_with_what_it_changed(pages: dict[str, str]) -> None:
    assert all(f"| {edition_text(each)} |" in pages["editions"] for each in EDITIONS)
    for clause in CLAUSES.values():
        changes = (clause.since != EDITIONS[0]) + (clause.until is not None)
        assert pages["editions"].count(f"[{clause.id}]") == changes


def test_every_shipped_finding_is_told(pages: dict[str, str]) -> None:
    known = shipped().entries
    assert pages["differences"].count("\n**") == len(known)
    assert all(entry.link in pages["differences"] for entry in known)
    assert "It returns something else, where one" in pages["differences"]
    assert "crashes, where one" in pages["differences"]


def test_verbs_codes_and_records_are_told(pages: dict[str, str]) -> None:
    for verb in ("run", "expectations update", "init"):
        assert f"# mmap-conformance {verb}\n" in pages["command-line"]
    assert "--requirement" in pages["command-line"]
    assert all(f"| {code} | {text} |" in pages["exit-codes"] for code, text in EXIT_CODES.items())
    assert all(f"\n## {name}\n" in pages["report"] for name in ("header", "finding", "footer"))


def test_a_page_that_has_not_changed_is_not_written_again(
    generate: ModuleType, tmp_path: Path
) -> None:
    generate.write(tmp_path)
    page = tmp_path / "clauses.md"
    page.write_text("old")
    before = (tmp_path / "editions.md").stat().st_mtime_ns
    generate.write(tmp_path)
    assert page.read_text() != "old"
    assert (tmp_path / "editions.md").stat().st_mtime_ns == before
