"""The implementations of mmap that a machine has or can have, and how they are made ready."""

from __future__ import annotations

import fnmatch
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import takewhile
from pathlib import Path

sys.path.extend(str(Path(__file__).resolve().parents[1] / each) for each in ("", "windows"))
from configuration import Table, configure

import debian
import implementations as windows
import interpreters
import wine
from debian import Missing
from mmap_conformance.adapters import find_interpreter
from mmap_conformance.errors import UsageError
from mmap_conformance.expectations import SHIPPED

CPYTHONS = tuple(f"python3.{minor}" for minor in range(6, 14))
DEBIAN = "/usr/bin/python3.11"
"""Debian's own interpreter, which is older than the fixes of 3.11.4."""
FMMAP = "fmmap==2.0.0"
PYODIDES = ("0.26.4", "0.29.5", "314.0.7", "315.0.0-alpha.2")
"""With CPython 3.12, 3.13, 3.14 and 3.15."""
WINDOWS = {f"stdlib-windows-{version}": version for version in interpreters.PACKAGED}
"""CPython for Windows, with the version, by name."""
EXIT_MISSING = 77
"""As automake has it: nothing of this could be tried here."""


def cpython(name: str) -> Table:
    """CPython's own mmap, of an interpreter that is here.

    Raises:
        Missing: it is not.
    """
    try:
        path = find_interpreter(name)
    except UsageError as error:
        raise Missing(str(error)) from error
    return {"module": f"mmap@{path}", "expectations": str(SHIPPED / "cpython.toml")}


def pypy() -> Table:
    """PyPy's, which Debian has.

    Raises:
        Missing: it cannot be installed.
    """
    debian.install({"pypy3": ("pypy3",)})
    return {"module": "mmap@pypy3", "expectations": str(SHIPPED / "pypy.toml")}


def fmmap(folder: Path) -> Table:
    """A drop-in module, built for the interpreter that runs this.

    Raises:
        Missing: it cannot be.
    """
    target = folder / "fmmap"
    if not target.exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(target), FMMAP]
        if subprocess.run(command).returncode != 0:
            shutil.rmtree(target, ignore_errors=True)
            raise Missing(f"pip cannot install {FMMAP}: it needs a C compiler")
    return {
        "module": "fmmap",
        "expectations": str(SHIPPED / "fmmap.toml"),
        "environment": {"PYTHONPATH": str(target)},
    }


def pyodide(version: str, folder: Path) -> Table:
    """CPython's own mmap on WebAssembly, in a version of Pyodide that npm has.

    Raises:
        Missing: it cannot be installed.
    """
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
        "expectations": str(SHIPPED / "pyodide.toml"),
    }


def on_windows(version: str, folder: Path) -> Table:
    """CPython's own for Windows.

    Raises:
        Missing: wine or the interpreter is not to be had.
    """
    debian.install(debian.WINDOWS)
    return windows.stdlib(version, folder)


def ports(folder: Path) -> dict[str, Callable[[], Table]]:
    """By name of each implementation, what makes it ready."""
    makers: dict[str, Callable[[], Table]]
    makers = {f"c{name}": partial(cpython, name) for name in CPYTHONS}
    makers |= {"cpython3.11-debian": partial(cpython, DEBIAN), "pypy3": pypy}
    makers["fmmap"] = partial(fmmap, folder)
    makers |= {f"pyodide-{version}": partial(pyodide, version, folder) for version in PYODIDES}
    makers |= {name: partial(on_windows, version, folder) for name, version in WINDOWS.items()}
    return makers


def arguments_of(words: Sequence[str]) -> tuple[Path, list[str], list[str]]:
    """A command line apart: the folder, names of implementations, options."""
    names = list(takewhile(lambda word: not word.startswith("-"), words[1:]))
    return Path(words[0]).resolve(), names, list(words[1 + len(names) :])


@contextmanager
def ready(folder: Path, wanted: Sequence[str]) -> Iterator[list[str]]:
    """Have implementations ready to be run from a folder, and tell at the end what is not there.

    Args:
        folder: where what is large is kept for the next time; the current one meanwhile.
        wanted: their names, ``*`` for any letters; none for all.

    Raises:
        UsageError: nothing has such a name.
    """
    makers = ports(folder)
    for word in wanted:
        if not fnmatch.filter(makers, word):
            raise UsageError(f"no port is called {word!r}: there are {', '.join(makers)}")
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, Table] = {}
    missing: dict[str, Missing] = {}
    for name, make in makers.items():
        if not wanted or any(fnmatch.fnmatchcase(name, each) for each in wanted):
            try:
                tables[name] = make()
            except Missing as reason:
                missing[name] = reason
    with ExitStack() as closing:
        if any(name in WINDOWS for name in tables):
            closing.enter_context(wine.running(folder / "prefix"))
        closing.callback(os.chdir, Path.cwd())
        os.chdir(folder)
        yield configure(folder, tables)
    for name, reason in missing.items():
        print(f"{name}: not tested: {reason}")
