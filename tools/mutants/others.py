"""What else people test an mmap with, on one mutant: to be compared with."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from mutants.gate import Kill

TEST_MMAP = """
import sys, unittest
import mmap_reference.latest
sys.modules["mmap"] = mmap_reference.latest
known = sys.argv[1:]
class Result(unittest.TestResult):
    def addFailure(self, test, error):
        name = getattr(test, "test_case", test).id()
        if name not in known:
            print("KILLED BY", name, flush=True)
            self.stop()
    addError = addFailure
    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.addFailure(subtest, error)
unittest.defaultTestLoader.loadTestsFromName("test.test_mmap").run(Result())
"""
"""Takes the names of tests that fail without a mutant, and stops at the first other one."""

PLAIN_MACHINE = Path(__file__).with_name("plain_machine.py")
_BY = re.compile(r"^KILLED BY (\S+)$", re.MULTILINE)
_TIMEOUT = 60.0


def test_mmap(folder: Path, known: Sequence[str] = ()) -> Kill | None:
    """CPython's own tests of mmap, on the package in a folder.

    Args:
        folder: where the package is.
        known: names of tests that fail without a mutant.
    """
    return _killed((sys.executable, "-S", "-c", TEST_MMAP, *known), folder)


def failing_tests(folder: Path) -> list[str]:
    """The tests that fail on a package which is as it should be."""
    known: list[str] = []
    while True:
        killed = test_mmap(folder, known)
        if killed is None:
            return known
        known.append(killed.by)


def plain_machine(folder: Path) -> Kill | None:
    """A plain Hypothesis state machine with default settings."""
    return _killed((sys.executable, str(PLAIN_MACHINE), "mmap_reference.latest"), folder)


def _killed(command: Sequence[str], folder: Path) -> Kill | None:
    """What a process with the package of a folder says that a test failed, or how it ended."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutant-") as scratch:
        process = subprocess.Popen(
            command,
            cwd=scratch,
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONFAULTHANDLER": ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        try:
            told = process.communicate(timeout=_TIMEOUT)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Kill(time.monotonic() - begun, "no end")
    named = _BY.search(told)
    if named is None and process.returncode == 0:
        return None
    by = named[1] if named else f"status {process.returncode}"
    return Kill(time.monotonic() - begun, by)
