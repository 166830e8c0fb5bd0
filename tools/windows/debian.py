"""What is needed of a machine: packages of Debian, which are installed by name."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

WINE = Path("/usr/lib/wine/wine64")
WINESERVER = WINE.with_name("wineserver64")
COMPILER = "x86_64-w64-mingw32-gcc"
DLLTOOL = "x86_64-w64-mingw32-dlltool"
GENDEF = "gendef"

WINDOWS = {str(WINE): ("wine", "wine64")}
"""By the command that is needed, the packages that have it: wine in the place of Windows."""
PACKAGES = {
    **WINDOWS,
    COMPILER: ("gcc-mingw-w64-x86-64",),
    GENDEF: ("mingw-w64-tools",),
}
"""The same, and a compiler for it."""


class Missing(Exception):
    """What is needed is not there; the text says what to do about it."""


def missing(packages: Mapping[str, tuple[str, ...]] = PACKAGES) -> list[str]:
    """The packages that are to be installed."""
    return [name for tool, names in packages.items() if not shutil.which(tool) for name in names]


def install(packages: Mapping[str, tuple[str, ...]] = PACKAGES) -> None:
    """Have all that is needed, by name of the package.

    Raises:
        Missing: it is not there, and may not or cannot be installed.
    """
    names = missing(packages)
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
