"""What there is to be tested on Windows: how it is named and started under wine."""

from __future__ import annotations

from pathlib import Path

from configuration import Table

import extension
import interpreters
import wine
from mmap_conformance.expectations import SHIPPED

LATEST = "mmap_reference.latest"
REFERENCES = {"reference": ("mmap_reference", "3.1"), "reference-latest": (LATEST, "3.15")}
"""The editions of the reference; the stdlib is asked for its own."""


def stdlib(version: str, folder: Path) -> Table:
    """CPython's own mmap.

    Raises:
        debian.Missing: the interpreter is not to be had.
    """
    python = interpreters.interpreter(version, folder)
    table = _table(folder, str(python), "-E", "-S", "{worker}", "mmap")
    return {**table, "expectations": str(SHIPPED / "cpython-windows.toml")}


def everything(folder: Path) -> dict[str, Table]:
    """By name: both editions of the reference, compiled for each interpreter, and the stdlib.

    Raises:
        debian.Missing: something is not there that should be.
        subprocess.CalledProcessError: the reference does not compile.
    """
    tables: dict[str, Table] = {}
    for version in interpreters.VERSIONS:
        python = interpreters.interpreter(version, folder)
        extension.build(version, python.parent)
        for name, (module, edition) in REFERENCES.items():
            table = _table(folder, str(python), "{worker}", module)
            tables[f"{name}-windows-{version}"] = {**table, "edition": edition}
        tables[f"stdlib-windows-{version}"] = stdlib(version, folder)
    return tables


def _table(folder: Path, *words: str) -> Table:
    return {
        "module": words[-1],
        "command": wine.command(*words),
        "environment": wine.environment(folder / "prefix"),
    }
