"""Builds the reference under ASan and UBSan and runs the gate on it.

    python tools/run_sanitized.py [OPTION of mmap-conformance run …]

What a sanitizer sees ends the worker, so it is a finding: a crash, with what the
sanitizer wrote under ``--verbose``. Needs gcc, or a clang that says where its libasan is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mmap_conformance.cli import main as command_line

ROOT = Path(__file__).resolve().parents[1]
NAME = "reference-sanitized"
FLAGS = "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1"
EXIT_NOT_BUILT = 4


def build(folder: Path) -> str:
    """Build the extension into a folder; the path of the sanitizer's library.

    Raises:
        OSError: there is no compiler.
        subprocess.CalledProcessError: it does not compile.
    """
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--force"]
    places = ["--build-lib", str(folder), "--build-temp", str(folder / "temporary")]
    subprocess.run([*command, *places], cwd=ROOT, env={**os.environ, "CFLAGS": FLAGS}, check=True)
    for path in (ROOT / "reference" / "mmap_reference").glob("*.py"):
        shutil.copy(path, folder / "mmap_reference")
    compiler = os.environ.get("CC", "gcc")
    told = subprocess.run(
        [compiler, "-print-file-name=libasan.so"], check=True, capture_output=True, text=True
    )
    return told.stdout.strip()


def configure(folder: Path, library: str) -> None:
    """Say how to start a worker with the sanitized extension."""
    environment = {
        "PYTHONPATH": str(folder),
        "LD_PRELOAD": library,
        # CPython itself never frees all; UBSan is to be as deadly as ASan.
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "halt_on_error=1",
    }
    pairs = ", ".join(f"{key} = {json.dumps(value)}" for key, value in environment.items())
    (folder / "pyproject.toml").write_text(
        f"[tool.mmap-conformance.implementations.{NAME}]\n"
        f'module = "mmap_reference"\nedition = "3.1"\nenvironment = {{ {pairs} }}\n',
        "utf-8",
    )


def main() -> int:
    """Build and run; the exit code of the gate."""
    with tempfile.TemporaryDirectory(prefix="mmap-sanitized-") as name:
        folder = Path(name)
        try:
            configure(folder, build(folder))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"run_sanitized: cannot build the extension: {error}", file=sys.stderr)
            return EXIT_NOT_BUILT
        before = Path.cwd()
        os.chdir(folder)
        try:
            return command_line(["run", NAME, *sys.argv[1:]])
        finally:
            os.chdir(before)


if __name__ == "__main__":
    sys.exit(main())
