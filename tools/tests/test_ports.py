"""The ports: what is there is configured against what is known of it, what is not is told."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mmap_conformance.adapters import PYODIDE, WORKER
from mmap_conformance.config import configured
from mmap_conformance.expectations import SHIPPED

PORTS = Path(__file__).parents[1] / "ports" / "__main__.py"


@pytest.fixture
def ports() -> ModuleType:
    """The tool as a module."""
    spec = importlib.util.spec_from_file_location("ports_main", PORTS)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_configured_is_read_back(ports: ModuleType, tmp_path: Path) -> None:
    table = {
        "module": f"mmap@{sys.executable}",
        "expectations": "cpython.toml",
        "environment": {"A": 'b "c"'},
    }
    (tmp_path / "pyproject.toml").write_text(ports.configuration("one 1", table))
    adapter = configured(tmp_path)["one 1"]
    assert adapter.expectations == SHIPPED / "cpython.toml"
    assert adapter.environment == {"A": 'b "c"'}
    assert adapter.command[0] == sys.executable


def test_every_file_that_is_named_ships(ports: ModuleType) -> None:
    text = PORTS.read_text("utf-8")
    for name in ("cpython.toml", "pypy.toml", "fmmap.toml", "pyodide.toml"):
        assert name in text and (SHIPPED / name).is_file()


def test_what_cannot_be_had_is_told(
    ports: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def missing(*_: object) -> dict[str, object]:
        raise ports.Missing("it is not sold here")

    for name in ("debian", "pypy", "fmmap", "pyodide"):
        monkeypatch.setattr(ports, name, missing)
    monkeypatch.setattr(ports, "CPYTHONS", ("python9.9",))
    monkeypatch.setattr(ports, "command_line", lambda words: len(words))
    monkeypatch.chdir(tmp_path)
    assert ports.main([str(tmp_path / "folder"), "--budget", "1"]) == 3
    out = capsys.readouterr().out
    assert "cpython9.9: not tested: the interpreter 'python9.9' is not found" in out
    assert "pypy3: not tested: it is not sold here" in out
    assert "pyodide-314.0.7: not tested: it is not sold here" in out


def test_pyodide_is_installed_once(
    ports: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(ports.Missing, match="node and npm are not installed"):
        ports.pyodide(tmp_path, "1.2")
    for name in ("node", "npm"):
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    with pytest.raises(ports.Missing, match="npm cannot install pyodide@1"):
        ports.pyodide(tmp_path, "1.2")
    (tools / "npm").write_text(
        '#!/bin/sh\n[ $5 = pyodide@1.2 ] && /bin/mkdir -p "$4/node_modules/pyodide"\n'
    )
    table = ports.pyodide(tmp_path, "1.2")
    (tmp_path / "pyproject.toml").write_text(ports.configuration("one", table))
    adapter = configured(tmp_path)["one"]
    package = str(tmp_path / "pyodide-1.2" / "node_modules" / "pyodide")
    assert adapter.command == ("node", str(PYODIDE), package, str(WORKER), "mmap")
    assert adapter.lacks == ("resize", "coherence")
    (tools / "npm").write_text("#!/bin/sh\nexit 1\n")
    assert ports.pyodide(tmp_path, "1.2") == table
