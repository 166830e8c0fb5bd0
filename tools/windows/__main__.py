"""Runs the gate on the mmap of Windows, under wine, on a Debian machine.

    python tools/windows FOLDER [OPTION of mmap-conformance run …]

Installs what it needs, by name of the package, puts interpreters and a wine prefix into the
folder, where the next run finds them, and compiles the reference for each interpreter. Then
`mmap-conformance` in that folder knows the implementations, and is run on all of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from configuration import configure

import debian
import implementations
import wine
from mmap_conformance.cli import main as command_line

EXIT_MISSING = 77
"""As automake has it: this could not be tried here."""


def main(arguments: list[str]) -> int:
    """Make all ready and run; the exit code of the gate."""
    folder = Path(arguments[0]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        debian.install()
        names = configure(folder, implementations.everything(folder))
    except (debian.Missing, subprocess.CalledProcessError) as error:
        print(f"windows: {error}", file=sys.stderr)
        return EXIT_MISSING
    with wine.running(folder / "prefix"):
        os.chdir(folder)
        return command_line(["run", *names, *arguments[1:]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
