"""The gate and the tests of the reference on Windows, which wine plays."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).parents[1] / "windows"
sys.path.insert(0, str(TOOLS))
import debian  # noqa: E402
import extension  # noqa: E402
import interpreters  # noqa: E402
import testing  # noqa: E402
import wine  # noqa: E402
from mmap_conformance import config  # noqa: E402
from mmap_conformance.adapters import find_interpreter  # noqa: E402

VERSIONS = interpreters.VERSIONS
KNOWN = {
    "MmapTests.test_sizeof": ["3.11", "3.13"],  # CPython's struct has room for the name
    "MmapTests.test_no_trackfd_parameter_on_windows": ["3.13"],  # 3.15 has it, gh-78502
}
"""Tests of CPython, of these versions, that the newest edition does not pass on Windows."""
needs_wine = pytest.mark.skipif(
    bool(debian.missing()), reason=f"not installed: {', '.join(debian.missing())}"
)


@pytest.fixture(scope="session")
def folder(pytestconfig: pytest.Config) -> Path:
    """Where all that is large is kept from one run to the next."""
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("windows")


def python_of(version: str, folder: Path) -> Path:
    """An interpreter that has the reference as it is now."""
    try:
        python = interpreters.interpreter(version, folder)
        extension.build(version, python.parent)
    except debian.Missing as error:
        pytest.skip(str(error))
    return python


@needs_wine
@pytest.mark.parametrize("version", VERSIONS)
def test_the_reference_on_windows(version: str, folder: Path) -> None:
    python = python_of(version, folder)
    packages = testing.packages(folder)
    with wine.running(folder / "prefix") as environment:
        done = testing.run_tests(python, environment, [packages])
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None and int(passed[1]) > 120, done.stdout


@needs_wine
@pytest.mark.parametrize("version", VERSIONS)
def test_cpythons_own_tests(
    version: str, folder: Path, tool: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    python = python_of(version, folder)
    here = find_interpreter(f"python{version}")  # the one for Windows comes without tests
    code = "import importlib.util; print(importlib.util.find_spec('test.test_mmap').origin)"
    origin = subprocess.run([here, "-c", code], capture_output=True, text=True)
    if origin.returncode:
        pytest.skip(f"python{version} has no test.test_mmap")
    (tmp_path / "test").symlink_to(Path(origin.stdout.strip()).parent)
    with wine.running(folder / "prefix") as environment:
        done = subprocess.run(
            wine.command(str(python), "-c", tool("run_test_mmap").INSIDE, "told.json"),
            env={**environment, "PYTHONPATH": wine.path(tmp_path)},
            cwd=tmp_path,
            input="",
            capture_output=True,
            text=True,
            timeout=100,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    _, run, skipped, failed = json.loads((tmp_path / "told.json").read_text("utf-8"))
    known = {test for test, versions in KNOWN.items() if version in versions}
    assert failed.keys() == known, "\n".join(failed.values())
    assert run - skipped > 30


@needs_wine
def test_the_gate_on_windows(folder: Path) -> None:
    for version in VERSIONS:
        python_of(version, folder)
    arguments = ["--area", "position", "--clause", "position.starts-at-zero", "--budget", "3"]
    done = subprocess.run(
        [sys.executable, str(TOOLS), str(folder), *arguments],
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for version in VERSIONS:
        for name in ("reference", "reference-latest", "stdlib"):
            assert re.search(rf"^{name}-windows-{version} \(cpython {version}\.", done.stdout, re.M)


@pytest.fixture
def main_module(tool: Callable[[str], ModuleType]) -> ModuleType:
    """The script itself."""
    return tool("windows/__main__")


def test_the_configuration_is_what_the_command_line_reads(
    main_module: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interpreter(version: str, folder: Path) -> Path:
        return folder / version / "python.exe"

    built: list[Path] = []
    monkeypatch.setattr(interpreters, "interpreter", interpreter)
    monkeypatch.setattr(extension, "build", lambda version, home: built.append(home))
    tables = main_module.implementations.everything(tmp_path)
    names = main_module.configure(tmp_path, tables)
    adapters = config.configured(tmp_path)
    assert names == list(adapters)
    assert built == [tmp_path / version for version in VERSIONS]
    for version in VERSIONS:
        python = str(tmp_path / version / "python.exe")
        for name, module, edition in (
            ("reference", "mmap_reference", (3, 1)),
            ("reference-latest", "mmap_reference.latest", (3, 15)),
            ("stdlib", "mmap", None),
        ):
            adapter = adapters[f"{name}-windows-{version}"]
            assert (adapter.module, adapter.edition) == (module, edition)
            assert python in adapter.command and adapter.command[-1] == module
            assert adapter.environment["WINEPREFIX"] == str(tmp_path / "prefix")


def test_what_is_missing_is_told_in_one_line(
    main_module: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main_module.main([str(tmp_path)]) == 77
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "apt-get install" in told and "mingw-w64-tools" in told


def test_installing_is_by_name_and_only_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    there = {"apt-get", debian.COMPILER}
    monkeypatch.setattr(debian.shutil, "which", lambda name: name if name in there else None)
    monkeypatch.setattr(debian.subprocess, "run", run)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    debian.install()
    assert [command[2] for command in commands] == ["update", "install"]
    assert commands[1][-3:] == ["wine", "wine64", "mingw-w64-tools"]
