"""Reports: the one for programs, to be read back; and the one for people."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mmap_conformance import engine
from mmap_conformance.adapters import Adapter
from mmap_conformance.errors import UsageError
from mmap_conformance.events import (
    Event,
    Finding,
    Finished,
    Found,
    NotStarted,
    ProgramsRun,
    Restarted,
    Stale,
    Started,
    Verdict,
)
from mmap_conformance.options import Options
from mmap_conformance.reports import jsonl, open_report
from mmap_conformance.reports.matrix import SYMBOLS
from mmap_conformance.reports.terminal import Terminal
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.operations import Operation, octets, reentrant

SCHEMA = json.loads(files("mmap_conformance.reports").joinpath("schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

MAP = Operation("m0", "mmap()", [-1, 13], {"access": {"constant": "ACCESS_WRITE"}})
TELL = Operation("m0", "tell", [], {})


def finding(clause: str, *program: Operation, **more: Any) -> Finding:
    told: dict[str, Any] = {"kind": "returned", "expected": "returns 1", "got": "returned 2"}
    level = CLAUSES[clause].level
    return Finding(
        "a", clause, level, program[-1].method, program=list(program), **{**told, **more}
    )


UNEXPECTED = finding("position.tell-returns-position", MAP, TELL, repeats=(3, 3))
EXPECTED = finding(
    "search.find-lowest", MAP, Operation("m0", "find", [octets(b"z")]), reason="bug 5"
)
BELOW = finding(
    "slices.set-from-itself", MAP, Operation("m0", "[]=", [reentrant(3, [TELL]), 255]), got="x"
)
FINDINGS = (UNEXPECTED, EXPECTED, BELOW)
STATUSES = dict(
    zip((f.clause for f in FINDINGS), ("failed", "expected", "information"), strict=True)
)
VERDICTS = tuple(
    Verdict(clause, STATUSES.get(clause, "untested" if clause == "flush.range" else "passed"), 3)
    for clause in CLAUSES
)
FACTS = {"interpreter": "cpython 3.11.7", "version": [3, 11, 7]}
STALE = Stale("a", "items.len", "len()", "crashed", [MAP], "returned 3")
EVENTS: tuple[Event, ...] = (
    Started("a", FACTS, "3.11.7", "should", 0, "smoke", ("resize does not work",)),
    ProgramsRun("a", "search", 3, 9, 0.5),
    *map(Found, FINDINGS),
    STALE,
    Restarted("a", "crashed with SIGSEGV", 1, "last words"),
    Finished("a", VERDICTS, FINDINGS, 1234, 45678, 1, 1.5, ""),
    NotStarted("b", "cannot import b: ImportError: no"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.jsonl"


def write(path: Path, events: Sequence[Event] = EVENTS, names: Sequence[str] = ("a", "b")) -> None:
    report = open_report(
        f"jsonl={path}", Options(edition=(3, 9), expectations=Path("x.toml")), names
    )
    for event in events:
        report(event)
    report.close()
    report.close()  # once more does no harm


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def rewrite(path: Path, content: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in content))


# For programs.


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_line_is_as_the_schema_says(path: Path) -> None:
    write(path)
    written = lines(path)
    assert [line["type"] for line in written] == [
        "header", "started", "finding", "finding", "finding", "stale", "finished", "not-started",
        "footer",
    ]  # fmt: skip
    for line in written:
        VALIDATOR.validate(line)


def test_a_real_run_is_as_the_schema_says(path: Path, stdlib: Adapter) -> None:
    options = Options(budget="1", areas=("search", "reentrancy"))
    write(path, list(engine.run([stdlib], options)), ["stdlib"])
    assert len(lines(path)) > 4
    for line in lines(path):
        VALIDATOR.validate(line)


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (0, {"format": 2}),
        (1, {"edition": "new"}),
        (2, {"level": "shall"}),
        (2, {"program": []}),
        (2, {"program": [["m0"]]}),
        (2, {"program": [["m0", "tell", [{"a": 1, "b": 2}], {}]]}),
        (2, {"repeats": [1]}),
        (5, {"was": 5}),
        (6, {"verdicts": {"search.find-lowest": {"status": "fine", "checks": 1}}}),
        (6, {"verdicts": {"no clause": {"status": "passed", "checks": 1}}}),
        (8, {"counts": {}}),
        (8, {"type": "foot"}),
        (7, {"more": 1}),
    ],
)
def test_the_schema_refuses_other_lines(path: Path, number: int, change: dict[str, Any]) -> None:
    write(path)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({**lines(path)[number], **change})


def test_the_header_tells_the_options(path: Path) -> None:
    write(path)
    header = lines(path)[0]
    assert header["implementations"] == ["a", "b"]
    assert (header["options"]["edition"], header["options"]["expectations"]) == ("3.9", "x.toml")


def test_the_footer_counts(path: Path) -> None:
    write(path)
    assert lines(path)[-1] == {
        "type": "footer",
        "lines": 9,
        "counts": {
            "started": 1, "not_started": 1, "finished": 1, "findings": 3, "expected": 1,
            "stale": 1,
        },
    }  # fmt: skip


def test_a_report_reads_back_as_the_events_it_was_written_from(path: Path) -> None:
    write(path)
    report = jsonl.read(path)
    assert report.events == tuple(e for e in EVENTS if not isinstance(e, ProgramsRun | Restarted))
    assert report.findings == FINDINGS
    assert report.header["tool"].startswith("mmap-conformance ")


def test_findings_are_told_apart_by_implementation(path: Path) -> None:
    other = Finding(**{**vars(UNEXPECTED), "implementation": "b"})
    ends = [
        Finished(name, VERDICTS, (f,), 1, 1, 0, 1.0)
        for name, f in (("a", UNEXPECTED), ("b", other))
    ]
    write(path, [Found(UNEXPECTED), Found(other), *ends])
    assert [e.findings for e in jsonl.read(path).events if isinstance(e, Finished)] == [
        (UNEXPECTED,),
        (other,),
    ]


@pytest.mark.parametrize("left_out", [Finished, NotStarted])
def test_a_run_that_did_not_end_has_no_footer(path: Path, left_out: type) -> None:
    write(path, [event for event in EVENTS if not isinstance(event, left_out)])
    assert lines(path)[-1]["type"] != "footer"
    with pytest.raises(UsageError, match="has no footer: the run did not end"):
        jsonl.read(path)


def test_what_is_missing_is_noticed(path: Path) -> None:
    write(path)
    whole = lines(path)
    for number in range(1, len(whole) - 1):
        rewrite(path, whole[:number] + whole[number + 1 :])
        with pytest.raises(UsageError, match="is not whole: lines are missing"):
            jsonl.read(path)


def test_a_line_that_is_cut_is_noticed(path: Path) -> None:
    write(path)
    text = path.read_text()
    for length in (len(text) - 2, len(text) // 2):
        path.write_text(text[:length])
        with pytest.raises(UsageError, match=r"or cut off: line . is not JSON"):
            jsonl.read(path)


@pytest.mark.parametrize(
    ("number", "change", "told"),
    [
        (0, {"format": 2}, "has format 2, this version reads 1"),
        (0, {"type": "started"}, "does not begin with a header"),
        (1, {"type": "begun"}, "is broken: .*unknown type 'begun'"),
        (1, {"color": "red"}, "is broken: "),
        (2, {"number": None, "level": None, "program": 5}, "is broken: "),
        (2, {"program": [["m0"]]}, "is broken: "),
        (6, {"verdicts": 5}, "is broken: "),
        (6, {"verdicts": {"a.b": {"state": 1}}}, "is broken: "),
        (8, {"lines": 10}, "lines are missing"),
    ],
)
def test_what_is_broken_is_noticed(
    path: Path, number: int, change: dict[str, Any], told: str
) -> None:
    write(path)
    content = lines(path)
    content[number] |= change
    rewrite(path, content)
    with pytest.raises(UsageError, match=told) as caught:
        jsonl.read(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "does not begin with a header"),
        (b"\xff\xfe", "it is not text"),
        (b"hello\n", "line 1 is not JSON"),
        (b"[1]\n", "line 1 has no type"),
        (b'{"format": 1}\n', "line 1 has no type"),
        (b'{"type": 5}\n', "line 1 has no type"),
    ],
)
def test_what_is_no_report_is_refused(path: Path, content: bytes, told: str) -> None:
    path.write_bytes(content)
    with pytest.raises(UsageError, match=told):
        jsonl.read(path)


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read report .*: No such file"):
        jsonl.read(tmp_path / "missing")
    for spec, told in (
        (f"jsonl={tmp_path}", f"cannot write report {tmp_path}: Is a directory"),
        (f"jsonl={tmp_path}/no/file", "cannot write report .*: No such file or directory"),
        ("jsonl", "--report jsonl: give it as FORMAT=PATH"),
        ("jsonl=", "give it as FORMAT=PATH"),
        ("xml=x", "unknown report format 'xml': known are jsonl"),
        ("", "unknown report format ''"),
    ):
        with pytest.raises(UsageError, match=told):
            open_report(spec, Options(), ["a"])


# For people.


def shown(events: Sequence[Event] = EVENTS, *, verbose: bool = False) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(["a", "b"], verbose=verbose, stdout=out, stderr=err)
    for event in events:
        terminal(event)
    terminal.close()
    return out.getvalue(), err.getvalue()


def test_the_matrix_shows_what_is_not_simply_passed() -> None:
    out, _ = shown()
    rows = {line.split()[0]: line.split()[-1] for line in out.partition("\n\n")[0].splitlines()}
    for clause, status in {**STATUSES, "flush.range": "untested"}.items():
        assert rows[clause] == SYMBOLS[status][0]  # type: ignore[index]
    assert "search.rfind-highest" not in rows
    assert "search.rfind-highest" in shown(verbose=True)[0]
    passed = sum(clause.startswith("search.") for clause in CLAUSES) - 1
    assert f"{passed}+ 1x" in next(line for line in out.splitlines() if line.startswith("search "))
    assert "F failed" in out and "x expected" in out


def test_findings_and_expected_ones_are_told_apart() -> None:
    out, _ = shown()
    unexpected, _, rest = out.partition("Expected findings (1)")
    expected, _, below = rest.partition("Information, below level should (1)")
    assert "Findings (1)" in unexpected
    assert "1. position.tell-returns-position (must) - a" in unexpected
    assert CLAUSES["position.tell-returns-position"].statement in unexpected
    assert "m0 = mmap.mmap(-1, 13, access=mmap.ACCESS_WRITE)\n       m0.tell()" in unexpected
    assert "expected: returns 1\n   got:      returned 2" in unexpected
    assert "a: search.find-lowest: m0.find(b'z') returned 2 - bug 5" in expected
    assert "slices.set-from-itself" in below


def test_flaky_findings_say_so() -> None:
    flaky = Finding(**{**vars(UNEXPECTED), "repeats": (2, 3)})
    told = shown([EVENTS[0], Found(flaky)])[0]
    assert "Flaky, so not counted (1)" in told and "seen in 2 of 3 replays" in told
    crash = Finding(**{**vars(flaky), "kind": "crashed"})
    assert "flaky:    a, seen in 2 of 3 replays" in shown([EVENTS[0], Found(crash)])[0]
    assert "flaky" not in shown()[0]


def test_the_verdict_comes_last() -> None:
    out, _ = shown()
    assert "1 failed, 1 expected, 1 information, 1 untested; 1,234 programs" in out
    assert "b: did not start: cannot import b: ImportError: no" in out
    last = out.rstrip().splitlines()[-1]
    assert last == (
        "Not conformant: 1 unexpected finding in a. "
        "Stale: 1 expected finding of a is gone or changed. Did not start: b. "
        "Not everything was tested of a."
    )


def test_findings_that_several_share_are_told_once() -> None:
    other = Finding(**{**vars(UNEXPECTED), "implementation": "b"})
    out, _ = shown([EVENTS[0], Found(UNEXPECTED), Found(other)])
    assert "Findings (2, 1 different)" in out
    assert "1. position.tell-returns-position (must) - a, b" in out and "\n2. " not in out


def test_a_run_that_did_not_end_says_so() -> None:
    assert "not finished" in shown(EVENTS[:3])[0]


def test_progress_without_a_terminal_is_a_line_for_what_happens_seldom() -> None:
    _, err = shown()
    assert err.splitlines() == [
        "a: started, cpython 3.11.7, edition 3.11.7",
        "a: finished, 45,678 operations in 1.5 s",
    ]
    assert "a: worker crashed with SIGSEGV, restarted\nlast words\n" in shown(verbose=True)[1]


EVIL = "\x1b[31mred\x07\x08\x9b2J\rover\u202eevil\x00"


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("stream", [0, 1], ids=["stdout", "stderr"])
def test_nothing_a_terminal_obeys_comes_from_an_implementation(stream: int, verbose: bool) -> None:
    events = [
        Started("a", {"interpreter": EVIL}, "3.11", "should", 0, "smoke", (EVIL,)),
        Found(finding("position.tell-returns-position", MAP, TELL, got=EVIL, expected=EVIL)),
        Found(finding("search.find-lowest", MAP, TELL, got=EVIL, reason="known")),
        Restarted("a", f"broke the protocol with {EVIL}", 1, EVIL),
        Finished("a", VERDICTS, (), 1, 1, 0, 1.0, EVIL),
        NotStarted("b", EVIL),
    ]
    text = shown(events, verbose=verbose)[stream]
    assert "\\x1b[31mred" in text
    assert {c for c in text if not c.isprintable()} <= {"\n"}
