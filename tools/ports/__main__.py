"""Runs the gate on every implementation of mmap that this machine has or can have.

    python tools/ports FOLDER [NAME …] [OPTION of mmap-conformance run …]

CPython as it is found here, for Linux and, where wine plays it, for Windows, and in Pyodide from
npm; PyPy from Debian's package; fmmap from PyPI: each against the findings that the suite ships for
it. NAME limits it to some, with `*` for any letters. What cannot be had is told, with the reason,
at the end; the exit code is that of the gate, or 77 where nothing can be had.
"""

from __future__ import annotations

import sys

from machine import EXIT_MISSING, arguments_of, ready

from mmap_conformance.cli import main as command_line
from mmap_conformance.errors import UsageError
from mmap_conformance.gate import USAGE


def main(arguments: list[str]) -> int:
    """Make all ready and run; the exit code."""
    folder, wanted, options = arguments_of(arguments)
    try:
        with ready(folder, wanted) as names:
            return command_line(["run", *names, *options]) if names else EXIT_MISSING
    except UsageError as error:
        print(f"ports: {error}", file=sys.stderr)
        return USAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
