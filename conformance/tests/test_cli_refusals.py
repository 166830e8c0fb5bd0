"""What the command line refuses: in one line, with an exit code, and without a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance.cli import listing

Command = Callable[..., Any]

PROGRAM = [["m0", "mmap()", [-1, 13], {}], ["m0", "tell", [], {}]]

CUT = json.dumps(
    {
        "type": "header", "format": 2, "tool": "", "date": "", "implementations": [],
        "options": {}, "clauses": {},
    }
)  # fmt: skip

_UNKNOWN = """
[[finding]]
clause = "no.such"
operation = "find"
got = "returned"
program = "[]"
"""


@pytest.fixture
def folder(command: Command, tmp_path: Path) -> Path:
    """The current directory, with files of all kinds in it."""
    (tmp_path / "other").write_text("#!/bin/sh\n")
    (tmp_path / "other").chmod(0o755)
    (tmp_path / "unknown.toml").write_text(_UNKNOWN)
    (tmp_path / "broken.toml").write_text("[[finding")
    (tmp_path / "cut.jsonl").write_text(CUT)
    (tmp_path / "text").write_text("hello\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name, content in {
        "number": 5,
        "object": {"a": 1},
        "numbers": [1],
        "short": [["m0"]],
        "mixed": [["m0", "tell", {}, []]],
        "unbound": PROGRAM[1:],
        "strange": [["m0", "mmap()", [{"no": 1}], {}]],
        "untagged": [["f0", "file()", [{"bytes": "a"}, {}], {}]],
        "wrongly-tagged": [*PROGRAM, ["m0", "read", [{"bytes": 5}], {}]],
        "bare": [*PROGRAM, ["m0", "[]=", [], {}]],
        "program": PROGRAM,
    }.items():
        (tmp_path / name).write_text(json.dumps(content))
    return tmp_path


REFUSED = [
    ("", "the following arguments are required: VERB"),
    ("walk", "invalid choice: 'walk'"),
    ("run --fast", "unrecognized arguments: --fast"),
    ("run --clause", "expected one argument"),
    ("run --clause search.find-lowst", "'search.find-lowst'; did you mean search.find-lowest?"),
    ("run --clause zzz", "unknown clause 'zzz'; `mmap-conformance list clauses` lists them"),
    ("run --area serch", "unknown area 'serch'; did you mean search?"),
    ("run --area zzz", "unknown area 'zzz'; known are position, access, "),
    ("run --edition 2.7", "unknown edition '2.7'; the suite knows 3.1 to 3."),
    ("run --edition new", "unknown edition 'new'"),
    ("run --level shall", "invalid choice: 'shall'"),
    ("run --budget soon", "'soon' is neither smoke, ci, deep nor a number of seconds"),
    ("run --budget 0", "'0' is neither smoke"),
    ("run --budget=-5", "'-5' is neither smoke"),
    ("run --budget nan", "'nan' is neither smoke"),
    ("run --budget inf", "'inf' is neither smoke"),
    ("run --timeout 0", "'0' is no positive number of seconds"),
    ("run --timeout never", "'never' is no positive number of seconds"),
    ("run --jobs 0", "'0' is no positive integer"),
    ("run --jobs 1.5", "'1.5' is no positive integer"),
    ("run --jobs ²", "'²' is no positive integer"),
    ("run --seed x", "invalid int value: 'x'"),
    ("run --isolation some", "invalid choice: 'some'"),
    ("run no-such-thing", "unknown implementation 'no-such-thing': name stdlib, "),
    ("run mmap@nosuchpython", "the interpreter 'nosuchpython' is not found"),
    ("run mmap@./text", "the interpreter './text' is not found"),
    ("run stdlib stdlib", "the implementation 'stdlib' is named twice"),
    ("run mmap@./other --isolation none", "it cannot run with --isolation none"),
    ("run stdlib --expectations missing.toml", "expectations missing.toml: No such file"),
    ("run stdlib --expectations .", "cannot read expectations .: Is a directory"),
    ("run stdlib --expectations broken.toml", "expectations broken.toml are no TOML"),
    ("run stdlib --expectations unknown.toml", "unknown.toml, finding 1: unknown clause 'no.such'"),
    ("run stdlib --report pdf=x", "unknown report format 'pdf': known are "),
    ("run stdlib --report jsonl", "--report jsonl: give it as FORMAT=PATH"),
    ("run stdlib --report jsonl=no/folder/x", "cannot write report no/folder/x: No such file"),
    ("run stdlib --report jsonl=.", "cannot write report .: Is a directory"),
    ("run stdlib --reproducers text", "cannot make the folder text: File exists"),
    ("run stdlib --reproducers text/x", "cannot make the folder text/x: Not a directory"),
    ("list", "the following arguments are required: what"),
    ("list sentences", "invalid choice: 'sentences'"),
    ("list clauses --area zzz", "unknown area 'zzz'"),
    ("explain", "the following arguments are required: CLAUSE"),
    ("explain resize.zero-keeps-fil", "did you mean resize.zero-keeps-file?"),
    ("replay", "the following arguments are required: FILE|CLAUSE"),
    ("replay missing", "'missing' is neither a file nor the id of a clause"),
    ("replay . stdlib", "cannot read .: Is a directory"),
    ("replay cut.jsonl stdlib", "report cut.jsonl has no footer: it was cut off"),
    ("replay text stdlib", "text is no report: it is not JSON"),
    ("replay binary stdlib", "binary is no report: it is not JSON"),
    ("replay number stdlib", "number is no report: it has no type"),
    ("replay object stdlib", "object is no report: it has no type"),
    ("replay numbers stdlib", "numbers is no program: an operation is [target, method, arguments"),
    ("replay short stdlib", "short is no program"),
    ("replay mixed stdlib", "mixed is no program"),
    ("replay unbound stdlib", "the program makes no sense to stdlib: m0 tell"),
    ("replay strange stdlib", "strange"),
    ("replay untagged stdlib", "untagged"),
    ("replay wrongly-tagged stdlib", "wrongly-tagged"),
    ("replay bare stdlib", "bare"),
    ("selftest no-such-thing", "unknown implementation 'no-such-thing'"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "told"), REFUSED, ids=[line for line, _ in REFUSED])
def test_bad_usage_is_told_in_one_line(
    arguments: str, told: str, command: Command, folder: Path
) -> None:
    done = command(*arguments.split())
    assert done.code == 2
    assert done.complaint.startswith("mmap-conformance: ") and told in done.complaint
    assert done.out == ""


@pytest.mark.parametrize(
    "verb", ["run stdlib", "replay program stdlib", "selftest stdlib", "list implementations"]
)
def test_a_broken_configuration_is_told_in_one_line(
    verb: str, command: Command, folder: Path
) -> None:
    (folder / "pyproject.toml").write_text("[tool.mmap-conformance.implementations.x]\nmodul = 1\n")
    done = command(*verb.split())
    assert done.code == 2
    told = f"{folder / 'pyproject.toml'}, implementation 'x': unknown key 'modul'"
    assert told in done.complaint


def test_a_broken_expectations_file_of_the_configuration_is_told(
    command: Command, folder: Path
) -> None:
    (folder / "pyproject.toml").write_text(
        "[tool.mmap-conformance.implementations.x]\nexpectations = 'unknown.toml'\n"
    )
    done = command("run", "x", "--budget=0.1")
    assert done.code == 2
    assert f"{folder / 'unknown.toml'}, finding 1: unknown clause" in done.complaint


# What does not start is exit code 4.

NOT_STARTED = [
    ("no_such_module", "cannot import no_such_module: ModuleNotFoundError: No module named "),
    ("not_an_mmap", "module not_an_mmap has no type 'mmap'"),
    ("raises_at_import", "cannot import raises_at_import: RuntimeError: this implementation"),
]


@pytest.mark.parametrize(("module", "why"), NOT_STARTED)
@pytest.mark.parametrize("verb", ["run", "replay program", "selftest"])
def test_what_does_not_start_is_told_in_one_line(
    verb: str, module: str, why: str, command: Command, folder: Path, faulty: Path
) -> None:
    done = command(*verb.split(), module)
    assert done.code == 4
    (line,) = (each for each in (done.out + done.err).splitlines() if why in each)
    assert module in line
    assert "Traceback" not in done.out + done.err and len(done.err.splitlines()) <= 1


def test_the_others_run_where_one_does_not_start(
    command: Command, folder: Path, faulty: Path
) -> None:
    done = command("run", "stdlib", "not_an_mmap", "--budget=0.2", "--area=move")
    assert done.code == 4
    assert "stdlib (" in done.out and "not_an_mmap: did not start: " in done.out
    done = command("replay", "program", "not_an_mmap", "stdlib")
    assert done.code == 4
    assert "program on stdlib" in done.out


def test_a_command_that_is_not_there_does_not_start(command: Command, folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        "[tool.mmap-conformance.implementations.x]\ncommand = ['./no-such-program']\n"
    )
    for verb in (["run", "x"], ["selftest", "x"], ["replay", "program", "x"]):
        done = command(*verb)
        assert done.code == 4
        assert "cannot start ./no-such-program: No such file or directory" in done.out + done.err
        assert "Traceback" not in done.err


# What is our own fault, or the user's wish.


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (RuntimeError("oops"), 3, "an error of mmap-conformance itself, please report it"),
        (KeyboardInterrupt(), 130, "mmap-conformance: interrupted"),
    ],
)
def test_other_ends_have_codes_of_their_own(
    error: BaseException,
    code: int,
    told: str,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(listing, "_editions", lambda: fail(None))
    done = command("list", "editions")
    assert done.code == code
    assert told in done.err.splitlines()[-1]
    assert ("Traceback" in done.err) == (code == 3)
