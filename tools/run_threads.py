"""Has threads hammer one map of the reference under ThreadSanitizer.

    python tools/run_threads.py [--seconds N] [--seed N]

Four threads read, write, seek, search, resize, export, flush and close the same map, in each
edition. Where there is the GIL, what is left to race is what runs without it. A race, a
crash, an error that no rule knows, or bytes lost make the exit code 1. Needs gcc with its
libtsan, and Linux.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from safety.building import SOURCE, build, library
from safety.replayer import paths

from mmap_conformance.adapters import REFERENCES
from mmap_conformance.errors import UsageError

FLAGS = "-fsanitize=thread -fno-omit-frame-pointer -g -O1"
EXIT_FAILED = 1
EXIT_USAGE = 2


def measure(source: Path, seconds: float, seed: int) -> list[tuple[str, int, str]]:
    """Each edition of a package of the reference: its module, exit status and what it wrote.

    Raises:
        UsageError: it cannot be built.
    """
    results = []
    with tempfile.TemporaryDirectory(prefix="mmap-threads-") as name:
        folder = Path(name)
        build(folder, FLAGS, source=source)
        environment = {
            **os.environ,
            "PYTHONPATH": paths(folder),
            "LD_PRELOAD": library("libtsan.so"),
            "TSAN_OPTIONS": "halt_on_error=1",
        }
        # The sanitizer knows only a part of the places where Linux may put a program.
        command = ["setarch", platform.machine(), "-R", sys.executable, "-S", "-m"]
        for module, _ in REFERENCES.values():
            arguments = ["safety.threads", module, name, str(seconds), str(seed)]
            done = subprocess.run(
                [*command, *arguments], env=environment, capture_output=True, text=True
            )
            results.append((module, done.returncode, done.stdout + done.stderr))
    return results


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20, help="for each edition")
    parser.add_argument("--seed", type=int, default=0)
    parsed = parser.parse_args()
    try:
        results = measure(SOURCE, parsed.seconds, parsed.seed)
    except UsageError as error:
        print(f"run_threads: {error}", file=sys.stderr)
        return EXIT_USAGE
    for module, status, text in results:
        print(f"{module}: status {status}: {text.strip()}")
    return EXIT_FAILED if any(status for _, status, _ in results) else 0


if __name__ == "__main__":
    sys.exit(main())
