"""Runs the gate on the mmap of Windows, under wine, on a Debian machine.

    python tools/windows FOLDER [OPTION of mmap-conformance run …]

Installs what it needs, by name of the package, puts interpreters and a wine prefix into the
folder, where the next run finds them, and compiles the reference for each interpreter. Then
`mmap-conformance` in that folder knows the implementations, and is run on all of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import debian
import extension
import interpreters
import wine
from mmap_conformance.cli import main as command_line
from mmap_conformance.expectations import SHIPPED

EXIT_MISSING = 77
"""As automake has it: this could not be tried here."""
LATEST = "mmap_reference.latest"
EDITIONS = {"mmap_reference": "3.1", LATEST: "3.15"}
"""The editions of the reference; the stdlib is asked for its own."""


def implementations(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Name and command line of what there is to be tested, all made ready.

    Raises:
        debian.Missing: something is not there that should be.
        subprocess.CalledProcessError: the reference does not compile.
    """
    for version in interpreters.VERSIONS:
        python = interpreters.interpreter(version, folder)
        extension.build(version, python.parent)
        start = wine.command(str(python))
        for name, module in (("reference", "mmap_reference"), ("reference-latest", LATEST)):
            yield f"{name}-windows-{version}", [*start, "{worker}", module]
        yield f"stdlib-windows-{version}", [*start, "-E", "-S", "{worker}", "mmap"]


def configure(folder: Path) -> list[str]:
    """Write down how to start the implementations; their names."""
    variables = wine.environment(folder / "prefix").items()
    environment = ", ".join(f"{name} = {json.dumps(value)}" for name, value in variables)
    names, lines = [], []
    for name, command in implementations(folder):
        names.append(name)
        lines += [
            f"[tool.mmap-conformance.implementations.{json.dumps(name)}]",
            f"module = {json.dumps(command[-1])}",
            f"command = {json.dumps(command)}",
            f"environment = {{ {environment} }}",
        ]
        if command[-1] in EDITIONS:
            lines.append(f'edition = "{EDITIONS[command[-1]]}"')
        else:
            lines.append(f"expectations = {json.dumps(str(SHIPPED / 'cpython-windows.toml'))}")
    (folder / "pyproject.toml").write_text("\n".join(lines) + "\n", "utf-8")
    return names


def main(arguments: list[str]) -> int:
    """Make all ready and run; the exit code of the gate."""
    folder = Path(arguments[0]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        debian.install()
        names = configure(folder)
    except (debian.Missing, subprocess.CalledProcessError) as error:
        print(f"windows: {error}", file=sys.stderr)
        return EXIT_MISSING
    with wine.running(folder / "prefix"):
        os.chdir(folder)
        return command_line(["run", *names, *arguments[1:]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
