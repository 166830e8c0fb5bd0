"""``run_faults``: its short form, and planted faults caught."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="preloads a shim, looks into /proc"),
    pytest.mark.usefixtures("can_build"),
]

UNIX, SYSTEM, NEW = "mapping_unix.c", "mmap_system.c", "constructor.c"
FAULTS = {
    ("mmap", "mmap()", "changed: descriptors"): (
        UNIX,
        "    } else {\n        close_descriptor(mapping->fd);\n",
        "    } else {\n",
    ),
    ("ftruncate", "resize", "changed: mappings"): (UNIX, "trim(mapping, before);", "(void)before;"),
    ("msync", "flush", "no OSError"): (UNIX, "status_of(msync(", "status_of(0 & msync("),
    ("madvise", "madvise", "m0: cannot close"): (
        SYSTEM,
        "let_go(self);",
        "self->holds -= !status;",
    ),
    ("fstat", "mmap()", "left: 1 objects"): (NEW, "Py_CLEAR(self);", "self = NULL;"),
}
"""What fails, in which operation, and what is found, for each fault that is planted."""


def test_each_failure_raises_and_changes_nothing(tool: Callable[[str], ModuleType]) -> None:
    run_faults = tool("run_faults")
    injected, findings = run_faults.measure(run_faults.SOURCE, 0, 0)
    assert findings == []
    assert set(injected) == set(run_faults.CALLS)


def test_planted_faults_are_found(
    tool: Callable[[str], ModuleType], planted: Callable[..., Path]
) -> None:
    _, findings = tool("run_faults").measure(planted(*FAULTS.values()), 0, 0)
    for call, method, problem in FAULTS:
        assert [
            finding
            for finding in findings
            if finding["fault"].startswith(call)
            and finding["program"][-1][1] == method
            and finding["problem"].startswith(problem)
        ], f"{call} fails in {method} unnoticed"


def test_a_death_is_booked_to_its_fault(
    tool: Callable[[str], ModuleType], planted: Callable[..., Path]
) -> None:
    dies = (UNIX, "trim(mapping, before);", "__builtin_trap();")
    _, findings = tool("run_faults").measure(planted(dies), 0, 0)
    for finding in findings:
        assert finding["fault"].startswith(("mremap 1: ENOMEM", "ftruncate 1: EIO"))
        assert "status -" in finding["problem"]
    assert len(findings) == 2  # editions
