"""What ``trace_document`` says of small documents; no text of the documentation is in here."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from rich.console import Console

from mmap_spec_tests.clause import Clause
from mmap_spec_tests.document import fingerprint

KETTLE = "A kettle boils water.\nMind the steam.\nNever shake it.\n"
BOILS, STEAM, SHAKE = map(fingerprint, KETTLE.splitlines())
GONE = fingerprint("It whistles.")


class Told(NamedTuple):
    """What a run came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Told]


def clause(name: str, *restates: str) -> Clause:
    return Clause(name, "It is as it is.", "must", restates=restates)


@pytest.fixture
def trace_document(tool: Callable[[str], ModuleType]) -> ModuleType:
    return tool("trace_document")


@pytest.fixture
def run(
    trace_document: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """``run(document, *clauses, informative=…, options=…)`` in place of the real clauses."""

    def traced(
        document: str | bytes | None,
        *clauses: Clause,
        informative: tuple[str, ...] = (),
        options: tuple[str, ...] = (),
    ) -> Told:
        path = tmp_path / "kettle.rst"
        if document is not None:
            path.write_bytes(document if type(document) is bytes else document.encode())
        monkeypatch.setattr(trace_document, "CLAUSES", {each.id: each for each in clauses})
        monkeypatch.setattr(trace_document, "INFORMATIVE", dict.fromkeys(informative, "a reason"))
        capsys.readouterr()
        code = trace_document.main([str(path), *options])
        return Told(code, *capsys.readouterr())

    return traced


def words(line: str) -> str:
    """A line, however far apart its fields are; one test alone is about what is between."""
    return " ".join(line.split())


ALL = (clause("k.boils", BOILS), clause("k.steam", STEAM), clause("k.shake", SHAKE))


def test_nothing_is_listed_where_every_sentence_has_its_clause(run: Run) -> None:
    told = run(KETTLE, *ALL)
    assert told.code == 0
    assert told.err == ""
    assert told.out == (
        "3 sentences: 3 restated, 0 informative, 0 restated by no clause; 0 clauses gone\n"
    )


def test_a_sentence_without_a_clause_is_listed(run: Run) -> None:
    told = run(KETTLE, clause("k.boils", BOILS), clause("k.shake", SHAKE))
    assert told.code == 1
    title, listed, summary = told.out.splitlines()
    assert title == "Restated by no clause:"
    assert words(listed) == f"2 {STEAM} prose Mind the steam."
    assert "2 restated, 0 informative, 1 restated by no clause; 0 clauses gone" in summary


def test_a_clause_whose_sentence_is_gone_is_listed(run: Run) -> None:
    told = run(KETTLE, *ALL, clause("k.whistles", GONE))
    assert told.code == 1
    title, listed, summary = told.out.splitlines()
    assert title == "Clauses whose every sentence is gone:"
    assert words(listed) == f"k.whistles {GONE}"
    assert summary.endswith("0 restated by no clause; 1 clauses gone")


def test_a_clause_of_which_one_sentence_is_left_is_not_gone(run: Run) -> None:
    told = run(KETTLE, *ALL, clause("k.both", GONE, BOILS))
    assert (told.code, "k.both" in told.out) == (0, False)


def test_a_clause_that_restates_nothing_is_never_gone(run: Run) -> None:
    assert run(KETTLE, *ALL, clause("k.should")).code == 0


def test_a_changed_sentence_is_both(run: Run) -> None:
    told = run(KETTLE.replace("Never", "Always"), *ALL)
    assert told.code == 1
    lines = list(map(words, told.out.splitlines()))
    assert lines[1].endswith(" prose Always shake it.")
    assert lines[3] == f"k.shake {SHAKE}"


def test_informative_sentences_are_counted_and_not_listed(run: Run) -> None:
    told = run(KETTLE, clause("k.boils", BOILS), informative=(STEAM, SHAKE, GONE))
    assert told.code == 0
    assert told.out.startswith("3 sentences: 1 restated, 2 informative, 0 restated by no clause")


def test_what_is_restated_and_informative_counts_as_restated(run: Run) -> None:
    told = run(KETTLE, *ALL, informative=(STEAM,))
    assert told.out.startswith("3 sentences: 3 restated, 0 informative")


def test_signatures_and_examples_must_be_traced_too(run: Run) -> None:
    told = run(".. method:: pour([cup])\n\n   Pours::\n\n      k.pour()\n      k.close()\n")
    assert [words(line).split(" ", 2)[2] for line in told.out.splitlines()[1:-1]] == [
        "signature method pour([cup])",
        "prose Pours:",
        "example k.pour() k.close()",
    ]


def test_a_sentence_is_shown_as_it_stands(run: Run) -> None:
    sentence = "Cups are [bold]hot[/bold] and [red] or 3.14 and :coffee: black."
    assert words(run(sentence).out.splitlines()[1]).endswith(f" prose {sentence}")


def test_a_long_sentence_stays_on_its_line(run: Run) -> None:
    sentence = "Water " + "very " * 80 + "hot."
    assert words(run(sentence).out.splitlines()[1]).endswith(f" prose {sentence}")


def test_fields_are_apart_by_tabs_where_no_person_reads(run: Run) -> None:
    told = run("Mind the steam.\n", clause("k.whistles", GONE, BOILS))
    assert f"1\t{STEAM}\tprose\tMind the steam.\n" in told.out
    assert f"k.whistles\t{GONE} {BOILS}\n" in told.out


def test_a_byte_order_mark_is_no_text(run: Run) -> None:
    assert run(b"\xef\xbb\xbf" + KETTLE.encode(), *ALL).code == 0


def test_the_result_is_written_as_json(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    told = run(
        KETTLE,
        clause("k.boils", BOILS),
        clause("k.whistles", GONE),
        informative=(SHAKE,),
        options=("--json", str(target)),
    )
    assert told.code == 1
    assert json.loads(target.read_text("utf-8")) == {
        "sentences": 3,
        "restated": 1,
        "informative": 1,
        "unrestated": [
            {"fingerprint": STEAM, "text": "Mind the steam.", "line": 2, "kind": "prose"}
        ],
        "gone": [{"id": "k.whistles", "restates": [GONE]}],
    }


def test_on_a_terminal_there_are_tables(trace_document: ModuleType) -> None:
    found = trace_document.sentences("Mind [the] steam.\n")
    result = trace_document.trace(found, [clause("k.whistles", GONE)], {})
    stream = io.StringIO()
    trace_document.show(result, Console(file=stream, force_terminal=True, width=100))
    out = stream.getvalue()
    for text in ("Restated by no clause", "Mind [the] steam.", "k.whistles", GONE, "│"):
        assert text in out
    assert out.rstrip().endswith("1 restated by no clause; 1 clauses gone")


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        (None, "cannot read {path}: No such file or directory"),
        ("", "no sentence in {path}"),
        ("1\n2\n===\n", "no sentence in {path}"),
        (b"caf\xe9 is hot.\n", "cannot read {path}: 'utf-8' codec can't decode byte 0xe9"),
    ],
    ids=["missing", "empty", "no sentence", "another encoding"],
)
def test_a_file_that_is_of_no_use_is_refused_in_one_line(
    document: str | bytes | None, complaint: str, run: Run, tmp_path: Path
) -> None:
    told = run(document, *ALL)
    assert (told.code, told.out) == (2, "")
    (line,) = told.err.splitlines()
    path = tmp_path / "kettle.rst"
    assert line.startswith("trace_document: " + complaint.format(path=path))


def test_a_folder_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kettle.rst").mkdir()
    told = run(None)
    assert told.code == 2
    assert told.err.endswith("kettle.rst: Is a directory\n")


def test_a_result_that_cannot_be_written_is_refused(run: Run, tmp_path: Path) -> None:
    told = run(KETTLE, *ALL, options=("--json", str(tmp_path / "no" / "result.json")))
    assert told.code == 2
    assert told.err.startswith("trace_document: cannot write ")
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["a", "--no-such-option"]])
def test_bad_usage_is_code_2(arguments: list[str], trace_document: ModuleType) -> None:
    with pytest.raises(SystemExit) as left:
        trace_document.main(arguments)
    assert left.value.code == 2


def seed_document() -> Path | None:
    """The seed document: where MMAP_SEED_DOCUMENT says, or beside the project."""
    beside = Path(__file__).parents[3] / "shared/facts/seed-mmap-document.txt"
    named = os.environ.get("MMAP_SEED_DOCUMENT")
    path = Path(named) if named else beside
    return path if path.is_file() else None


@pytest.fixture
def seed() -> Path:
    path = seed_document()
    if path is None:
        pytest.skip("the seed document is not at hand: set MMAP_SEED_DOCUMENT to its path")
    return path


def test_the_seed_document_is_restated_sentence_by_sentence(
    seed: Path, trace_document: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trace_document.main([str(seed)]) == 0
    (summary,) = capsys.readouterr().out.splitlines()
    assert summary.endswith(" 0 restated by no clause; 0 clauses gone")
    assert int(summary.split()[0]) > 60


def test_every_reason_in_the_list_of_informative_sentences_is_needed(
    seed: Path, trace_document: ModuleType
) -> None:
    found = {each.fingerprint for each in trace_document.sentences(seed.read_text("utf-8"))}
    assert trace_document.INFORMATIVE.keys() <= found


def test_a_sentence_less_in_the_seed_document_is_noticed(
    seed: Path, trace_document: ModuleType
) -> None:
    """Or the test above could not fail."""
    found = trace_document.sentences(seed.read_text("utf-8"))
    clauses, informative = trace_document.CLAUSES, trace_document.INFORMATIVE
    for number in range(0, len(found), 7):
        if found[number].fingerprint in informative:
            continue
        held = [c for c in clauses.values() if found[number].fingerprint not in c.restates]
        assert found[number] in trace_document.trace(found, held, informative).unrestated


def test_every_fingerprint_of_a_clause_is_in_the_seed_document(
    seed: Path, trace_document: ModuleType
) -> None:
    found = {each.fingerprint for each in trace_document.sentences(seed.read_text("utf-8"))}
    stale = [c.id for c in trace_document.CLAUSES.values() if not found.issuperset(c.restates)]
    assert stale == []
