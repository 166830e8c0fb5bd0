"""``run_valgrind``: its short form, and faults that are planted in heap memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = [
    pytest.mark.usefixtures("can_build"),
    pytest.mark.skipif(shutil.which("valgrind") is None, reason="there is no valgrind"),
]

# Every other byte of what a strided slice gives.
UNWRITTEN = ("mmap_subscript.c", "bytes[i] = (char)data[place];", "bytes[i & ~1] = data[place];")


def test_valgrind_sees_a_planted_fault_in_the_corpus_and_nothing_else(
    tool: Callable[[str], ModuleType], planted: Callable[..., Path], tmp_path: Path
) -> None:
    run_valgrind = tool("run_valgrind")
    folder = tmp_path / "built"
    folder.mkdir()
    run_valgrind.build(folder, run_valgrind.FLAGS, source=planted(UNWRITTEN))
    programs = [run_valgrind.special(), run_valgrind.kept(run_valgrind.here())]
    done, errors = run_valgrind.replay(folder, "mmap_reference", programs)
    assert done > 500
    assert errors
    for error in errors:
        assert "ninitialised" in error and "slice_locked" in error
