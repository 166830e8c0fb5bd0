"""Mutants that are no faults: no program can tell them from the original, and why."""

from __future__ import annotations

from pathlib import Path

from mmap_conformance import toml

FILE = Path(__file__).with_name("equivalent.toml")


def equivalent() -> dict[str, str]:
    """By id of the mutant, the reason.

    Raises:
        UsageError: the file is no TOML.
    """
    entries = toml.read(FILE, FILE.name).get("equivalent", [])
    return {id: entry["reason"] for entry in entries for id in entry["mutants"]}
