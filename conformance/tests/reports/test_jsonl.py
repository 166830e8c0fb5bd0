"""The report for programs: what is written, and that it reads back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mmap_conformance import engine
from mmap_conformance.adapters import Adapter
from mmap_conformance.errors import UsageError
from mmap_conformance.events import Finished, NotStarted, ProgramsRun, Restarted, Started
from mmap_conformance.options import Options
from mmap_conformance.reports import FORMATS, open_report
from mmap_conformance.reports.reading import read, salvage
from mmap_spec_tests.clauses import AREA_OF, CLAUSES

SCHEMA = json.loads(files("mmap_conformance.reports").joinpath("schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def rewrite(path: Path, content: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in content))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_line_is_as_the_schema_says(made: Any) -> None:
    written = lines(made.write())
    assert [line["type"] for line in written] == [
        "header", "started", "finding", "finding", "finding", "stale", "finished", "not-started",
        "footer",
    ]  # fmt: skip
    for line in written:
        VALIDATOR.validate(line)


def test_a_real_run_is_as_the_schema_says(tmp_path: Path, stdlib: Adapter) -> None:
    options = Options(budget="1", areas=("search", "reentrancy"))
    path = tmp_path / "report.jsonl"
    report = open_report(f"jsonl={path}", options, ["stdlib"])
    for event in engine.run([stdlib], options):
        report(event)
    report.close()
    assert len(lines(path)) > 4
    for line in lines(path):
        VALIDATOR.validate(line)
    assert read(path).told[0].script.startswith('"""')


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (0, {"format": 1}),
        (0, {"clauses": {"a.b": {"area": "a"}}}),
        (1, {"edition": "new"}),
        (2, {"level": "shall"}),
        (2, {"program": []}),
        (2, {"program": [["m0"]]}),
        (2, {"program": [["m0", "tell", [{"a": 1, "b": 2}], {}]]}),
        (2, {"repeats": [1]}),
        (2, {"text": []}),
        (5, {"was": 5}),
        (6, {"verdicts": {"search.find-lowest": {"status": "fine", "checks": 1}}}),
        (6, {"verdicts": {"no clause": {"status": "passed", "checks": 1}}}),
        (8, {"counts": {}}),
        (8, {"unfinished": 1}),
        (8, {"type": "foot"}),
        (7, {"more": 1}),
    ],
)
def test_the_schema_refuses_other_lines(made: Any, number: int, change: dict[str, Any]) -> None:
    line = lines(made.write())[number]
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({**line, **change})


def test_the_header_tells_the_options_and_the_clauses(made: Any) -> None:
    header = lines(made.write())[0]
    assert header["implementations"] == ["a", "b"]
    assert (header["options"]["edition"], header["options"]["expectations"]) == ("3.9", "x.toml")
    report = read(made.path)
    assert report.areas == AREA_OF
    assert report.clauses == {
        name: replace(clause, restates=()) for name, clause in CLAUSES.items()
    }


def test_the_footer_counts(made: Any) -> None:
    assert lines(made.write())[-1] == {
        "type": "footer",
        "lines": 9,
        "unfinished": [],
        "counts": {
            "started": 1, "not_started": 1, "finished": 1, "findings": 3, "expected": 1,
            "stale": 1,
        },
    }  # fmt: skip


def test_a_report_reads_back_as_the_events_it_was_written_from(made: Any) -> None:
    report = read(made.write())
    assert report.events == tuple(
        event for event in made.events if not isinstance(event, ProgramsRun | Restarted)
    )
    assert report.findings == made.findings
    assert report.header["tool"].startswith("mmap-conformance ")


def test_a_report_has_what_people_need_of_a_finding(made: Any) -> None:
    told = read(made.write()).told[0]
    assert told.text == ("m0 = mmap.mmap(-1, 13, access=mmap.ACCESS_WRITE)", "m0.tell()")
    compile(told.script, "script", "exec")
    assert "import_module(sys.argv[1] if len(sys.argv) > 1 else 'a')" in told.script


def test_findings_are_told_apart_by_implementation(made: Any) -> None:
    report = made.report([*made.named("a"), *made.named("b")])
    own = [event.findings for event in report.events if isinstance(event, Finished)]
    assert own == [
        tuple(replace(each, implementation=name) for each in made.findings) for name in ("a", "b")
    ]


@pytest.mark.parametrize(("left_out", "name"), [(Finished, "a"), (NotStarted, "b")])
def test_a_run_that_did_not_end_has_a_footer_that_says_so(
    made: Any, left_out: type, name: str
) -> None:
    made.write([event for event in made.events if not isinstance(event, left_out)])
    assert lines(made.path)[-1]["unfinished"] == [name]
    assert read(made.path).findings == made.findings


def test_what_is_missing_is_noticed(made: Any) -> None:
    whole = lines(made.write())
    for number in range(1, len(whole) - 1):
        rewrite(made.path, whole[:number] + whole[number + 1 :])
        with pytest.raises(UsageError, match="is not whole: lines are missing"):
            read(made.path)


def test_a_report_that_is_cut_is_noticed_and_read_as_far_as_it_goes(made: Any) -> None:
    content = made.content()
    whole = made.report().findings
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    seen = set()
    for length in (*starts[1:-1], *(start + 40 for start in starts[1:-1])):
        made.path.write_bytes(content[:length])
        with pytest.raises(UsageError, match="has no footer: it was cut off") as caught:
            read(made.path)
        report = salvage(made.path)
        assert report.problem == str(caught.value)
        assert report.findings == whole[: len(report.findings)]
        seen.add(len(report.findings))
    assert seen == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("number", "change", "told"),
    [
        (0, {"format": 1}, "has format 1, this version reads 2"),
        (0, {"type": "started"}, "does not begin with a header"),
        (0, {"clauses": {"a.b": {"area": "a"}}}, "is broken: line 1: "),
        (0, {"date": 5}, "is broken: line 1: "),
        (1, {"type": "begun"}, "is broken: .*unknown type 'begun'"),
        (1, {"color": "red"}, "is broken: line 2"),
        (1, {"level": "shall"}, "is broken: .*level is 'shall'"),
        (2, {"number": None, "level": None, "program": 5}, "is broken: line 3"),
        (2, {"program": [["m0"]]}, "is broken: "),
        (2, {"clause": "no.such"}, "unknown clause 'no.such'"),
        (2, {"clause": []}, "is broken: line 3"),
        (2, {"got": 5}, "got is 5"),
        (2, {"kind": "odd"}, "kind is 'odd'"),
        (2, {"text": [1]}, "1 is not text"),
        (6, {"verdicts": 5}, "is broken: "),
        (6, {"verdicts": {"a.b": {"state": 1}}}, "is broken: "),
        (6, {"seconds": float("inf")}, "seconds is inf"),
        (8, {"lines": 10}, "lines are missing"),
    ],
)
def test_what_is_broken_is_noticed(
    made: Any, number: int, change: dict[str, Any], told: str
) -> None:
    content = lines(made.write())
    content[number] |= change
    rewrite(made.path, content)
    with pytest.raises(UsageError, match=told) as caught:
        read(made.path)
    assert str(made.path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "it does not begin with a header"),
        (b"\xff\xfe", "it is not JSON"),
        (b"hello\n", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[1]\n", "it has no type"),
        (b'{"format": 1}\n', "it has no type"),
        (b'{"type": 5}\n', "it has no type"),
    ],
)
def test_what_is_no_report_is_refused(made: Any, content: bytes, told: str) -> None:
    made.path.write_bytes(content)
    with pytest.raises(UsageError, match=f"is no report: {told}"):
        read(made.path)


@pytest.mark.parametrize("format", ["jsonl", *FORMATS])
def test_what_cannot_be_read_or_written_is_told(tmp_path: Path, format: str) -> None:
    with pytest.raises(UsageError, match=r"cannot read report .*: No such file"):
        read(tmp_path / "missing")
    for spec, told in (
        (f"{format}={tmp_path}", f"cannot write report {tmp_path}: Is a directory"),
        (f"{format}={tmp_path}/no/file", "cannot write report .*: No such file or directory"),
        (format, f"--report {format}: give it as FORMAT=PATH"),
        (f"{format}=", "give it as FORMAT=PATH"),
        ("xml=x", "unknown report format 'xml': known are jsonl, "),
        ("", "unknown report format ''"),
    ):
        with pytest.raises(UsageError, match=told):
            open_report(spec, Options(), ["a"])


@pytest.mark.parametrize("format", FORMATS)
def test_a_report_that_is_written_during_the_run_is_that_of_its_lines(
    made: Any, tmp_path: Path, format: str
) -> None:
    path = tmp_path / "report"
    report = open_report(f"{format}={path}", Options(), ["a", "b"])
    for event in made.events:
        report(event)
    report.close()
    report.close()
    told = path.read_text("utf-8")
    assert told and "Traceback" not in told


def test_notes_read_back(made: Any) -> None:
    noted = [
        replace(event, notes=("resize works",)) if isinstance(event, Started) else event
        for event in made.events
    ]
    (started,) = (e for e in made.report(noted).events if isinstance(e, Started))
    assert started.notes == ("resize works",)
