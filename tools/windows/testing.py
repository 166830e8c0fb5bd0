"""The tests of the reference, run by a pytest under wine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import wine

ROOT = Path(__file__).resolve().parents[2]
_OLDEST = "3.11"
"""The oldest interpreter that they run on."""


def packages(folder: Path) -> Path:
    """The pytest that runs here, for Windows, put into the folder if it is not there.

    Raises:
        subprocess.CalledProcessError: it is not to be had.
    """
    target = folder / f"pytest-{pytest.__version__}"
    if not target.exists():
        only = ["--platform", "win_amd64", "--python-version", _OLDEST, "--only-binary=:all:"]
        command = [sys.executable, "-m", "pip", "install", "-q", *only, "--target", str(target)]
        subprocess.run([*command, f"pytest=={pytest.__version__}", "colorama"], check=True)
    return target


def run_tests(
    python: Path, environment: Mapping[str, str], folders: Sequence[Path]
) -> subprocess.CompletedProcess[str]:
    """Run the tests of the reference.

    Args:
        python: the interpreter, which finds the reference.
        environment: of the prefix.
        folders: where else it finds modules.
    """
    paths = ";".join(map(wine.path, (*folders, ROOT / "spec_tests")))
    return subprocess.run(
        wine.command(str(python), "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q"),
        env={
            **environment,
            "PYTHONPATH": paths,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_ADDOPTS": "reference/tests",
        },
        cwd=ROOT,
        input="",
        capture_output=True,
        text=True,
        timeout=300,
    )
