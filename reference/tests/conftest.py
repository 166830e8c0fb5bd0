"""What the tests of the reference share: what they look at from outside the process's Python."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

try:
    import mmap_reference
except ModuleNotFoundError as error:
    mmap_reference = None  # type: ignore[assignment]
    REASON = str(error)
else:
    REASON = ""

PRELUDE = """
import gc, os, resource, sys, tempfile
import mmap_reference as ref
from mmap_reference import PAGESIZE, mmap

def descriptors():
    return sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1]

def areas():
    gc.collect()
    with open("/proc/self/maps") as stream:
        return sorted(line.split()[0] for line in stream if "mmap-test-" in line)

def mapped():
    gc.collect()
    ends = [area.split("-") for area in areas()]
    return sum(int(end, 16) - int(start, 16) for start, end in ends)

def addresses():
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[0]) * PAGESIZE

def make_file(content):
    stream = tempfile.NamedTemporaryFile(prefix="mmap-test-", buffering=0)
    stream.write(content)
    return stream

def contents(stream):
    return os.pread(stream.fileno(), os.fstat(stream.fileno()).st_size + 1, 0)

def fails(error, call, *arguments):
    try:
        call(*arguments)
    except error as raised:
        return raised
    raise AssertionError("%r was not raised" % (error,))
"""
"""What a script may use."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the extension where it is not built, and tell why."""
    here = str(Path(__file__).parent)
    for item in items:
        if REASON and str(item.path).startswith(here):
            item.add_marker(pytest.mark.skip(reason=REASON))


@pytest.fixture
def script() -> Callable[..., str]:
    """Run Python code in a process of its own; what it printed."""
    if sys.platform == "win32":
        pytest.skip("limits of resources and descriptors are those of Unix")

    def run(code: str, **environment: str) -> str:
        assert mmap_reference.__file__ is not None
        folder = str(Path(mmap_reference.__file__).parents[1])
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + textwrap.dedent(code)],
            env={**os.environ, "PYTHONPATH": folder, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    return run


@pytest.fixture
def make_map(tmp_path: Path) -> Callable[..., Any]:
    """Make a map of a new file with these bytes."""

    def make(content: bytes, *arguments: Any, **keywords: Any) -> Any:
        path = tmp_path / "file"
        path.write_bytes(content)
        with open(path, "r+b") as stream:
            return mmap_reference.mmap(stream.fileno(), 0, *arguments, **keywords)

    return make
