"""``run_leaks``: its short form, and planted leaks found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from mmap_conformance.adapters import find_interpreter
from mmap_conformance.errors import UsageError

pytestmark = pytest.mark.usefixtures("can_build")

UNIX, SYSTEM, OBJECT = "mapping_unix.c", "mmap_system.c", "mmap_object.c"
LEAKS = {
    "descriptors": (UNIX, "        close_descriptor(mapping->fd);\n", ""),
    "bytes mapped": (UNIX, "        unpoison_tail(mapping);\n        unmap(", "        (void)("),
    "references": (OBJECT, "tp_free(op);\n    Py_DECREF(type);", "tp_free(op);"),
    "blocks of memory": (SYSTEM, "? Py_NewRef(op)", "? Py_NewRef(Py_NewRef(op))"),
}
"""What grows, for each leak that is planted."""


@pytest.fixture
def debug(tool: Callable[[str], ModuleType]) -> str:
    if sys.platform != "linux":
        pytest.skip("looks into /proc")
    try:
        python = find_interpreter(tool("run_leaks").DEBUG)
    except UsageError as error:
        pytest.skip(str(error))
    code = "import os, sysconfig; os.stat(os.path.join(sysconfig.get_path('include'), 'Python.h'))"
    if subprocess.run([python, "-c", code], capture_output=True).returncode:
        pytest.skip(f"{python} has no Python.h")
    return python


def test_nothing_is_left_behind(tool: Callable[[str], ModuleType], debug: str) -> None:
    run_leaks = tool("run_leaks")
    done, leaks = run_leaks.measure(debug, run_leaks.SOURCE, 1_000, 0)
    assert leaks == []
    assert done > 1_000


def test_planted_leaks_are_found(
    tool: Callable[[str], ModuleType], debug: str, planted: Callable[..., Path]
) -> None:
    _, leaks = tool("run_leaks").measure(debug, planted(*LEAKS.values()), 0, 0)
    assert len(leaks) == 2  # editions
    for leak in leaks:
        assert leak.leaves.keys() >= LEAKS.keys()
        assert leak.program
