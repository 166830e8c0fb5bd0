"""What the tests share: the planted faults, the command line, and runs of the engine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mmap_conformance import cli
from mmap_conformance.adapters import Adapter, resolve

FAULTY = Path(__file__).parent / "faulty"
"""Wrong implementations; see its README."""


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The faulty implementations, importable by workers and never by this process."""
    monkeypatch.setenv("PYTHONPATH", str(FAULTY), prepend=os.pathsep)
    return FAULTY


@pytest.fixture
def stdlib() -> Adapter:
    """The interpreter's own ``mmap``."""
    return resolve("stdlib")


class Told(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on standard error."""
        (line,) = self.err.splitlines()
        return line


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Told]:
    """The command line, in this process and in an empty current directory."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Told:
        capsys.readouterr()
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as left:  # --help and --version
            code = int(left.code or 0)
        return Told(code, *capsys.readouterr())

    return run
