"""Runs the gate on every implementation of mmap that this machine has or can have.

    python tools/ports FOLDER [OPTION of mmap-conformance run …]

CPython as it is found here and, in Pyodide, from npm, PyPy from Debian's package, fmmap from PyPI:
each against the findings that the suite ships for it. What cannot be had is told, with the reason,
at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from mmap_conformance.adapters import find_interpreter
from mmap_conformance.cli import main as command_line
from mmap_conformance.errors import UsageError
from mmap_conformance.expectations import SHIPPED

CPYTHONS = tuple(f"python3.{minor}" for minor in range(6, 14))
FMMAP = "fmmap==2.0.0"
PYODIDES = ("0.26.4", "0.29.5", "314.0.7", "315.0.0-alpha.2")
"""With CPython 3.12, 3.13, 3.14 and 3.15."""


class Missing(Exception):
    """An implementation that is not to be had; the text says why."""


def cpython(name: str) -> dict[str, object]:
    """CPython's own mmap, of an interpreter that is here."""
    try:
        return {"module": f"mmap@{find_interpreter(name)}", "expectations": "cpython.toml"}
    except UsageError as error:
        raise Missing(str(error)) from error


def debian() -> dict[str, object]:
    """That of Debian's own interpreter, which is older than the fixes of 3.11.4."""
    path = "/usr/bin/python3.11"
    if not Path(path).exists():
        raise Missing(f"there is no {path}")
    return cpython(path)


def pypy() -> dict[str, object]:
    """PyPy's, which Debian has."""
    if not shutil.which("pypy3"):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise Missing("pypy3 is not installed: on Debian, apt-get install pypy3")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        for words in (["update"], ["install", "-y", "--no-install-recommends", "pypy3"]):
            if subprocess.run(["apt-get", "-q", *words], **quiet).returncode != 0:
                raise Missing("apt-get cannot install pypy3")
    return {"module": "mmap@pypy3", "expectations": "pypy.toml"}


def fmmap(folder: Path) -> dict[str, object]:
    """A drop-in module, built for the interpreter that runs this."""
    target = folder / "fmmap"
    if not target.exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(target), FMMAP]
        if subprocess.run(command).returncode != 0:
            shutil.rmtree(target, ignore_errors=True)
            raise Missing(f"pip cannot install {FMMAP}: it needs a C compiler")
    return {
        "module": "fmmap",
        "expectations": "fmmap.toml",
        "environment": {"PYTHONPATH": str(target)},
    }


def pyodide(folder: Path, version: str) -> dict[str, object]:
    """CPython's own mmap on WebAssembly, in a version of Pyodide that npm has."""
    target = folder / f"pyodide-{version}"
    package = target / "node_modules" / "pyodide"
    if not shutil.which("node") or not shutil.which("npm"):
        raise Missing("node and npm are not installed")
    if not package.exists():
        command = ["npm", "install", "--silent", "--prefix", str(target), f"pyodide@{version}"]
        if subprocess.run(command, stdin=subprocess.DEVNULL).returncode != 0:
            shutil.rmtree(target, ignore_errors=True)
            raise Missing(f"npm cannot install pyodide@{version}")
    return {
        "command": ["node", "{pyodide}", str(package), "{worker}", "mmap"],
        "lacks": ["resize", "coherence"],
        "expectations": "pyodide.toml",
    }


def ports(folder: Path) -> Iterator[tuple[str, dict[str, object] | Missing]]:
    """Every implementation by name: how it is configured, or why it is not there."""
    makers = {f"c{name}": (lambda name=name: cpython(name)) for name in CPYTHONS}
    makers |= {"cpython3.11-debian": debian, "pypy3": pypy, "fmmap": lambda: fmmap(folder)}
    makers |= {f"pyodide-{v}": (lambda v=v: pyodide(folder, v)) for v in PYODIDES}
    for name, make in makers.items():
        try:
            yield name, make()
        except Missing as reason:
            yield name, reason


def configuration(name: str, table: dict[str, object]) -> str:
    """The lines of a ``pyproject.toml`` for one implementation."""
    lines = [f"[tool.mmap-conformance.implementations.{json.dumps(name)}]"]
    for key, value in table.items():
        if key == "expectations":
            value = str(SHIPPED / str(value))
        if isinstance(value, dict):
            pairs = ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in value.items())
            lines.append(f"{key} = {{ {pairs} }}")
        else:
            lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Make all ready and run; the exit code of the gate."""
    folder = Path(arguments[0]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    found = dict(ports(folder))
    there = {name: each for name, each in found.items() if not isinstance(each, Missing)}
    text = "\n".join(configuration(name, table) for name, table in there.items())
    (folder / "pyproject.toml").write_text(text, "utf-8")
    os.chdir(folder)
    code = command_line(["run", *there, *arguments[1:]])
    for name, each in found.items():
        if isinstance(each, Missing):
            print(f"{name}: not tested: {each}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
