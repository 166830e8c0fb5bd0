"""The reference, cross-compiled for an interpreter of Windows."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from debian import COMPILER, DLLTOOL, GENDEF, Missing
from interpreters import library
from mmap_conformance.adapters import find_interpreter
from mmap_conformance.errors import UsageError

SOURCES = Path(__file__).resolve().parents[2] / "reference" / "mmap_reference"
CONFIGURATION = Path(__file__).with_name("pyconfig.h")
FLAGS = ("-shared", "-static-libgcc", "-Wall", "-Wextra", "-Werror", "-D_UCRT")


def build(
    version: str, home: Path, folder: Path | None = None, flags: Sequence[str] = ("-O2",)
) -> None:
    """Put ``mmap_reference`` where an interpreter finds it.

    Args:
        version: of the interpreter.
        home: the folder of the interpreter.
        folder: where to put it; None for the interpreter's own.
        flags: of the compiler, how to optimize.

    Raises:
        Missing: there are no headers of this version of Python.
        subprocess.CalledProcessError: it does not compile.
    """
    package = (folder or home) / "mmap_reference"
    package.mkdir(exist_ok=True, parents=True)
    for path in SOURCES.glob("*.py"):
        shutil.copy(path, package)
    target = package / "_mmap.pyd"
    sources = [path for path in SOURCES.glob("*.c") if not path.stem.endswith("_unix")]
    inputs = [*sources, *SOURCES.glob("*.h"), CONFIGURATION]
    if target.exists() and target.stat().st_mtime > max(path.stat().st_mtime for path in inputs):
        return
    command = [COMPILER, f"-specs={ucrt_specs(home)}", *FLAGS, *flags]
    command += [
        "-include",
        str(CONFIGURATION),
        "-I",
        headers(version),
        "-o",
        str(target),
        *map(str, sources),
    ]
    subprocess.run([*command, str(import_library(library(home)))], check=True)


def headers(version: str) -> str:
    """Those of an interpreter here: but for their ``pyconfig.h`` they are the same."""
    try:
        python = find_interpreter(f"python{version}")
    except UsageError as error:
        raise Missing(f"{error}; its headers are needed") from error
    code = "import sysconfig; print(sysconfig.get_path('include'))"
    told = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    folder = told.stdout.strip()
    if not Path(folder, "Python.h").exists():
        raise Missing(f"python{version} has no headers")
    return folder


def ucrt_specs(folder: Path) -> Path:
    """Specs of a compiler that links the runtime that Python has: another one knows nothing
    of its descriptors."""
    told = subprocess.run([COMPILER, "-dumpspecs"], check=True, capture_output=True, text=True)
    path = folder / "ucrt.specs"
    path.write_text(told.stdout.replace("-lmsvcrt", "-lucrt"), "utf-8")
    return path


def import_library(dll: Path) -> Path:
    definition, path = dll.with_suffix(".def"), dll.with_suffix(".a")
    with open(definition, "wb") as stream:
        subprocess.run(
            [GENDEF, "-", str(dll)], check=True, stdout=stream, stderr=subprocess.DEVNULL
        )
    subprocess.run([DLLTOOL, "-d", definition, "-D", dll.name, "-l", path], check=True)
    return path
