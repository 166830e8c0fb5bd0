"""What ``init`` finds in a project, what it writes there, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest

from mmap_conformance import toml
from mmap_conformance.config import configured
from mmap_conformance.expectations import Expectations
from mmap_conformance.scaffold.project import Project

Command = Callable[..., Any]

MODULE = "import mmap as stdlib\nclass mmap(stdlib.mmap):\n    __slots__ = ()\n"
OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"
WORKFLOW = ".github/workflows/mmap-conformance.yml"


@pytest.fixture
def folder(command: Command, tmp_path: Path) -> Path:
    """The current directory, with a small module in it."""
    (tmp_path / "mymmap.py").write_text(MODULE)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_shows_and_writes_nothing_unasked(command: Command, folder: Path) -> None:
    before = contents(folder)
    done = command("init")
    assert (done.code, done.err) == (0, "")
    assert "+++ pyproject.toml" in done.out and '+module = "mymmap"' in done.out
    assert done.out.endswith("Nothing is written; with --yes it is.\n")
    assert contents(folder) == before


@pytest.mark.parametrize("answer", ["y", "n", ""])
def test_somebody_who_is_there_is_asked(
    answer: str, command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    assert command("init").code == 0
    assert (folder / "tox.ini").exists() == (answer == "y")


def test_an_empty_project_gets_everything(command: Command, folder: Path) -> None:
    assert command("init", "--yes").code == 0
    assert contents(folder).keys() == {
        "mymmap.py", "pyproject.toml", "tox.ini", "mmap-expectations.toml", WORKFLOW,
    }  # fmt: skip
    adapter = configured(folder)["mymmap"]
    assert (adapter.module, adapter.expectations) == ("mymmap", folder / "mmap-expectations.toml")
    assert Expectations.read(adapter.expectations).implementations == ("mymmap",)
    assert sections(folder / "tox.ini")["testenv:mmap-conformance"] == {
        "description": "the gate: mymmap against the documentation of mmap",
        "skip_install": "true",
        "deps": "mmap-conformance",
        "commands": "mmap-conformance run mymmap {posargs}",
    }
    assert f'python-version: "{OWN}"' in (folder / WORKFLOW).read_text()


def sections(path: Path) -> dict[str, dict[str, str]]:
    parser = ConfigParser(interpolation=None)
    parser.read(path)
    return {name: dict(parser[name]) for name in parser.sections()}


def test_what_it_wrote_gates(command: Command, folder: Path) -> None:
    bad = MODULE + "    def tell(self): return super().tell() + 1\n"
    (folder / "mymmap.py").write_text(bad)
    command("init", "--yes")
    done = command("run", "mymmap", "--area=position", "--budget=1")
    assert done.code == 1 and "position.tell-returns-position" in done.out


def test_what_is_there_stays(command: Command, folder: Path) -> None:
    """New lines follow the old ones, and end as they do."""
    (folder / "pyproject.toml").write_bytes(b"[project]\r\nname = 'mymmap'\r\nversion = '1'")
    (folder / "tox.ini").write_text("[tox]\nenv_list = py\n")
    (folder / "mmap-expectations.toml").write_text("# mine\n")
    before = contents(folder)
    assert command("init", "--yes").code == 0
    after = contents(folder)
    for path, old in before.items():
        assert after[path].startswith(old)
    assert after["mmap-expectations.toml"] == b"# mine\n"
    assert b"\n" not in after["pyproject.toml"].replace(b"\r\n", b"")
    assert sections(folder / "tox.ini")["tox"]["env_list"] == "py"
    assert sections(folder / "tox.ini")["testenv:mmap-conformance"]["package"] == "editable"

    done = command("init", "--yes")
    assert done.code == 2
    assert done.complaint == (
        "mmap-conformance: pyproject.toml configures the implementation 'mymmap' already: "
        "nothing is written"
    )
    assert contents(folder) == after


def test_a_file_that_came_in_the_meantime_stays(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def agree(question: str) -> str:
        (folder / "tox.ini").write_text("somebody's")
        return "y"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", agree)
    done = command("init")
    assert (done.code, done.complaint) == (2, "mmap-conformance: cannot write tox.ini: File exists")
    assert (folder / "tox.ini").read_text() == "somebody's"


@pytest.mark.parametrize(
    ("file", "text", "keys"),
    [
        ("pyproject.toml", "[tool.tox]\nenv_list = ['py']\n", ("tool", "tox", "env")),
        ("tox.toml", "env_list = ['py']\n", ("env",)),
    ],
)
def test_tox_in_toml_gets_an_environment(
    file: str, text: str, keys: tuple[str, ...], command: Command, folder: Path
) -> None:
    (folder / file).write_text(text)
    assert command("init", "--yes", "--requirement=./suite.whl").code == 0
    assert not (folder / "tox.ini").exists()
    table: Any = toml.read(folder / file, file)
    for key in keys:
        table = table[key]
    assert table["mmap-conformance"]["deps"] == ["./suite.whl"]
    assert table["mmap-conformance"]["commands"][0][:3] == ["mmap-conformance", "run", "mymmap"]


def test_tox_in_setup_cfg_gets_an_environment(command: Command, folder: Path) -> None:
    (folder / "setup.cfg").write_text("[tox:tox]\nenvlist = py\n")
    assert command("init", "--yes").code == 0
    assert "testenv:mmap-conformance" in sections(folder / "setup.cfg")
    assert not (folder / "tox.ini").exists()


def test_an_environment_of_this_name_stays(command: Command, folder: Path) -> None:
    (folder / "tox.ini").write_text("[testenv:mmap-conformance]\ncommands = mine\n")
    assert "Left as it is: tox.ini\n" in command("init", "--yes").out
    assert (folder / "tox.ini").read_text() == "[testenv:mmap-conformance]\ncommands = mine\n"


@pytest.mark.parametrize("sign", [".gitlab-ci.yml", ".git/config"])
def test_gitlab_is_seen(sign: str, command: Command, folder: Path) -> None:
    (folder / sign).parent.mkdir(exist_ok=True)
    (folder / sign).write_text('[remote "origin"]\nurl = git@gitlab.com:me/mymmap.git\n')
    assert command("init", "--yes").code == 0
    after = contents(folder)
    assert f"image: python:{OWN}".encode() in after[".gitlab/mmap-conformance.yml"]
    assert WORKFLOW not in after
    included = b".gitlab/mmap-conformance.yml" in after[".gitlab-ci.yml"]
    assert included == (sign != ".gitlab-ci.yml")  # a file that is there stays as it is


def test_another_interpreter(command: Command, folder: Path) -> None:
    (folder / "pypy3").symlink_to(sys.executable)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(folder), prepend=":")
        refused = command("init", "mymmap@./pypy3", "--yes")
        gitlab = command("init", "mmap@pypy3", "--ci=gitlab")
        assert command("init", "mymmap@pypy3", "--yes").code == 0
    assert toml.read(folder / "pyproject.toml", "it")["tool"]["mmap-conformance"] == {
        "implementations": {
            "mymmap-pypy3": {"module": "mymmap@pypy3", "expectations": "mmap-expectations.toml"}
        }
    }
    assert f"            pypy3.10\n            {OWN}\n" in (folder / WORKFLOW).read_text()
    assert refused.code == 2 and "give --ci none" in refused.complaint
    assert gitlab.code == 2 and "--ci github" in gitlab.complaint


@pytest.mark.parametrize(
    ("files", "module"),
    [
        ({"a.py": MODULE}, "a"),
        ({"src/a/__init__.py": "from ._b import mmap\n", "src/a/_b.py": MODULE}, "a"),
        ({"a/__init__.py": "", "a/b.py": MODULE}, "a.b"),
        ({"a.pyi": "class mmap: ...\n"}, "a"),
        ({"a.py": MODULE, "a.pyi": MODULE}, "a"),
        ({"a.py": "try:\n    from _a import mmap\nexcept ImportError:\n    pass\n"}, "a"),
        ({"a.py": "from _a import Map\nmmap = Map\n"}, "a"),
        ({"a.py": MODULE, "user.py": "from mmap import mmap\nimport mmap\n"}, "a"),
        ({"a.py": MODULE, "broken.py": "class mmap(:\n", "tests/__init__.py": MODULE}, "a"),
    ],
)
def test_the_module_is_found(files: dict[str, str], module: str, tmp_path: Path) -> None:
    write(tmp_path, files)
    assert Project.at(tmp_path).module() == module


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


@pytest.mark.parametrize(
    ("files", "words", "complaint"),
    [
        ({}, "", "there is none; name it: mmap-conformance init MODULE"),
        ({"a.py": MODULE, "b.py": MODULE}, "", "there is more than one: a, b; name it"),
        ({}, "stdlib", "'stdlib' needs no configuration"),
        ({}, "a b", "unknown implementation 'a b'"),
        ({}, "a@no-such-python", "the interpreter 'no-such-python' is not found"),
        ({"pyproject.toml": "[["}, "a", "pyproject.toml is no TOML"),
        ({"tox.ini": "hello\n"}, "a", "tox.ini makes no sense"),
        ({"pyproject.toml": "[tool]\nmmap-conformance = {}\n"}, "a", "leaves no room for [tool."),
        ({"pyproject.toml": "tool.tox.legacy_tox_ini = ''\n"}, "a", "move it into a tox.ini"),
        ({"tox.toml": "env = {}\n"}, "a", "tox.toml leaves no room for [env.mmap-conformance]"),
    ],
)
def test_what_it_refuses(
    files: dict[str, str], words: str, complaint: str, command: Command, tmp_path: Path
) -> None:
    write(tmp_path, files)
    before = contents(tmp_path)
    done = command("init", *([words] if words else []), "--yes")
    assert done.code == 2 and complaint in done.complaint
    assert contents(tmp_path) == before


def test_workflows_are_what_their_schemas_say(command: Command, folder: Path) -> None:
    for ci, schema, path in (
        ("github", "github-workflows", WORKFLOW),
        ("gitlab", "gitlab-ci", ".gitlab/mmap-conformance.yml"),
    ):
        (folder / "pyproject.toml").unlink(missing_ok=True)
        assert command("init", "--yes", "--ci", ci).code == 0
        check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
        subprocess.run([*check, folder / path], check=True)
