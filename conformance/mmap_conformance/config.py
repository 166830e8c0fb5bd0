"""Implementations that a project configures in its ``pyproject.toml``.

::

    [tool.mmap-conformance.implementations.NAME]
    module = "mymmap"                 # or "mymmap@pypy3"
    command = ["wine", "python.exe", "{worker}", "mmap"]   # instead of an interpreter
    edition = "3.13"
    expectations = "known.toml"
    environment = { MYMMAP_DEBUG = "1" }
    lacks = ["resize", "coherence"]   # capabilities that it has not, and will not have

Paths are relative to the file. ``{worker}`` stands for the path of the worker's file; a
command without it is any program that speaks the worker's protocol. Beside a command, ``module``
is the name that reproducers import. ``{pyodide}`` stands for the script with which Node runs a
file in Pyodide.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmap_conformance import toml
from mmap_conformance.adapters import PYODIDE, TAKEN, WORKER, Adapter, check_capabilities, resolve
from mmap_conformance.errors import UsageError
from mmap_spec_tests.clause import parse_edition

_PLACES = {"{worker}": str(WORKER), "{pyodide}": str(PYODIDE)}
_KEYS = {
    "module": str,
    "command": list,
    "edition": str,
    "expectations": str,
    "environment": dict,
    "lacks": list,
}


def configured(start: Path, wanted: Collection[str] | None = None) -> dict[str, Adapter]:
    """The implementations that the nearest ``pyproject.toml`` configures, by name.

    Args:
        start: the folder from which to look upwards.
        wanted: names, of which the interpreters must be there; None for all.

    Raises:
        UsageError: the file is no TOML, or an entry makes no sense.
    """
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            tables = _tables(path)
            for name, table in tables.items():
                _check(f"{path}, implementation {name!r}", name, table)
            return {
                name: _adapter(path, name, table)
                for name, table in tables.items()
                if wanted is None or name in wanted
            }
    return {}


def _tables(path: Path) -> dict[str, Any]:
    table: Any = toml.read(path, str(path))
    where: list[str] = []
    for key in ("tool", "mmap-conformance", "implementations"):
        if where == ["tool", "mmap-conformance"] and table.keys() - {key}:
            other = min(table.keys() - {key})
            raise UsageError(f"{path}: {'.'.join(where)} has {other!r}, and knows {key!r} alone")
        table = table.get(key, {})
        where.append(key)
        if not isinstance(table, dict):
            raise UsageError(f"{path}: {'.'.join(where)} is not a table")
    return dict(table)


def _check(where: str, name: str, table: Any) -> None:
    if name in TAKEN:
        raise UsageError(f"{where}: this name is taken, choose another")
    if not isinstance(table, dict):
        raise UsageError(f"{where}: is not a table")
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(f"{where}: unknown key {key!r}; known are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]):
            raise UsageError(f"{where}: {key} is not a {_KEYS[key].__name__}")
    command = table.get("command", ["{worker}"])
    if not command or not all(isinstance(part, str) for part in command):
        raise UsageError(f"{where}: command is not a list of texts")
    if "command" in table and "@" in table.get("module", ""):
        raise UsageError(
            f"{where}: module names an interpreter, and command another one: leave one of them out"
        )
    if not all(isinstance(value, str) for value in table.get("environment", {}).values()):
        raise UsageError(f"{where}: environment has a value that is no text")
    check_capabilities(where, table.get("lacks", []))
    try:
        parse_edition(table.get("edition", "3.1"))
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from error


def _adapter(path: Path, name: str, table: dict[str, Any]) -> Adapter:
    module = table.get("module", "mmap")
    if "command" in table:
        adapter = Adapter(name, tuple(map(_placed, table["command"])), module.partition("@")[0])
    else:
        try:
            adapter = resolve(module)
        except UsageError as error:
            raise UsageError(f"{path}, implementation {name!r}: {error}") from error
    return replace(
        adapter,
        name=name,
        edition=parse_edition(table["edition"]) if "edition" in table else adapter.edition,
        environment=table.get("environment", {}),
        lacks=tuple(table.get("lacks", ())),
        directory=str(path.parent),
        expectations=path.parent / table["expectations"] if "expectations" in table else None,
    )


def _placed(word: str) -> str:
    for name, place in _PLACES.items():
        word = word.replace(name, place)
    return word
