"""TOML files that people write for the suite."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mmap_conformance.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read(path: Path, name: str, are: str = "is") -> dict[str, Any]:
    """The tables of a file.

    Args:
        path: the file.
        name: what a message calls it.
        are: the verb that goes with the name.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    try:
        return parse(path.read_text("utf-8"), name, are)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} {are} no TOML: {error}") from error


def parse(text: str, name: str, are: str = "is") -> dict[str, Any]:
    """The tables of a text; see ``read``."""
    try:
        return dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} {are} no TOML: {error}") from error
