"""``mmap-conformance report``: from files to a file, and what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance.reports import FORMATS
from mmap_conformance.reports.reading import read
from mmap_spec_tests.clauses import CLAUSES

Command = Callable[..., Any]


@pytest.mark.parametrize("format", FORMATS)
def test_report_renders_every_format(command: Command, made: Any, format: str) -> None:
    path = made.write()
    done = command("report", path, "--format", format)
    assert (done.code, done.err) == (0, "") and done.out
    assert command("report", path, "--format", format, "--output", "there").out == ""
    assert Path("there").read_text("utf-8") == done.out


def test_report_brings_several_together(command: Command, made: Any) -> None:
    one = made.write(made.named("one"), ["one"]).rename("one.jsonl")
    other = made.write(made.named("other"), ["other"]).rename("other.jsonl")
    done = command("report", one, other, "--format=junit")
    assert 'name="one"' in done.out and 'name="other"' in done.out


def test_report_tells_what_has_changed(command: Command, made: Any) -> None:
    old = made.write([made.started, made.finished], ["a"]).rename("old.jsonl")
    new = made.write()
    done = command("report", new, "--before", old, "--format=markdown")
    assert done.code == 0
    assert "### Since the report before: 3 new, 0 gone, 0 changed" in done.out
    done = command("report", new, "--format=markdown")
    assert "Since the report before" not in done.out


@pytest.mark.parametrize("format", FORMATS)
def test_report_tells_what_it_can_of_a_report_that_is_cut(
    command: Command, made: Any, format: str
) -> None:
    whole = made.write().read_bytes()
    made.path.write_bytes(whole[: whole.index(b'"type": "finished"') + 9])
    done = command("report", made.path, "--format", format)
    assert done.code == 2
    told = "has no footer: it was cut off, or the run was killed (line 7: it is not JSON)"
    assert done.complaint == f"mmap-conformance: report {made.path} {told}"
    if format in ("html", "markdown", "github"):
        assert "position.tell-returns-position" in done.out
    if format not in ("badge", "badge-endpoint"):
        assert "not finished" in done.out
    else:
        assert "1 finding" in done.out


def test_report_shows_the_others_where_one_is_none(command: Command, made: Any) -> None:
    path = made.write()
    Path("other").write_text("hello\n")
    done = command("report", "other", path, "--format=markdown")
    assert done.code == 2
    assert done.complaint == "mmap-conformance: other is no report: it is not JSON"
    assert "> other is no report: it is not JSON" in done.out
    assert "position.tell-returns-position" in done.out


def test_a_later_version_with_other_clauses_can_read_it(command: Command, made: Any) -> None:
    """All that is shown is in the report: clauses that this version knows nothing of, too."""
    text = made.write().read_text()
    clause = "position.tell-returns-position"
    assert clause in CLAUSES
    made.path.write_text(text.replace(clause, "position.tell-tells"))
    for format in FORMATS:
        done = command("report", made.path, "--format", format)
        assert (done.code, done.err) == (0, "")
        assert "position.tell-tells" in done.out or format.startswith("badge")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("report", "the following arguments are required: FILE"),
        ("report x.jsonl", "the following arguments are required: --format"),
        ("report x.jsonl --format pdf", "argument --format: invalid choice: 'pdf'"),
        ("report none.jsonl --format html", "cannot read report none.jsonl: No such file"),
        ("report text --format html", "text is no report: it is not JSON"),
        ("report . --format html", "cannot read report .: Is a directory"),
        ("report x.jsonl --format junit --before x.jsonl", "--before is for html and markdown"),
        ("report x.jsonl --format html --output no/such", "cannot write no/such: No such file"),
    ],
)
def test_what_makes_no_sense_is_one_line(
    command: Command, made: Any, arguments: str, told: str
) -> None:
    made.write().rename("x.jsonl")
    Path("text").write_text("hello\n")
    done = command(*arguments.split())
    assert (done.code, done.out) == (2, "")
    assert told in done.complaint


def test_a_run_writes_any_format(command: Command, tmp_path: Path) -> None:
    reports = [f"--report={format}={format}" for format in ("jsonl", *FORMATS)]
    done = command("run", "stdlib", "--clause=search.rfind-highest", "--budget=0.3", *reports)
    assert done.code == 0
    for format in FORMATS:
        assert command("report", "jsonl", "--format", format).out == Path(format).read_text()
    assert json.loads(Path("badge-endpoint").read_text())["message"] == "conformant"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_report_that_cannot_be_written_does_not_take_the_others_along(command: Command) -> None:
    reports = ("--report=html=/dev/full", "--report=jsonl=lines")
    done = command("run", "stdlib", "--clause=search.rfind-highest", "--budget=0.3", *reports)
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith("mmap-conformance: cannot write: ")
    assert read(Path("lines")).problem == ""
