"""From the names on a command line to adapters."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from mmap_conformance.adapters import Adapter, resolve
from mmap_conformance.config import configured
from mmap_conformance.errors import StartError, UsageError
from mmap_conformance.events import NotStarted

DEFAULT = ("reference", "stdlib")


def say_not_started(name: str, reason: str) -> None:
    """Tell of an implementation that is not there."""
    print(f"{name}: did not start: {reason}", file=sys.stderr)


def adapters(names: Sequence[str], isolation: str) -> tuple[list[Adapter], list[NotStarted]]:
    """The implementations that are there, and why the others are not.

    Args:
        names: from the command line; empty for ``DEFAULT``.
        isolation: ``process`` or ``none``.

    Raises:
        UsageError: a name is unknown or given twice, or the isolation cannot be had.
    """
    known = configured(Path.cwd(), names)
    there: list[Adapter] = []
    missing: list[NotStarted] = []
    names = names or DEFAULT
    for number, name in enumerate(names):
        if name in names[:number]:
            raise UsageError(f"the implementation {name!r} is named twice")
        try:
            adapter = resolve(name, known)
        except StartError as error:
            missing.append(NotStarted(name, str(error)))
            continue
        if isolation == "none" and not adapter.runs_here:
            raise UsageError(
                f"{name!r} has a command of its own: it cannot run with --isolation none"
            )
        there.append(adapter)
    return there, missing
