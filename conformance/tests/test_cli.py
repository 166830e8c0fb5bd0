"""The verbs of the command line, on what they are for."""

from __future__ import annotations

import json
import mmap
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from mmap_conformance import __version__
from mmap_conformance.events import Finished
from mmap_conformance.reports import reading
from mmap_spec_tests.clause import EDITIONS, LEVELS
from mmap_spec_tests.clauses import AREA_OF, CLAUSES

Command = Callable[..., Any]

PROGRAM = [
    ["m0", "mmap()", [-1, 13], {}],
    ["m0", "tell", [], {}],
    ["m0", "find", [{"bytes": "\0"}], {}],
]


# list, explain


def first_words(done: Any) -> list[str]:
    assert (done.code, done.err) == (0, "")
    return [line.split()[0] for line in done.out.splitlines()[1:]]


def test_list_clauses_lists_all(command: Command) -> None:
    done = command("list", "clauses")
    assert first_words(done) == list(CLAUSES)
    for clause in CLAUSES.values():
        assert clause.statement in done.out


@pytest.mark.parametrize("level", LEVELS)
def test_list_clauses_by_level(level: str, command: Command) -> None:
    wanted = [clause.id for clause in CLAUSES.values() if clause.level == level]
    assert first_words(command("list", "clauses", "--level", level)) == wanted


def test_list_clauses_by_area_and_edition(command: Command) -> None:
    wanted = [
        clause.id
        for clause in CLAUSES.values()
        if AREA_OF[clause.id] == "constructor"
        and clause.since <= (3, 2)
        and (clause.until is None or clause.until > (3, 2))
    ]
    listed = command("list", "clauses", "--area=constructor", "--edition=3.2")
    assert first_words(listed) == wanted
    assert 0 < len(wanted) < sum(area == "constructor" for area in AREA_OF.values())


def test_list_editions_counts_clauses(command: Command) -> None:
    rows = [line.split() for line in command("list", "editions").out.splitlines()[1:]]
    assert [row[0] for row in rows] == [f"3.{minor}" for _, minor in EDITIONS]
    for _, *counts in rows:
        assert 50 < sum(map(int, counts)) <= len(CLAUSES)
    in_last = sum(c.until is None or c.until > EDITIONS[-1] for c in CLAUSES.values())
    assert sum(map(int, rows[-1][1:])) == in_last


def test_list_implementations_names_what_can_be_run(command: Command, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.mmap-conformance.implementations.mine]\nmodule = 'mymmap'\n"
    )
    listed = first_words(command("list", "implementations"))
    assert {
        "reference",
        "reference-latest",
        "stdlib",
        "mine",
        "MODULE",
        "MODULE@INTERPRETER",
    } <= set(listed)


@pytest.mark.parametrize("clause", CLAUSES.values(), ids=lambda clause: clause.id)
def test_explain_tells_what_a_clause_says(clause: Any, command: Command) -> None:
    done = command("explain", clause.id)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{clause.id} ({clause.level}; since edition ")
    assert clause.statement in done.out
    assert AREA_OF[clause.id] in done.out and clause.source in done.out


def test_explain_tells_what_is_known_and_shows_a_program(command: Command) -> None:
    told = command("explain", "resize.grown-anonymous-usable").out
    assert "known:      mmap@cpython-unix before 3.13.8, resize: shared anonymous memory" in told
    assert "needs:      resize" in told
    assert "m0.resize(" in told
    told = command("explain", "search.find-lowest").out
    assert "known:" not in told and "needs:" not in told


# replay, selftest


def test_replay_runs_the_examples_of_a_clause(command: Command) -> None:
    done = command("replay", "search.find-lowest", "stdlib")
    assert (done.code, done.err) == (0, "")
    assert "search.find-lowest on stdlib" in done.out and "m0.find(" in done.out


def test_replay_runs_a_program(command: Command, faulty: Path, tmp_path: Path) -> None:
    (tmp_path / "program.json").write_text(json.dumps(PROGRAM))
    done = command("replay", "program.json", "stdlib")
    assert done.code == 0
    assert [line.split()[-1] for line in done.out.splitlines()[1:4]] == ["None", "0", "0"]

    done = command("replay", "program.json", "find_off_by_one", "stdlib")
    assert done.code == 1
    (bad,) = (line for line in done.out.splitlines() if line.startswith("  F "))
    assert "m0.find(b'\\x00')" in bad and bad.endswith("returned 1")
    assert "    search.find-lowest expects: returns 0" in done.out
    assert "program.json on stdlib" in done.out


def test_replay_fails_at_its_level_alone(command: Command, faulty: Path, tmp_path: Path) -> None:
    (tmp_path / "program.json").write_text(
        json.dumps([PROGRAM[0], ["m0", "find", [{"bytes": ""}], {}]])
    )
    assert command("replay", "program.json", "find_off_by_one").code == 1
    assert command("replay", "program.json", "find_off_by_one", "--level=must").code == 0


def test_replay_shows_a_death(command: Command, faulty: Path, tmp_path: Path) -> None:
    program = [PROGRAM[0], ["m0", "tell"], ["m0", "readline"], ["m0", "tell"]]
    (tmp_path / "program.json").write_text(json.dumps(program))
    done = command("replay", "program.json", "segfault")
    assert done.code == 1
    assert "m0.tell()" in done.out.splitlines()[2] and "returned 0" in done.out
    assert "crashed with SIGSEGV" in done.out.splitlines()[3]


def test_replay_shows_nothing_that_a_terminal_obeys(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evil.py").write_text(
        "import mmap as stdlib\n"
        "class mmap(stdlib.mmap):\n"
        "    def tell(self): raise ValueError('\\x1b[2J\\x9bred')\n"
    )
    (tmp_path / "program.json").write_text(json.dumps(PROGRAM))
    done = command("replay", "program.json", "evil")
    assert done.code == 1 and "red" in done.out
    assert {c for c in done.out + done.err if not c.isprintable()} <= {"\n"}


def test_selftest_tells_what_works(command: Command) -> None:
    done = command("selftest", "stdlib")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"stdlib: {sys.implementation.name} ")
    assert "stdlib: a crash and a hang are seen, and a fresh worker follows" in done.out
    done = command("selftest", "stdlib", "--isolation=none")
    assert done.code == 0 and "crash" not in done.out


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("pass", "it maps no file: mmap() raised TypeError: "),
        ("__init__ = lambda self, *_: None", "it maps no file: len() raised TypeError: "),
        (
            "__init__ = lambda self, *_: __import__('os')._exit(3)",
            "mmap() crashed with exit code 3",
        ),
    ],
)
def test_selftest_fails_where_nothing_is_mapped(
    body: str, told: str, command: Command, tmp_path: Path
) -> None:
    (tmp_path / "mapsnothing.py").write_text(f"class mmap:\n    {body}\n")
    done = command("selftest", "mapsnothing")
    assert done.code == 4 and told in done.complaint


def test_selftest_fails_where_a_crash_is_not_seen(command: Command, tmp_path: Path) -> None:
    """The command is a shell that stays and hides how its child ends."""
    worker = f"{sys.executable} -E -S {{worker}} mmap; exit 0"
    (tmp_path / "pyproject.toml").write_text(
        "[tool.mmap-conformance.implementations.shell]\n"
        f"command = ['sh', '-c', '''trap \"\" SEGV; {worker}''']\n"
    )
    done = command("selftest", "shell")
    assert done.code == 4
    assert done.complaint.startswith("shell: SIGSEGV of the worker was taken for")


# run


def test_run_writes_report_and_reproducers(command: Command, faulty: Path, tmp_path: Path) -> None:
    done = command(
        "run", "find_off_by_one", "--clause=search.find-lowest", "--budget=0.5", "--seed=5",
        "--report=jsonl=report.jsonl", "--reproducers=scripts/new",
    )  # fmt: skip
    assert done.code == 1
    assert done.out.rstrip().endswith("Not conformant: 1 unexpected finding in find_off_by_one.")
    (finding,) = reading.read(tmp_path / "report.jsonl").findings
    assert (finding.clause, finding.kind) == ("search.find-lowest", "returned")
    (script,) = (tmp_path / "scripts" / "new").iterdir()
    assert subprocess.run([sys.executable, script], capture_output=True).returncode == 1

    done = command("replay", "report.jsonl")
    assert done.code == 1 and "search.find-lowest on find_off_by_one" in done.out
    done = command("replay", "report.jsonl", "stdlib")
    assert done.code == 0 and "search.find-lowest on stdlib" in done.out

    done = command("expectations", "update", "known.toml", "find_off_by_one",
                   "--clause=search.find-lowest", "--budget=0.5")  # fmt: skip
    assert done.code == 0
    assert done.out == "known.toml: 1 findings, 1 new, 0 gone, 1 without kind or reason\n"
    done = command("expectations", "check", "known.toml")
    assert done.code == 2 and "finding 1 (search.find-lowest): kind is empty" in done.err
    known = tmp_path / "known.toml"
    filled = known.read_text().replace('kind = ""', 'kind = "bug"')
    known.write_text(filled.replace('reason = ""', 'reason = "bug 5"'))
    done = command("expectations", "check", "known.toml")
    assert done.code == 0 and "1 findings, each with its kind and reason" in done.out

    done = command(
        "run", "find_off_by_one", "--clause=search.find-lowest", "--budget=0.5",
        "--expectations=known.toml", "--report=jsonl=again.jsonl",
    )  # fmt: skip
    assert done.code == 0
    assert done.out.rstrip().endswith("Conformant: find_off_by_one, with 1 expected finding.")
    (finding,) = reading.read(tmp_path / "again.jsonl").findings
    assert finding.reason == "bug 5"


def test_run_tells_of_a_file_that_is_about_others(command: Command, tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    entry = (
        '[[finding]]\nclause = "move.copies"\noperation = "move"\ngot = "returned"\n'
        'program = \'[["m0", "mmap()", [-1, 1], {}], ["m0", "move", [0, 0, 0], {}]]\'\n'
    )
    words = ["run", "stdlib", "--area=move", "--budget=0.3", f"--expectations={known}"]
    known.write_text(f"implementations = ['mine', 'mmap@pypy']\n{entry}")
    done = command(*words)
    told = f"mmap-conformance: expectations {known} are about mine, mmap@pypy: none of them was run"
    assert (done.code, done.err.splitlines()[-1]) == (0, told)
    for names, code in (("'mine', 'stdlib'", 6), ("'mmap@*'", 6)):
        known.write_text(f"implementations = [{names}]\n{entry}")
        done = command(*words)
        assert done.code == code and "none of them" not in done.err
    known.write_text("implementations = ['mine']\n")
    assert "none of them" not in command(*words).err


def test_run_of_what_is_right_is_conformant(command: Command, tmp_path: Path) -> None:
    clause = "search.rfind-highest"
    report = "--report=jsonl=report.jsonl"
    done = command("run", "stdlib", f"--clause={clause}", "--budget=0.3", report, "--verbose")
    assert done.code == 0
    assert f"  {clause} " in done.out and done.out.rstrip().endswith("\n\nConformant: stdlib.")
    assert reading.read(tmp_path / "report.jsonl").findings == ()
    done = command("replay", "report.jsonl", "stdlib")
    assert (done.code, done.complaint) == (5, "there is no program in it")


def test_run_in_parallel_shows_columns_as_they_were_named(command: Command, faulty: Path) -> None:
    done = command("run", "stdlib", "find_off_by_one", "--area=search", "--budget=0.5", "--jobs=2")
    assert done.code == 1
    head = next(line for line in done.out.splitlines() if line.startswith("clause "))
    assert head.split() == ["clause", "level", "stdlib", "find_off_by_one"]


# As a process.


def process(*arguments: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mmap_conformance", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def test_the_version_is_told_and_what_it_runs_on(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = command("--version")
    assert (done.code, done.err) == (0, "")
    first, *rest = done.out.splitlines()
    assert first == f"mmap-conformance {__version__}"
    told = {key: value.strip() for key, _, value in (line.partition(":") for line in rest)}
    assert told["python"] == f"{platform.python_implementation()} {platform.python_version()}"
    assert told["platform"].endswith(f", pages of {mmap.PAGESIZE:,} bytes")
    assert told["hypothesis"] == hypothesis.__version__
    assert told["reference"] in ("not built", "built, editions 3.1 and 3.15")

    monkeypatch.setattr("mmap_conformance.adapters.PathFinder.find_spec", lambda *_: None)
    assert command("--version").out.endswith("reference:  not built\n")


@pytest.mark.parametrize(
    "arguments",
    ["list clauses", "explain search.find-lowest", "replay search.find-lowest stdlib",
     "run stdlib --area move --budget 0.2", "--help"],
)  # fmt: skip
def test_a_reader_who_has_seen_enough_makes_no_trouble(arguments: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing) as stdout:
        command = process(*arguments.split(), stdout=stdout, cwd=tmp_path)
    told = command.communicate()[1]
    assert "Traceback" not in told and "BrokenPipe" not in told


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_the_run_with_one_line(jobs: str, tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    arguments = ["run", "stdlib", f"mmap@{sys.executable}", f"--report=jsonl={report}"]
    running = process(*arguments, "--budget=60", "--jobs", jobs, stdout=subprocess.PIPE)
    assert running.stderr is not None
    assert "started" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert err.splitlines()[-1] == "mmap-conformance: interrupted"
    assert "Traceback" not in out + err
    told = reading.read(report)
    last = told.events[-1]
    assert isinstance(last, Finished) and last.stopped == "interrupted"
    assert "stopped early: interrupted" in out
