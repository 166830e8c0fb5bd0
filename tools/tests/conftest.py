"""The tools are scripts, not a package: the tests load them by their path."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).parents[1]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """``tool(name)``: a fresh module of ``tools/NAME.py``, not run as a script."""

    monkeypatch.syspath_prepend(TOOLS)  # as it is for a script

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"tool_{name}", TOOLS / f"{name}.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def can_build() -> None:
    """Skip what compiles where that cannot be done, and tell why."""
    for what, there in (
        ("gcc", shutil.which("gcc")),
        ("setuptools", importlib.util.find_spec("setuptools")),
        ("Python.h", Path(sysconfig.get_path("include"), "Python.h").exists()),
    ):
        if not there:
            pytest.skip(f"there is no {what}")


@pytest.fixture
def planted(tmp_path: Path) -> Callable[..., Path]:
    """Make a copy of the reference with faults: each a file, what it has, and what instead."""

    def plant(*faults: tuple[str, str, str]) -> Path:
        package = tmp_path / "mmap_reference"
        shutil.copytree(TOOLS.parent / "reference" / "mmap_reference", package)
        for name, old, new in faults:
            text = (package / name).read_text("utf-8")
            assert old in text, f"nothing to plant a fault in: {name} has no {old!r}"
            (package / name).write_text(text.replace(old, new), "utf-8")
        return package

    return plant
