"""Runs CPython's own tests of mmap with the reference in the place of mmap.

    python tools/run_test_mmap.py

For each CPython 3.10 to 3.13 that is found: ``mmap_reference.latest`` is built for it and
stands in for ``mmap`` while its ``test.test_mmap`` runs. What fails is held against
``test_mmap_known.toml``: a failure that is not there, and one there that does not happen,
make the exit code 1. Needs setuptools and a C compiler.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mmap_conformance import toml
from mmap_conformance.adapters import find_interpreter
from mmap_conformance.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]
KNOWN = Path(__file__).with_name("test_mmap_known.toml")
INTERPRETERS = tuple(f"python3.{minor}" for minor in range(10, 14))
TIMEOUT = 600
EXIT_FAILED = 1
EXIT_NOTHING_RAN = 5

PROBE = """
import importlib.util, os, platform, sysconfig
if platform.python_implementation() != "CPython":
    print("is not CPython")
elif importlib.util.find_spec("test") is None or importlib.util.find_spec("test.test_mmap") is None:
    print("has no test.test_mmap")
elif not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
    print("has no Python.h")
"""
"""Prints why the tests cannot be run there, if they cannot."""

INSIDE = """
import json, platform, sys, unittest
import mmap_reference.latest
sys.modules["mmap"] = mmap_reference.latest
tests = unittest.defaultTestLoader.loadTestsFromName("test.test_mmap")
assert sys.modules["test.test_mmap"].mmap is mmap_reference.latest
result = unittest.TestResult()
tests.run(result)
failed = result.failures + result.errors
failed += [(test, "passed, and is marked as failing") for test in result.unexpectedSuccesses]
name = lambda test: getattr(test, "test_case", test).id().replace("test.test_mmap.", "")
with open(sys.argv[1], "w") as stream:
    json.dump([platform.python_version(), result.testsRun, len(result.skipped),
               {name(test): text for test, text in failed}], stream)
"""


@dataclass(frozen=True)
class Ran:
    """What came out of the tests under one interpreter: its version, and tests by name."""

    version: str
    tests: int
    skipped: int
    failed: dict[str, str]


def build(python: str, folder: Path) -> None:
    """Build the package for an interpreter, which need not have setuptools, into a folder.

    Raises:
        UsageError: there is no setuptools, or it does not compile.
    """
    spec = importlib.util.find_spec("setuptools")
    if spec is None or spec.origin is None:
        raise UsageError("needs setuptools: install it")
    command = [python, "setup.py", "--quiet", "build_ext", "--build-lib", str(folder)]
    command += ["--build-temp", str(folder / "temporary")]
    environment = {**os.environ, "PYTHONPATH": str(Path(spec.origin).parents[1])}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode or not list((folder / "mmap_reference").glob("_mmap.*.so")):
        raise UsageError(f"the extension is not built: {done.stderr}")
    for path in (ROOT / "reference" / "mmap_reference").glob("*.py"):
        shutil.copy(path, folder / "mmap_reference")


def run_tests(python: str, folder: Path) -> Ran | str:
    """Run the tests under an interpreter with the package of a folder, or say how they died."""
    with tempfile.TemporaryDirectory(prefix="test-mmap-") as scratch:
        told = Path(scratch, "told.json")
        command = [python, "-X", "faulthandler", "-c", INSIDE, str(told)]
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        try:
            done = subprocess.run(
                command,
                cwd=scratch,
                env=environment,
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
            )
        except subprocess.TimeoutExpired:
            return f"did not end within {TIMEOUT} s"
        if done.returncode:
            return f"ended with status {done.returncode}\n{done.stderr}"
        return Ran(*json.loads(told.read_text("utf-8")))


def known(version: str) -> list[dict[str, str]]:
    """The failures that are known under a version."""
    entries = toml.read(KNOWN, KNOWN.name)["known"]
    minor = ".".join(version.split(".")[:2])
    return [entry for entry in entries if minor in entry["versions"]]


def report(ran: Ran | str, name: str) -> bool:
    """Print what came out under an interpreter; whether all is well."""
    if isinstance(ran, str):
        print(f"{name}: {ran}")
        return False
    print(
        f"CPython {ran.version}: {ran.tests} tests run, {ran.skipped} skipped, "
        f"{len(ran.failed)} failed"
    )
    unknown = dict(ran.failed)
    stale = []
    for entry in known(ran.version):
        test = entry["test"]
        if test in unknown and entry["says"] in unknown[test]:
            del unknown[test]
            print(f"  known: {test}: {entry['reason']}")
        else:
            stale.append(test)
    for test, text in unknown.items():
        print(f"  FAILED: {test}\n{text}")
    for test in stale:
        print(f"  STALE: {test} does not fail as {KNOWN.name} says")
    return not unknown and not stale


def why_not(name: str) -> str:
    """Why the tests cannot be run under an interpreter; an empty string where they can."""
    try:
        python = find_interpreter(name)
    except UsageError as error:
        return str(error)
    probe = [python, "-c", PROBE]
    return subprocess.run(probe, capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    """Build, run and report; the exit code."""
    results = []
    for name in INTERPRETERS:
        reason = why_not(name)
        if reason:
            print(f"{name}: skipped: {reason}")
            continue
        python = find_interpreter(name)
        with tempfile.TemporaryDirectory(prefix="mmap-reference-") as folder:
            try:
                build(python, Path(folder))
                results.append(report(run_tests(python, Path(folder)), name))
            except UsageError as error:
                results.append(report(str(error), name))
    if not results:
        return EXIT_NOTHING_RAN
    return 0 if all(results) else EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main())
