"""Implementations that ``pyproject.toml`` configures, and every way to get that wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mmap_conformance.adapters import PYODIDE, WORKER
from mmap_conformance.cli.implementations import adapters
from mmap_conformance.config import configured
from mmap_conformance.engine import scratch
from mmap_conformance.errors import UsageError
from mmap_conformance.options import Options
from mmap_conformance.workers import Workers

TABLE = "[tool.mmap-conformance.implementations.mine]\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's folder, below which no other project is found."""
    (tmp_path / "below" / "deep").mkdir(parents=True)
    return tmp_path


def write(project: Path, text: str) -> Path:
    path = project / "pyproject.toml"
    path.write_text(text, "utf-8")
    return path


def test_nothing_is_configured_without_a_file_or_table(project: Path) -> None:
    assert configured(project) == {}
    write(project, "[project]\nname = 'x'\n[tool.other]\ny = 1\n")
    assert configured(project) == {}


def test_every_key_is_taken(project: Path) -> None:
    write(
        project,
        TABLE + 'module = "mymmap"\nedition = "3.9"\nexpectations = "sub/known.toml"\n'
        'environment = { DEBUG = "1" }\nlacks = ["coherence"]\n',
    )
    (adapter,) = configured(project).values()
    assert adapter.name == "mine"
    assert adapter.command == (sys.executable, str(WORKER), "mymmap")
    assert (adapter.module, adapter.edition) == ("mymmap", (3, 9))
    assert adapter.expectations == project / "sub" / "known.toml"
    assert adapter.environment == {"DEBUG": "1"}
    assert adapter.lacks == ("coherence",)
    assert adapter.directory == str(project)


def test_an_empty_table_is_the_stdlib(project: Path) -> None:
    write(project, TABLE)
    adapter = configured(project)["mine"]
    assert adapter.command == (sys.executable, "-E", "-S", str(WORKER), "mmap")
    assert (adapter.edition, adapter.expectations) == (None, None)


def test_an_interpreter_may_be_named(project: Path) -> None:
    write(project, TABLE + f'module = "mymmap@{sys.executable}"\n')
    adapter = configured(project)["mine"]
    assert adapter.command == (sys.executable, str(WORKER), "mymmap")
    assert adapter.module == "mymmap"


def test_a_command_of_ones_own_may_use_our_worker(project: Path) -> None:
    write(project, TABLE + 'command = ["wine", "python.exe", "{worker}", "mymmap"]\n')
    adapter = configured(project)["mine"]
    assert adapter.command == ("wine", "python.exe", str(WORKER), "mymmap")
    assert not adapter.runs_here


def test_a_command_may_run_our_worker_in_pyodide(project: Path) -> None:
    words = '["node", "{pyodide}", "node_modules/pyodide", "{worker}", "mmap"]'
    write(project, TABLE + f"command = {words}\n")
    command = configured(project)["mine"].command
    assert command == ("node", str(PYODIDE), "node_modules/pyodide", str(WORKER), "mmap")
    assert PYODIDE.is_file()


def test_the_nearest_file_counts(project: Path) -> None:
    write(project, TABLE)
    assert list(configured(project / "below" / "deep")) == ["mine"]
    write(project / "below", TABLE.replace("mine", "other"))
    assert list(configured(project / "below" / "deep")) == ["other"]
    assert list(configured(project)) == ["mine"]


def test_a_worker_runs_in_the_files_folder_and_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "mymmap.py").write_text(
        "import os\nfrom mmap import mmap\nMAP_DEBUG = int(os.environ['MYMMAP_DEBUG'])\n"
    )
    write(project, TABLE + 'module = "mymmap"\nenvironment = { MYMMAP_DEBUG = "7" }\n')
    monkeypatch.chdir(project / "below")
    adapter = configured(Path.cwd())["mine"]
    with scratch() as directory, Workers(adapter, Options(), directory) as workers:
        assert workers.hello()["constants"]["MAP_DEBUG"] == 7


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[tool", "is no TOML: "),
        ("tool = 1", "tool is not a table"),
        ("[tool]\nmmap-conformance = 1", "tool.mmap-conformance is not a table"),
        ("[tool.mmap-conformance]\nimplementations = [1]", "implementations is not a table"),
        (
            TABLE.replace("implementations", "implementation"),
            "has 'implementation', and knows 'impl",
        ),
        (TABLE + "[tool.mmap-conformance.x]", "tool.mmap-conformance has 'x', and knows 'impl"),
        (TABLE + "command = ['x']\nmodule = 'm@y'", "'mine': module names an interpreter, and com"),
        ("[tool.mmap-conformance.implementations]\nmine = 1", "'mine': is not a table"),
        (TABLE.replace("mine", "stdlib"), "'stdlib': this name is taken"),
        (TABLE.replace("mine", "reference"), "'reference': this name is taken"),
        (TABLE.replace("mine", "reference-latest"), "'reference-latest': this name is taken"),
        (TABLE + "modul = 'm'", "'mine': unknown key 'modul'; known are module, command, "),
        (TABLE + "module = 1", "'mine': module is not a str"),
        (TABLE + "module = ''", "'mine': "),
        (TABLE + "module = 'no module'", "'mine': "),
        (TABLE + "command = 'python'", "'mine': command is not a list"),
        (TABLE + "command = []", "'mine': command is not a list of texts"),
        (TABLE + "command = ['a', 1]", "'mine': command is not a list of texts"),
        (TABLE + "edition = 3.9", "'mine': edition is not a str"),
        (TABLE + "edition = '2.7'", "'mine': unknown edition '2.7'; the suite knows 3.1 to "),
        (TABLE + "edition = ''", "'mine': unknown edition ''"),
        (TABLE + "expectations = ['a']", "'mine': expectations is not a str"),
        (TABLE + "environment = ['A=1']", "'mine': environment is not a dict"),
        (TABLE + "environment = { A = 1 }", "'mine': environment has a value that is no text"),
        (TABLE + "lacks = 'resize'", "'mine': lacks is not a list"),
        (
            TABLE + "lacks = ['resize', 'fun']",
            "'mine': lacks names 'fun'; capabilities are resize, coherence",
        ),
        (TABLE + "lacks = [1]", "'mine': lacks names 1; "),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(project: Path, text: str, told: str) -> None:
    path = write(project, text)
    with pytest.raises(UsageError) as caught:
        configured(project)
    message = str(caught.value)
    assert str(path) in message and told in message
    assert "\n" not in message


def test_bytes_that_are_no_text_are_told(project: Path) -> None:
    (project / "pyproject.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"pyproject\.toml is no TOML"):
        configured(project)


def test_an_interpreter_that_is_not_there_concerns_those_alone_who_ask_for_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project lists all its ports; no machine has every interpreter."""
    write(project, TABLE + "module = 'mmap@nosuchpython'\n")
    monkeypatch.chdir(project)
    (stdlib,), missing = adapters(["stdlib"], "process")
    assert (stdlib.name, missing) == ("stdlib", [])
    with pytest.raises(UsageError, match=r"'mine'.*'nosuchpython' is not found"):
        adapters(["mine"], "process")
