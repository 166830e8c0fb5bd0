"""Builds the reference under ASan and UBSan and runs the gate on both editions.

    python tools/run_sanitized.py [OPTION of mmap-conformance run …]

What a sanitizer sees ends the worker, so it is a finding: a crash, with what the
sanitizer wrote under ``--verbose``. Needs gcc, or a clang that says where its libasan is.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from configuration import Table, configure
from safety.building import SOURCE, build, library

from mmap_conformance.adapters import REFERENCES
from mmap_conformance.cli import main as command_line
from mmap_conformance.errors import UsageError
from mmap_spec_tests.clause import edition_text

FLAGS = "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1"
EXIT_NOT_BUILT = 4


def environment() -> dict[str, str]:
    """What a process needs that loads a sanitized extension.

    Raises:
        UsageError: there is no sanitizer.
    """
    return {
        "LD_PRELOAD": library("libasan.so"),
        # CPython itself never frees all; UBSan is to be as deadly as ASan.
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "halt_on_error=1",
    }


def implementations(folder: Path) -> dict[str, Table]:
    """How to start workers with the extension of a folder, by name of the implementation.

    Raises:
        UsageError: there is no sanitizer.
    """
    variables = {**environment(), "PYTHONPATH": str(folder / "reference")}
    return {
        f"{name}-sanitized": {
            "module": module,
            "edition": edition_text(edition),
            "environment": variables,
        }
        for name, (module, edition) in REFERENCES.items()
    }


def measure(source: Path, options: Sequence[str]) -> int:
    """Build a package of the reference and run the gate on it; its exit code.

    Raises:
        UsageError: it cannot be built.
    """
    with tempfile.TemporaryDirectory(prefix="mmap-sanitized-") as name:
        folder = Path(name)
        build(folder, FLAGS, source=source)
        names = configure(folder, implementations(folder))
        before = Path.cwd()
        os.chdir(folder)
        try:
            return command_line(["run", *names, *options])
        finally:
            os.chdir(before)


def main() -> int:
    """Build and run; the exit code of the gate."""
    try:
        return measure(SOURCE, sys.argv[1:])
    except UsageError as error:
        print(f"run_sanitized: {error}", file=sys.stderr)
        return EXIT_NOT_BUILT


if __name__ == "__main__":
    sys.exit(main())
