"""Names of implementations: what they stand for, and that the module is the user's own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mmap_conformance.adapters import ENTRY_POINTS, WORKER, Adapter, find_interpreter, resolve
from mmap_conformance.cli import main
from mmap_conformance.engine import scratch
from mmap_conformance.errors import StartError, UsageError
from mmap_conformance.options import Options
from mmap_conformance.workers import Workers
from mmap_spec_tests.clause import EDITIONS, Edition

OWN = "from mmap import *\nfrom mmap import mmap\nMAP_WHERE = {where}\n"
"""A module with an ``mmap`` that can be told from its namesakes by a constant."""


def hello(name: str) -> dict[str, object]:
    with scratch() as directory, Workers(resolve(name), Options(), directory) as workers:
        return workers.hello()


def program(path: Path, code: int) -> str:
    """A program that does nothing but end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


def test_stdlib_is_the_interpreters_own() -> None:
    adapter = resolve("stdlib")
    assert adapter.command == (sys.executable, "-E", "-S", str(WORKER), "mmap")
    assert (adapter.module, adapter.edition, adapter.runs_here) == ("mmap", None, True)


def test_a_module_runs_in_this_interpreter() -> None:
    adapter = resolve("some.module")
    assert adapter.command == (sys.executable, str(WORKER), "some.module")
    assert (adapter.name, adapter.module, adapter.runs_here) == ("some.module",) * 2 + (True,)


def test_a_module_runs_in_the_interpreter_that_is_named(tmp_path: Path) -> None:
    python = program(tmp_path / "mypython", 0)
    adapter = resolve(f"some.module@{python}")
    assert adapter.command == (python, str(WORKER), "some.module")
    assert (adapter.module, adapter.runs_here) == ("some.module", False)
    assert resolve(f"mmap@{python}").command == (python, "-E", "-S", str(WORKER), "mmap")


@pytest.mark.parametrize("name", ["", " ", "@python3", "mmap@", "a-b", "a..b", ".a", "./a.py"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"unknown implementation {name!r}: name stdlib, "):
        resolve(name)


def test_an_interpreter_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="the interpreter 'nosuchpython' is not found"):
        resolve("mmap@nosuchpython")


def test_an_interpreter_that_does_not_run_is_refused(tmp_path: Path) -> None:
    shim = program(tmp_path / "shim", 127)
    with pytest.raises(UsageError, match="does not run"):
        find_interpreter(shim)


def test_pyenvs_newest_interpreter_that_works_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "shims"))
    program(tmp_path / "shims" / "python3.9", 127)
    for version, code in (("3.9.2", 0), ("3.9.18", 0), ("3.9.19", 1)):
        program(tmp_path / "versions" / version / "bin" / "python3.9", code)
    assert find_interpreter("python3.9") == str(tmp_path / "versions/3.9.18/bin/python3.9")


# The reference.


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in the place of the reference, without its compiled part."""
    package = tmp_path / "mmap_reference"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    for module in [name for name in sys.modules if name.startswith("mmap_reference")]:
        monkeypatch.delitem(sys.modules, module)
    return package


@pytest.mark.parametrize(
    ("name", "module", "edition"),
    [("reference", "mmap_reference", (3, 1)),
     ("reference-latest", "mmap_reference.latest", EDITIONS[-1])],
)  # fmt: skip
def test_the_reference_is_held_to_its_edition(
    name: str, module: str, edition: Edition, reference: Path
) -> None:
    (reference / "_mmap.py").touch()
    adapter = resolve(name)
    assert (adapter.name, adapter.module, adapter.edition) == (name, module, edition)
    assert adapter.runs_here


@pytest.mark.parametrize("name", ["reference", "reference-latest"])
@pytest.mark.parametrize("code", ["", "raise ImportError('no compiled part')"])
def test_a_reference_that_was_not_built_says_what_to_do(
    code: str, name: str, reference: Path
) -> None:
    (reference / "__init__.py").write_text(code)
    with pytest.raises(StartError, match="was not built: install a C compiler"):
        resolve(name)


# What others register.


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Installs a distribution that registers ``theirs`` with this code."""

    def install(code: str) -> None:
        info = tmp_path / "theirs-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            f"[{ENTRY_POINTS}]\ntheirs = registered:make\nstdlib = registered:make\n"
        )
        (tmp_path / "registered.py").write_text(code)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "registered", raising=False)

    return install


def test_nobody_registers_a_name_of_ours(
    register: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    register("def make(): raise RuntimeError('who asks?')")
    assert resolve("stdlib").command[0] == sys.executable
    assert main(["list", "implementations"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^stdlib +mmap of ", out, re.M)
    assert re.search(r"^stdlib +not registered by theirs: this name is taken", out, re.M)
    assert re.search(r"^theirs +registered by theirs", out, re.M)


def test_a_registered_adapter_is_taken(register: Callable[[str], None]) -> None:
    register(
        "from mmap_conformance.adapters import Adapter\n"
        "def make(): return Adapter('theirs', ('prog',), 'their_mmap', (3, 9))\n"
    )
    assert resolve("theirs") == Adapter("theirs", ("prog",), "their_mmap", (3, 9))


LACKS_FUN = """
from mmap_conformance.adapters import Adapter
def make(): return Adapter('theirs', ('prog',), lacks=('fun',))
"""


@pytest.mark.parametrize(
    "code",
    ["make = None", "def make(): return 5", "raise RuntimeError('broken')", "other = 1",
     "def make(): raise RuntimeError('broken')", LACKS_FUN],
)  # fmt: skip
def test_a_registered_adapter_that_is_none_is_refused(
    code: str, register: Callable[[str], None]
) -> None:
    register(code)
    with pytest.raises(UsageError, match="the entry point 'theirs' of mmap_conformance"):
        resolve("theirs")


def test_what_is_configured_comes_first(register: Callable[[str], None]) -> None:
    register("make = None")
    mine = Adapter("theirs", ("mine",))
    assert resolve("theirs", {"theirs": mine}) is mine


# Found as `python -c "import MODULE"` in the same shell would find it.


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current directory and a PYTHONPATH with a folder of modules each."""
    for where, name in enumerate(("here", "there")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "own_mmap.py").write_text(OWN.format(where=where))
        (tmp_path / name / f"only_{name}.py").write_text(OWN.format(where=where))
    (tmp_path / "here" / "package").mkdir()
    (tmp_path / "here" / "package" / "__init__.py").touch()
    (tmp_path / "here" / "package" / "inner.py").write_text(OWN.format(where=2))
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "there"))
    return tmp_path


@pytest.mark.parametrize(
    ("module", "where"),
    [("only_here", 0), ("only_there", 1), ("own_mmap", 0), ("package.inner", 2)],
)
def test_a_module_is_found_as_in_the_users_shell(module: str, where: int, places: Path) -> None:
    facts = hello(module)
    told = subprocess.check_output(
        [sys.executable, "-c", f"import {module} as m; print(m.MAP_WHERE)"], text=True
    )
    assert int(told) == where
    assert facts["implementation"] == module
    assert facts["constants"]["MAP_WHERE"] == where  # type: ignore[index]


def test_modules_beside_the_worker_are_not_found(places: Path) -> None:
    with pytest.raises(StartError, match="cannot import adapters: ModuleNotFoundError"):
        hello("adapters")


def test_the_stdlib_is_not_shadowed(places: Path) -> None:
    (places / "here" / "mmap.py").write_text("raise RuntimeError")
    (places / "there" / "json.py").write_text("raise RuntimeError")
    assert hello("stdlib")["implementation"] == "mmap"


def test_in_process_a_module_is_found_in_the_same_places(places: Path) -> None:
    """Also where the command is a script, whose own folder comes first on ``sys.path``."""
    script = places / "mmap-conformance"
    script.write_text("import sys\nfrom mmap_conformance.cli import main\nsys.exit(main())\n")
    path = os.pathsep.join([os.environ["PYTHONPATH"], *sys.path])
    for module in ("only_there", "only_here"):
        done = subprocess.run(
            [sys.executable, str(script), "selftest", module, "--isolation=none"],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
