"""Runs the specification of ``mmap`` against implementations and reports clause by clause.

What is in ``__all__`` is public, with the events (``mmap_conformance.events``) and the
report's format (``reports/schema.json``); it changes with a word in the changelog alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmap_conformance.adapters import WORKER, Adapter, resolve
    from mmap_conformance.errors import StartError, UsageError
    from mmap_conformance.expectations import Expectations, Expected
    from mmap_conformance.gate import Gate
    from mmap_conformance.options import Options
    from mmap_conformance.parallel import run

__version__ = "0.1.0"

__all__ = [
    "WORKER",
    "Adapter",
    "Expectations",
    "Expected",
    "Gate",
    "Options",
    "StartError",
    "UsageError",
    "__version__",
    "resolve",
    "run",
]

_MODULES = {
    "WORKER": "adapters",
    "Adapter": "adapters",
    "Expectations": "expectations",
    "Expected": "expectations",
    "Gate": "gate",
    "Options": "options",
    "StartError": "errors",
    "UsageError": "errors",
    "resolve": "adapters",
    "run": "parallel",
}


def __getattr__(name: str) -> Any:
    # Loaded when it is used: pytest imports this package in projects that have no use for it.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
