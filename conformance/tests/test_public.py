"""What the package promises to those who import it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import mmap_conformance


@pytest.mark.parametrize("name", mmap_conformance.__all__)
def test_what_is_public_is_there_and_documented(name: str) -> None:
    value = getattr(mmap_conformance, name)
    if callable(value):
        assert value.__doc__ and value.__module__.startswith("mmap_conformance.")


def test_nothing_else_is_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = mmap_conformance.nothing


def test_a_run_from_python() -> None:
    gate = mmap_conformance.Gate()
    options = mmap_conformance.Options(budget="0.5", clauses=("position.tell-returns-position",))
    for event in mmap_conformance.run([mmap_conformance.resolve("stdlib")], options):
        gate(event)
    assert (gate.code, gate.words()) == (0, "Conformant: stdlib.")


def test_nothing_is_loaded_before_it_is_used() -> None:
    code = (
        "import sys, mmap_conformance\n"
        "print(*(name for name in sys.modules if name.startswith('mmap_conformance.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
