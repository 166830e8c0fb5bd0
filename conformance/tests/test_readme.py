"""What README prints is what works: its files are written as they stand, its commands are run."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance.adapters import ENTRY_POINTS, resolve
from mmap_conformance.config import configured
from mmap_conformance.expectations import Expectations

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
ENOUGH = ["--clause", "search.find-lowest", "--budget", "3"]
"""Options that are not printed: the planted fault is found sooner."""


def block(start: str) -> str:
    """The block of README whose text begins so."""
    (found,) = re.findall(rf"^```\w*\n({re.escape(start)}.*?)^```$", README, re.M | re.S)
    return str(found)


@pytest.fixture
def project(faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module ``mymmap`` that has the bug of README's example."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    shutil.copy(faulty / "find_off_by_one.py", tmp_path / "mymmap.py")
    return tmp_path


def test_the_steps_into_ci(project: Path, command: Callable[..., Any]) -> None:
    update, check = block("mmap-conformance expectations update").splitlines()
    (run,) = block("mmap-conformance run mymmap --expectations").splitlines()
    module = (project / "mymmap.py").read_text("utf-8")

    def told(line: str, *more: str) -> int:
        name, *words = line.split()
        assert name == "mmap-conformance"
        return int(command(*words, *more).code)

    assert told(update, *ENOUGH) == 0
    assert told(check) == 2
    known = project / "known.toml"
    filled = known.read_text("utf-8").replace('kind = ""', 'kind = "bug"')
    known.write_text(filled.replace('reason = ""', 'reason = "counts from 1"'), "utf-8")
    assert told(check) == 0
    assert told(run, *ENOUGH) == 0
    (project / "mymmap.py").write_text(module.replace("result + 1", "result.real[0]"), "utf-8")
    assert told(run, *ENOUGH) == 1
    (project / "mymmap.py").write_text(module.replace("result + 1", "result"), "utf-8")
    assert told(run, *ENOUGH) == 6


def test_the_expectations_file(project: Path, command: Callable[..., Any]) -> None:
    (project / "known.toml").write_text(block("# known.toml"), "utf-8")
    (entry,) = Expectations.read(project / "known.toml").entries
    assert entry.reason == "counts from 1"
    done = command("run", "mymmap", "--expectations", "known.toml", *ENOUGH)
    assert done.code == 0 and "with 1 expected finding" in done.out


def test_the_configuration(project: Path, command: Callable[..., Any]) -> None:
    (project / "pyproject.toml").write_text(block("[tool.mmap-conformance.impl"), "utf-8")
    (project / "known.toml").write_text(block("# known.toml"), "utf-8")
    mine, *_ = configured(project).values()
    assert (mine.name, mine.edition, mine.expectations) == (
        "mymmap-debug", (3, 13), project / "known.toml"
    )  # fmt: skip
    assert command("selftest", "mymmap-debug").code == 0
    assert command("run", "mymmap-debug", *ENOUGH).code == 0
    listed = command("list", "implementations").out
    assert "mymmap-debug" in listed and "python3.13 -X dev" in listed


def test_the_entry_point(
    project: Path, command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = block("# mymmap/conformance.py")
    assert len(code.splitlines()) < 16  # a port's own lines are few
    package = project / "mymmap"
    package.mkdir()
    (project / "mymmap.py").unlink()
    (package / "__init__.py").write_text("from mmap import *\nfrom mmap import mmap\n", "utf-8")
    (package / "conformance.py").write_text(code, "utf-8")
    group, registered = re.findall(r"^#   (.+)$", code, re.M)
    assert group == f'[project.entry-points."{ENTRY_POINTS}"]'
    name, target = re.fullmatch(r'(\w+) = "(.+)"', registered).groups()  # type: ignore[union-attr]
    info = project / "mymmap-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mymmap\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{ENTRY_POINTS}]\n{name} = {target}\n")
    for module in ("mymmap", "mymmap.conformance"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    adapter = resolve("mymmap")
    assert (adapter.name, adapter.edition) == ("mymmap", (3, 13))
    assert command("selftest", "mymmap").code == 0


def test_every_command_line_is_one_that_is_understood(command: Callable[..., Any]) -> None:
    lines = re.findall(r"^mmap-conformance (.+)$", README, re.M)
    assert len(lines) >= 5
    for line in lines:
        verb = line.split()[0]
        assert verb in command("--help").out
        for option in re.findall(r"--[a-z]+", line):
            assert option in command(verb, "--help").out
