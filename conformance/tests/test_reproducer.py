"""Reproducers: scripts that fail where the fault is, and only there."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance.adapters import Adapter, resolve
from mmap_conformance.engine import run, scratch
from mmap_conformance.events import Event, Finding, Found, Started
from mmap_conformance.expectations import shipped
from mmap_conformance.inprocess import model_facts
from mmap_conformance.options import Options
from mmap_conformance.reproducer import Reproducers, file_stem, reproducer
from mmap_conformance.workers import Workers
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clause import EDITIONS
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.corpus import Entry, corpus
from mmap_spec_tests.model import Facts, Unrunnable
from mmap_spec_tests.operations import Operation, Program

MAP = Operation("m0", "mmap()", [-1, 13])
TELL = Operation("m0", "tell")
CLAUSE = "position.tell-returns-position"


def finding(program: Program, clause: str = CLAUSE, **more: Any) -> Finding:
    told: dict[str, Any] = {
        "kind": "returned",
        "expected": "returns 0",
        "got": "returned 1",
        **more,
    }
    level, method = CLAUSES[clause].level, program[-1].method
    return Finding("mine", clause, level, method, program=program, **told)


def execute(
    script: str | Path, *arguments: str, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        *([] if isinstance(script, Path) else ["-c"]),
        str(script),
        *arguments,
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30)


@pytest.fixture(scope="module")
def facts() -> Facts:
    """The facts of this interpreter's own ``mmap``."""
    with scratch() as directory, Workers(resolve("stdlib"), Options(), directory) as workers:
        hello = workers.hello()
        return model_facts(hello, tuple(hello["version"]))


# Every program as a script.


def editions(clause: str) -> Iterator[Facts]:
    """Facts of all editions and platforms that have the clause, the last one first."""
    constants = {"MS_SYNC": 4, "MS_ASYNC": 1}  # of edition 3.15
    constants |= {name: getattr(mmap, name) for name in dir(mmap) if name.isupper()}
    can = GRANTED | {"madvise", "seekable", "set_name", "fork", "python-buffers"}
    for edition in reversed(EDITIONS):
        for platform in CLAUSES[clause].platforms:
            if CLAUSES[clause].holds(edition, platform, can):
                yield Facts(edition, platform, constants=constants, capabilities=can)


def script_of(entry: Entry) -> str:
    for facts in editions(entry.clause):
        try:
            return reproducer(finding(entry.program, entry.clause), facts, "mmap")
        except Unrunnable:
            continue
    pytest.fail(f"no edition can run the example of {entry.clause}")


@pytest.mark.parametrize("entry", corpus(), ids=lambda entry: entry.clause)
def test_the_whole_corpus_compiles(entry: Entry) -> None:
    script = script_of(entry)
    compile(script, entry.clause, "exec")
    assert script.startswith('"""' + entry.clause)
    assert "lawful = " in script


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "hung", "got": "gave no answer in 5 s"},
        {"kind": "crashed", "got": "crashed with exit code 0"},
        {"kind": "crashed", "got": "crashed with SIGKILL"},
        {"kind": "protocol", "got": "broke the protocol with ''"},
        {"kind": "raised", "got": "raised MemoryError: "},
        {"repeats": (1, 9)},
    ],
    ids=str,
)
def test_a_script_of_any_kind_passes_where_the_fault_is_not(
    more: dict[str, Any], facts: Facts, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(reproducer(finding([MAP, TELL], **more), facts, "mmap"))
    done = execute(script)
    assert (done.returncode, done.stderr) == (0, "")


EVIL = "\"\"\" ''' \\ \\x \x00 \r \x1b[31m \N{SNOWMAN} \udc80 {x} %s"


@pytest.mark.parametrize(
    ("field", "text"),
    [("got", EVIL), ("got", 'raised ValueError: "'), ("implementation", 'mmap@C:\\new\\x """')],
    ids=["evil", "quote", "name"],
)
def test_no_text_breaks_a_script(field: str, text: str, facts: Facts, tmp_path: Path) -> None:
    evil = Finding(**{**vars(finding([MAP, TELL])), field: text})
    write = Reproducers(tmp_path, 5.0)
    write(started(facts, evil.implementation))
    write(Found(evil))
    (script,) = tmp_path.iterdir()
    done = execute(script)
    assert (done.returncode, done.stderr) == (0, "")


# Scripts of findings, on what has the fault and on what has not.


def found(name: str, clause: str, budget: float = 1.0) -> list[Event]:
    options = Options(budget=str(budget), clauses=(clause,), timeout=2)
    events = list(run([resolve(name)], options))
    scripted = [event for event in events if isinstance(event, Found)]
    return [events[0], *(event for event in scripted if event.finding.clause == clause)]


@pytest.mark.parametrize(
    ("name", "clause"),
    [
        ("find_off_by_one", "search.find-lowest"),
        ("find_off_by_one", "search.starts-at-position"),
        ("position_not_advanced", "position.read-advances"),
        ("size_lies", "size.returns-file-length"),
        ("value_for_type_error", "access.read-refuses-write"),
        ("failed_resize_changes_file", "resize.failed-changes-nothing"),
        ("write_does_not_reach_file", "access.write-updates-file"),
    ],
)
def test_a_script_fails_where_the_fault_is_and_nowhere_else(
    name: str, clause: str, faulty: Path, tmp_path: Path
) -> None:
    events = found(name, clause)
    write = Reproducers(tmp_path / "scripts", 5.0)
    for event in events:
        write(event)
    scripts = sorted((tmp_path / "scripts").iterdir())
    assert len(scripts) == len(events) - 1 >= 1
    for script in scripts:
        wrong = execute(script, folder=tmp_path)
        assert wrong.returncode == 1 and wrong.stderr == ""
        assert "expected: " in wrong.stdout and "got: " in wrong.stdout
        right = execute(script, "mmap", folder=tmp_path)
        assert (right.returncode, right.stderr) == (0, "")


def test_a_script_tests_the_module_of_the_current_directory(facts: Facts, tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "script.py"
    script.write_text(reproducer(finding([MAP, TELL]), facts, "mymmap"))
    (tmp_path / "mymmap.py").write_text("from mmap import *\nfrom mmap import mmap\n")
    assert execute(script, folder=tmp_path).returncode == 0
    (tmp_path / "mymmap.py").write_text(
        "import mmap as stdlib\nclass mmap(stdlib.mmap):\n    def tell(self): return 1\n"
    )
    assert execute(script, folder=tmp_path).returncode == 1


def test_scripts_of_the_corpus_pass_on_what_is_right(
    stdlib: Adapter, facts: Facts, tmp_path: Path
) -> None:
    """All in one process, one after another; each that fails is told."""
    known = {entry.clause for entry in shipped().entries}
    number = 0
    for entry in corpus():
        clause = CLAUSES[entry.clause]
        holds = clause.holds(facts.edition, facts.platform, facts.capabilities)
        if entry.clause in known or clause.level == "may" or not holds:
            continue
        try:
            script = reproducer(finding(entry.program, entry.clause), facts, "mmap")
        except Unrunnable:
            continue
        number += 1
        (tmp_path / f"{number:03}-{entry.clause}.py").write_text(script)
    assert number > 100
    driver = (
        "import array, faulthandler, gc, mmap, os, re, shutil, sys, tempfile, weakref, zlib\n"
        "failed = []\n"
        "for name in sorted(os.listdir('.')):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        sys.argv = [name]\n"
        "        exec(compile(open(name).read(), name, 'exec'), {'__name__': '__main__'})\n"
        "        os._exit(3)\n"
        "    if os.waitpid(child, 0)[1]: failed.append(name)\n"
        "print(*failed)\n"
    )
    done = execute(driver, folder=tmp_path)
    assert done.stdout.splitlines()[-1] == "", done.stdout + done.stderr


# The consumer of events.


def started(facts: Facts, name: str = "mine") -> Started:
    hello = {**vars(facts), "capabilities": sorted(facts.capabilities)}
    return Started(name, hello, ".".join(map(str, facts.edition)), "should", 0, "smoke")


def test_each_finding_has_a_file_of_its_own(facts: Facts, tmp_path: Path) -> None:
    write = Reproducers(tmp_path / "new" / "folder", 5.0)
    write(replace(started(facts), module="my.module"))
    for program in ([MAP, TELL], [MAP, TELL, TELL], [MAP, Operation("m0", "[]", [0])]):
        write(Found(finding(program)))
    write.close()
    names = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    stem = "position.tell_returns_position"
    assert names == [f"{stem}-getitem-mine.py", f"{stem}-tell-mine-2.py", f"{stem}-tell-mine.py"]
    assert "'my.module'" in (tmp_path / "new" / "folder" / names[0]).read_text()


@pytest.mark.parametrize("name", ["a/b", "mmap@/usr/bin/python3", "..", "my mmap", "x" * 5])
def test_names_of_files_are_plain(name: str) -> None:
    stem = file_stem(Finding(**{**vars(finding([MAP, TELL])), "implementation": name}))
    assert os.sep not in stem and " " not in stem and not stem.startswith(".")
    assert stem.startswith("position.tell_returns_position-tell-")


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        Reproducers(tmp_path / "file", 5.0)
