"""What stands in for Windows: a prefix of our own, and how a program is started in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from debian import WINE, WINESERVER

_QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def environment(prefix: Path) -> dict[str, str]:
    """What a program must find in its environment."""
    return {"WINEPREFIX": str(prefix), "WINEDEBUG": "-all"}


@contextmanager
def running(prefix: Path) -> Iterator[Mapping[str, str]]:
    """Have a prefix, made if need be, and its server and services, which would else be
    started by the first worker, end with the last, and hold open the pipes of the first.
    """
    variables = {**os.environ, **environment(prefix)}
    prefix.mkdir(parents=True, exist_ok=True)
    # A run that was killed leaves its server behind.
    subprocess.run([WINESERVER, "-k"], env=variables, **_QUIET)
    subprocess.run([WINESERVER, "-p"], env=variables, check=True, **_QUIET)
    try:  # Python wants Windows 8 or later, wine claims to be 7
        subprocess.run([WINE, "winecfg", "-v", "win10"], env=variables, check=True, **_QUIET)
        yield variables
    finally:
        subprocess.run([WINESERVER, "-k"], env=variables, **_QUIET)


def command(*words: str) -> list[str]:
    """A command line that runs a program of Windows.

    Its error output becomes a pipe: Python does not start where that is a file.
    """
    return ["bash", "-c", 'exec "$@" 2> >(cat >&2)', "wine", str(WINE), *words]


def path(here: Path) -> str:
    """A path as a program under wine sees it."""
    return "Z:" + str(here).replace("/", "\\")
