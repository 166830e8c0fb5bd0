"""``run_threads``: its short form, and planted races found."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from mmap_conformance.errors import UsageError

pytestmark = pytest.mark.usefixtures("can_build")

NOT_HELD = (
    ("mmap_system.c", "hold(self);", "(void)self;"),
    ("mmap_system.c", "let_go(self);", "(void)self;"),
)
"""What flush and others wait for in the system may be closed or resized meanwhile."""
KEEPS_HOLDING = ("mmap_object.c", "LOCKED(op, let_go((MmapObject *)op));", "(void)op;")


@pytest.fixture
def run_threads(tool: Callable[[str], ModuleType]) -> ModuleType:
    module = tool("run_threads")
    try:
        module.library("libtsan.so")
    except UsageError as error:
        pytest.skip(str(error))
    if sys.platform != "linux":
        pytest.skip("preloads a library")
    return module


def test_threads_get_along(run_threads: ModuleType) -> None:
    for module, status, text in run_threads.measure(run_threads.SOURCE, 1, 0):
        assert status == 0, f"{module}: {text}"
        assert "never: nothing" in text


def test_a_map_that_is_not_held_is_a_race(
    run_threads: ModuleType, planted: Callable[..., Path]
) -> None:
    for _, status, text in run_threads.measure(planted(*NOT_HELD), 3, 0):
        assert status != 0
        assert "data race" in text


def test_a_map_that_stays_held_cannot_be_closed(
    run_threads: ModuleType, planted: Callable[..., Path]
) -> None:
    for _, status, text in run_threads.measure(planted(KEEPS_HOLDING), 0.3, 0):
        assert status == 1
        assert "BufferError" in text
