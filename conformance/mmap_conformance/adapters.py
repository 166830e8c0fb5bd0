"""How an implementation is named, found and started."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from pathlib import Path

from mmap_conformance.errors import StartError, UsageError
from mmap_spec_tests.capabilities import CAPABILITIES
from mmap_spec_tests.clause import EDITIONS, Edition

WORKER = Path(__file__).with_name("worker.py")
PYODIDE = Path(__file__).with_name("pyodide.mjs")
"""Runs the worker in Pyodide under Node."""
ENTRY_POINTS = "mmap_conformance.adapters"
"""The group in which third parties register a function without arguments that returns
an ``Adapter``; its name is the implementation's name on the command line."""

REFERENCES: dict[str, tuple[str, Edition]] = {
    "reference": ("mmap_reference", EDITIONS[0]),
    "reference-latest": ("mmap_reference.latest", EDITIONS[-1]),
}
"""The modules of the C extension of this project, each with the edition it is of."""

TAKEN = ("stdlib", *REFERENCES)
"""Names that nobody can give to an implementation of theirs."""


@dataclass(frozen=True)
class Adapter:
    """How to run one implementation.

    Attributes:
        name: as it is named on the command line and in reports.
        command: the command line of a worker for it.
        module: the module that has the type ``mmap``.
        edition: the edition it is held to; None for the version of its interpreter.
        environment: variables to be set for the worker.
        directory: the worker's current directory; None for the driver's.
        expectations: a file of findings that are known; None where there is none.
        lacks: names of ``CAPABILITIES`` that it has not; one that works is tested all the same.
    """

    name: str
    command: tuple[str, ...]
    module: str = "mmap"
    edition: Edition | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: str | None = None
    expectations: Path | None = None
    lacks: tuple[str, ...] = ()

    @property
    def runs_here(self) -> bool:
        """Whether the driver's own process can load it."""
        return str(WORKER) in self.command and self.command[0] == sys.executable


def resolve(text: str, configured: Mapping[str, Adapter] | None = None) -> Adapter:
    """The adapter for ``stdlib``, ``reference``, ``reference-latest``, ``MODULE``,
    ``MODULE@INTERPRETER`` or a name that is configured or registered.

    Raises:
        UsageError: the name is empty, or no such interpreter is found.
        StartError: the reference is asked for and was not built.
    """
    if configured and text in configured:
        return configured[text]
    if text == "stdlib":
        return Adapter("stdlib", (sys.executable, "-E", "-S", str(WORKER), "mmap"))
    if text in REFERENCES:
        return _reference(text, *REFERENCES[text])
    for point in entry_points(group=ENTRY_POINTS):
        if point.name == text:
            try:
                return registered(point.name, point.load())
            except UsageError:
                raise
            except Exception as error:
                raise UsageError(
                    f"the entry point {text!r} of {ENTRY_POINTS} fails: {error!r}"
                ) from error
    module, at, interpreter = text.partition("@")
    if not all(part.isidentifier() for part in module.split(".")) or (at and not interpreter):
        raise UsageError(
            f"unknown implementation {text!r}: name stdlib, {', '.join(REFERENCES)}, "
            "a MODULE, MODULE@INTERPRETER, or one that is configured"
        )
    python = find_interpreter(interpreter) if at else sys.executable
    plain = ("-E", "-S") if module == "mmap" else ()
    return Adapter(text, (python, *plain, str(WORKER), module), module)


def registered(name: str, make: object) -> Adapter:
    """The adapter that a third party's function makes.

    Raises:
        UsageError: it makes none.
    """
    adapter = make() if callable(make) else None
    if not isinstance(adapter, Adapter):
        raise UsageError(f"the entry point {name!r} of {ENTRY_POINTS} gives no Adapter")
    check_capabilities(f"the entry point {name!r} of {ENTRY_POINTS}", adapter.lacks)
    return adapter


def check_capabilities(where: str, names: Iterable[object]) -> None:
    """Refuse to take what is no capability for one that is lacking.

    Raises:
        UsageError: a name is unknown.
    """
    for name in names:
        if not isinstance(name, str) or name not in CAPABILITIES:
            known = ", ".join(CAPABILITIES)
            raise UsageError(f"{where}: lacks names {name!r}; capabilities are {known}")


def _reference(name: str, module: str, edition: Edition) -> Adapter:
    package = importlib.util.find_spec("mmap_reference")
    # Found without importing the package, which is as good as useless without its other half.
    if package is None or not PathFinder.find_spec(
        "mmap_reference._mmap", package.submodule_search_locations
    ):
        raise StartError(
            "the C extension mmap_reference was not built: install a C compiler and the "
            "headers of Python, then install mmap-conformance again"
        )
    return Adapter(name, (sys.executable, str(WORKER), module), module, edition)


def find_interpreter(name: str) -> str:
    """The path of an interpreter: a path, a command that works, or one that pyenv has.

    Raises:
        UsageError: there is none.
    """
    found = shutil.which(name)
    if found is not None and _works(found):
        return found
    if name.startswith("python"):
        root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        candidates = sorted(root.glob(f"*/bin/{name}"), key=lambda path: _version(path.parts[-3]))
        for path in reversed(candidates):
            if _works(str(path)):
                return str(path)
    problem = "does not run" if found else "is not found"
    raise UsageError(f"the interpreter {name!r} {problem}: give a command or a path that works")


def _version(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]


def _works(path: str) -> bool:
    """Whether it starts: a shim of a version manager may be there for nothing."""
    try:
        run = subprocess.run([path, "-c", ""], capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return run.returncode == 0
