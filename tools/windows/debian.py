"""The compiler, and wine in its place of Windows: packages of Debian."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

WINE = Path("/usr/lib/wine/wine64")
WINESERVER = WINE.with_name("wineserver64")
COMPILER = "x86_64-w64-mingw32-gcc"
DLLTOOL = "x86_64-w64-mingw32-dlltool"
GENDEF = "gendef"

PACKAGES = {
    str(WINE): ("wine", "wine64"),
    COMPILER: ("gcc-mingw-w64-x86-64",),
    GENDEF: ("mingw-w64-tools",),
}


class Missing(Exception):
    """What is needed is not there; the text says what to do about it."""


def missing() -> list[str]:
    """The packages that are to be installed."""
    return [name for tool, names in PACKAGES.items() if not shutil.which(tool) for name in names]


def install() -> None:
    """Have all that is needed, by name of the package.

    Raises:
        Missing: it is not there, and may not or cannot be installed.
    """
    names = missing()
    if not names:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"missing {', '.join(names)}: on Debian, apt-get install {' '.join(names)}")
    quiet = {
        "stdout": subprocess.DEVNULL,
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    }
    for command in (["update"], ["install", "-y", "--no-install-recommends", *names]):
        if subprocess.run(["apt-get", "-q", *command], **quiet).returncode != 0:
            raise Missing(f"apt-get cannot install {', '.join(names)}")
