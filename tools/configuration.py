"""The ``pyproject.toml`` that tells ``mmap-conformance`` how to start implementations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

Table = Mapping[str, str | list[str] | dict[str, str]]
"""What is said of one implementation; see ``mmap_conformance.config``."""


def configure(folder: Path, tables: Mapping[str, Table]) -> list[str]:
    """Write the file into a folder; the names in it.

    Args:
        folder: from which the gate is going to run.
        tables: by name of the implementation.
    """
    lines = []
    for name, table in tables.items():
        lines.append(f"[tool.mmap-conformance.implementations.{json.dumps(name)}]")
        lines += [f"{key} = {_toml(value)}" for key, value in table.items()]
    (folder / "pyproject.toml").write_text("\n".join(lines) + "\n", "utf-8")
    return list(tables)


def _toml(value: str | list[str] | dict[str, str]) -> str:
    """The value as TOML, whose texts and lists are those of JSON."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{json.dumps(key)} = {json.dumps(each)}" for key, each in value.items())
        return f"{{ {pairs} }}"
    return json.dumps(value)
