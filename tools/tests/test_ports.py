"""The ports: what is there is configured against what is known of it, what is not is told."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from mmap_conformance.adapters import PYODIDE, WORKER
from mmap_conformance.config import configured
from mmap_conformance.expectations import SHIPPED

PORTS = Path(__file__).parents[1] / "ports"


@pytest.fixture
def machine(tool: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What knows of the implementations."""
    monkeypatch.syspath_prepend(PORTS)
    module = tool("ports/machine")
    monkeypatch.setitem(sys.modules, "machine", module)
    return module


@pytest.fixture
def ports(
    tool: Callable[[str], ModuleType], machine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    """The tool, and a command line that says what it was asked for."""
    module = tool("ports/__main__")
    monkeypatch.setattr(module, "command_line", lambda words: print(*words) or 3)
    return module


@pytest.fixture
def nothing(machine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has nothing and gets nothing."""

    def missing(*_: object) -> None:
        raise machine.Missing("it is not sold here")

    for name in ("pypy", "fmmap", "pyodide", "on_windows"):
        monkeypatch.setattr(machine, name, missing)
    monkeypatch.setattr(machine, "DEBIAN", "/no/python3.11")
    monkeypatch.setattr(machine, "CPYTHONS", ("python9.9",))


def test_what_is_configured_is_read_back(tool: Callable[[str], ModuleType], tmp_path: Path) -> None:
    command = [sys.executable, "{worker}", "mmap"]
    tables = {
        "one 1": {"module": "mmap", "edition": "3.11", "environment": {"A": 'b "c"', "B": "\\"}},
        "two": {"command": command, "expectations": "known.toml", "environment": {}},
    }
    assert tool("configuration").configure(tmp_path, tables) == ["one 1", "two"]
    one, two = configured(tmp_path).values()
    assert (one.name, one.edition) == ("one 1", (3, 11))
    assert one.environment == {"A": 'b "c"', "B": "\\"}
    assert two.command[0] == sys.executable and two.command[2] == "mmap"
    assert two.expectations == tmp_path / "known.toml"


def test_every_implementation_has_what_is_known_of_it(
    machine: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "find_interpreter", lambda name: f"/somewhere/{name}")
    monkeypatch.setattr(machine.debian, "install", lambda packages: None)
    monkeypatch.setattr(machine.interpreters, "interpreter", lambda *_: Path("python.exe"))
    monkeypatch.setattr(machine.shutil, "which", lambda name: f"/somewhere/{name}")
    (tmp_path / "fmmap").mkdir()
    for version in machine.PYODIDES:
        (tmp_path / f"pyodide-{version}" / "node_modules" / "pyodide").mkdir(parents=True)
    files = {
        name: Path(make()["expectations"]).name for name, make in machine.ports(tmp_path).items()
    }
    assert all((SHIPPED / name).is_file() for name in files.values())
    assert files.pop("pypy3") == "pypy.toml" and files.pop("fmmap") == "fmmap.toml"
    windows = [name for name, file in files.items() if file == "cpython-windows.toml"]
    assert windows == [f"stdlib-windows-3.{minor}" for minor in (11, 12, 13)]
    unix = [name for name, file in files.items() if file == "cpython.toml"]
    minors = range(6, 14)
    assert unix == [*(f"cpython3.{minor}" for minor in minors), "cpython3.11-debian"]
    pyodide = [name for name, file in files.items() if file == "pyodide.toml"]
    assert pyodide == [f"pyodide-{version}" for version in machine.PYODIDES]
    assert len(files) == len(unix) + len(windows) + len(pyodide)


@pytest.mark.usefixtures("nothing")
def test_what_cannot_be_had_is_told(
    ports: ModuleType,
    machine: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(machine, "CPYTHONS", (sys.executable, "python9.9"))
    monkeypatch.chdir(tmp_path)
    assert ports.main([str(tmp_path / "folder"), "--budget", "1"]) == 3
    out = capsys.readouterr().out
    assert f"run c{sys.executable} --budget 1\n" in out
    assert "cpython9.9: not tested: the interpreter 'python9.9' is not found" in out
    assert "pypy3: not tested: it is not sold here" in out
    assert "pyodide-314.0.7: not tested: it is not sold here" in out
    assert "stdlib-windows-3.13: not tested: it is not sold here" in out


def test_pyodide_is_installed_once(
    machine: ModuleType,
    tool: Callable[[str], ModuleType],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))

    def programs(npm: str) -> None:
        for name, does in (("node", "exit 1"), ("npm", npm)):
            (tools / name).write_text(f"#!/bin/sh\n{does}\n")
            (tools / name).chmod(0o755)

    with pytest.raises(machine.Missing, match="node and npm are not installed"):
        machine.pyodide("1.2", tmp_path)
    programs("exit 1")
    with pytest.raises(machine.Missing, match="npm cannot install pyodide@1"):
        machine.pyodide("1.2", tmp_path)
    programs('[ $5 = pyodide@1.2 ] && /bin/mkdir -p "$4/node_modules/pyodide"')
    table = machine.pyodide("1.2", tmp_path)
    tool("configuration").configure(tmp_path, {"one": table})
    adapter = configured(tmp_path)["one"]
    package = str(tmp_path / "pyodide-1.2" / "node_modules" / "pyodide")
    assert adapter.command == ("node", str(PYODIDE), package, str(WORKER), "mmap")
    assert adapter.lacks == ("resize", "coherence")
    programs("exit 1")
    assert machine.pyodide("1.2", tmp_path) == table


@pytest.mark.usefixtures("nothing")
def test_where_nothing_can_be_had_nothing_was_tried(
    ports: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ports.main([str(tmp_path / "folder")]) == 77
    assert "run" not in capsys.readouterr().out.split()


@pytest.mark.usefixtures("nothing")
def test_names_limit_it_to_some(
    ports: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ports.main([str(tmp_path), "cpython*", "pypy3", "--budget", "1"]) == 77
    told = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert told == ["cpython9.9", "cpython3.11-debian", "pypy3"]
    assert ports.main([str(tmp_path), "pypy3", "cython"]) == 2
    assert "ports: no port is called 'cython': there are " in capsys.readouterr().err
