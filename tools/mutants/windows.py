"""The Windows half: cross-compiled, and run under wine as ``tools/windows`` does it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

TOOLS = Path(__file__).parents[1]
sys.path.append(str(TOOLS / "windows"))  # those are scripts
import debian  # noqa: E402
import extension  # noqa: E402
import interpreters  # noqa: E402
import wine  # noqa: E402
from mutants.building import FLAGS, Toolchain  # noqa: E402
from mutants.gate import Launch  # noqa: E402
from mutants.running import OURS, Plan  # noqa: E402

VERSION = "3.11"
FOLDER = TOOLS.parent / "build" / "windows"
"""Where interpreter and prefix are kept for the next run."""


class Missing(Exception):
    """What the Windows half needs is not there; the text says what."""


@contextmanager
def windows() -> Iterator[tuple[Toolchain, Plan]]:
    """How to compile for Windows and what to run there, with wine's server up.

    Raises:
        Missing: there is no wine, no compiler or no interpreter.
    """
    lacking = debian.missing()
    if lacking:
        raise Missing(f"not installed: {', '.join(lacking)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        python = interpreters.interpreter(VERSION, FOLDER)
        tools = _toolchain(python.parent)
    except (debian.Missing, subprocess.CalledProcessError) as error:
        raise Missing(str(error)) from error
    prefix = FOLDER / "prefix"
    with wine.running(prefix):
        # There is no test_mmap in what is installed, and Hypothesis is not.
        yield tools, Plan(partial(launch, python, prefix), OURS)


def launch(python: Path, prefix: Path, folder: Path) -> Launch:
    """A worker for the package of a folder."""
    variables = {**wine.environment(prefix), "PYTHONPATH": wine.path(folder)}
    return Launch(wine.command(str(python), "-S"), variables)


def _toolchain(home: Path) -> Toolchain:
    specs = f"-specs={extension.ucrt_specs(home)}"
    configuration = ("-include", str(extension.CONFIGURATION))
    include = ("-I", extension.headers(VERSION))
    library = extension.import_library(interpreters.library(home))
    return Toolchain(
        "windows",
        "_unix.c",
        (debian.COMPILER, specs, *FLAGS, "-D_UCRT", *configuration, *include),
        (debian.COMPILER, specs, "-shared", "-static-libgcc"),
        (str(library),),
        "_mmap.pyd",
    )
