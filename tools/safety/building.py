"""Builds the reference apart from the one that is installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mmap_conformance.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "reference" / "mmap_reference"


def build(
    folder: Path, flags: str = "", *, python: str = sys.executable, source: Path = SOURCE
) -> Path:
    """Compile a copy of the extension; the folder from which it can be imported.

    Args:
        folder: where to build; the files of the compiler are kept in it.
        flags: for the compiler and the linker.
        python: the interpreter to build for, which need not have setuptools.
        source: the package to build.

    Raises:
        UsageError: there is no compiler or no setuptools, or it does not compile.
    """
    setuptools = importlib.util.find_spec("setuptools")
    if setuptools is None or setuptools.origin is None:
        raise UsageError("needs setuptools: install it")
    package = folder / "reference" / "mmap_reference"
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    shutil.copy(ROOT / "setup.py", folder)
    environment = {"PYTHONPATH": str(Path(setuptools.origin).parents[1]), "CFLAGS": flags}
    command = [python, "setup.py", "--quiet", "build_ext", "--build-lib", "reference"]
    run([*command, "--build-temp", "objects"], environment, folder)
    if not list(package.glob("_mmap.*")):  # it is optional: no compiler is no error
        raise UsageError("the extension is not built: is there a C compiler?")
    return package.parent


def compiler() -> str:
    """The command of the C compiler."""
    return os.environ.get("CC", "gcc")


def library(name: str) -> str:
    """The path of a library of the compiler's, to be preloaded.

    Raises:
        UsageError: the compiler has none of that name.
    """
    path = run([compiler(), f"-print-file-name={name}"], {}, ROOT).strip()
    if not os.path.isabs(path):
        raise UsageError(f"{compiler()} has no {name}")
    return path


def run(command: list[str], environment: Mapping[str, str], folder: Path) -> str:
    """Run what builds something; what it printed.

    Raises:
        UsageError: it is not there, or fails.
    """
    try:
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True
        )
    except OSError as error:
        raise UsageError(f"cannot run {command[0]}: {error.strerror}") from error
    if done.returncode:
        raise UsageError(f"{' '.join(command)} fails:\n{done.stdout}{done.stderr}")
    return done.stdout
