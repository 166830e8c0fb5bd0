"""What is uploaded: an sdist, a wheel for this system, and one without the extension for all."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    """What a module of this interpreter's says; its failure fails the test."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def pure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel without the extension that was made of it."""
    folder = tmp_path_factory.mktemp("pure")
    run("build", "--no-isolation", "--outdir", folder, MMAP_CONFORMANCE_PURE="1")
    return folder


def checked(folder: Path) -> list[str]:
    """The names of the files in it, all of them fit to be uploaded."""
    files = sorted(folder.iterdir())
    run("twine", "check", "--strict", *files)
    run("check_wheel_contents", *(path for path in files if path.suffix == ".whl"))
    return [path.name.partition("-")[2] for path in files]


def test_the_pure_wheel_is_for_all_systems(pure: Path, tmp_path: Path) -> None:
    wheel, sdist = checked(pure)
    assert wheel.endswith("-py3-none-any.whl") and sdist.endswith(".tar.gz")
    with zipfile.ZipFile(next(pure.glob("*.whl"))) as archive:
        archive.extractall(tmp_path / "site")
    (tmp_path / "mymmap.py").write_text("from _mymmap import mmap\n")
    alone = {"cwd": tmp_path, "PYTHONPATH": str(tmp_path / "site")}
    assert run("mmap_conformance", "--version", **alone).endswith("reference:  not built\n")
    assert "known:" in run("mmap_conformance", "explain", "resize.zero-keeps-file", **alone)
    assert "+++ tox.ini" in run("mmap_conformance", "init", **alone)


def test_the_other_wheel_has_the_extension(can_build: None, pure: Path, tmp_path: Path) -> None:
    run("tarfile", "-e", *pure.glob("*.tar.gz"), tmp_path)
    (source,) = tmp_path.iterdir()
    out = tmp_path / "dist"
    run("build", "--no-isolation", "--wheel", "--outdir", out, cwd=source, CFLAGS="-O0")
    (name,) = checked(out)
    assert "-none-any" not in name
    with zipfile.ZipFile(next(out.iterdir())) as archive:
        names = archive.namelist()
    assert f"mmap_reference/_mmap{sysconfig.get_config_var('EXT_SUFFIX')}" in names
    assert not any(each.endswith((".c", ".h")) for each in names)
