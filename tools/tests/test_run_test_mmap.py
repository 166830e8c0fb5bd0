"""``run_test_mmap``: its short form, under this interpreter alone, and wrong modules caught."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
TEST = "MmapTests.test_basic"
FAULTY = """
from mmap import *
import mmap as stdlib

class mmap(stdlib.mmap):
    def tell(self):
        return super().tell() + 1
"""


@pytest.fixture
def run_test_mmap(tool: Callable[[str], ModuleType]) -> ModuleType:
    module = tool("run_test_mmap")
    reason = module.why_not(sys.executable)
    if reason:
        pytest.skip(f"this interpreter {reason}")
    return module


@pytest.fixture
def pretended(tmp_path: Path) -> Callable[[str], Path]:
    """Make a package with the name of the reference; the folder it is in."""

    def make(code: str) -> Path:
        package = tmp_path / "mmap_reference"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "latest.py").write_text(code)
        return tmp_path

    return make


@pytest.fixture
def known(
    run_test_mmap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Make one failure the only one that is known."""

    def write(test: str, says: str, version: str = MINOR) -> None:
        path = tmp_path / "known.toml"
        path.write_text(
            f"[[known]]\ntest = {test!r}\nversions = [{version!r}]\nsays = {says!r}\n"
            "reason = 'it is planted'\n"
        )
        monkeypatch.setattr(run_test_mmap, "KNOWN", path)

    return write


def test_the_reference_passes(
    run_test_mmap: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    package = importlib.util.find_spec("mmap_reference")
    assert package is not None and package.origin is not None
    folder = Path(package.origin).parents[1]
    if not list((folder / "mmap_reference").glob("_mmap.*")):
        pytest.skip("the C extension mmap_reference was not built")
    ran = run_test_mmap.run_tests(sys.executable, folder)
    passed = run_test_mmap.report(ran, "this")
    assert passed, capsys.readouterr().out
    assert ran.tests > 30


def test_a_failure_that_nobody_knows_of(
    run_test_mmap: ModuleType,
    pretended: Callable[[str], Path],
    known: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    known("MmapTests.test_other", "", "2.7")
    ran = run_test_mmap.run_tests(sys.executable, pretended(FAULTY))
    assert "MmapTests.test_tougher_find" not in ran.failed
    assert not run_test_mmap.report(ran, "this")
    assert f"FAILED: {TEST}\nTraceback" in capsys.readouterr().out


def test_a_failure_is_known_by_what_it_says(
    run_test_mmap: ModuleType,
    pretended: Callable[[str], Path],
    known: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran = run_test_mmap.run_tests(sys.executable, pretended(FAULTY))
    ran = replace(ran, failed={TEST: ran.failed[TEST]})
    known(TEST, "AssertionError: 1 != 0")
    assert run_test_mmap.report(ran, "this")
    assert f"known: {TEST}: it is planted" in capsys.readouterr().out
    known(TEST, "AssertionError: 2 != 0")
    assert not run_test_mmap.report(ran, "this")
    printed = capsys.readouterr().out
    assert f"FAILED: {TEST}" in printed and f"STALE: {TEST} does not fail as" in printed


def test_a_known_failure_that_passes(
    run_test_mmap: ModuleType,
    pretended: Callable[[str], Path],
    known: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    known(TEST, "")
    ran = run_test_mmap.run_tests(sys.executable, pretended("from mmap import *"))
    assert ran.failed == {}
    assert not run_test_mmap.report(ran, "this")
    assert f"STALE: {TEST} does not fail as known.toml" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "told"),
    [("import os; os.abort()", "ended with status -6"),
     ("raise ImportError('not to be had')", "ImportError: not to be had")],
)  # fmt: skip
def test_a_module_that_dies(
    code: str,
    told: str,
    run_test_mmap: ModuleType,
    pretended: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert not run_test_mmap.report(run_test_mmap.run_tests(sys.executable, pretended(code)), "x")
    assert told in capsys.readouterr().out


def test_where_nothing_can_be_run(
    run_test_mmap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run_test_mmap, "INTERPRETERS", ("nosuchpython",))
    assert run_test_mmap.main() == run_test_mmap.EXIT_NOTHING_RAN
    printed = capsys.readouterr().out
    assert printed.startswith("nosuchpython: skipped: the interpreter 'nosuchpython' is not found")
