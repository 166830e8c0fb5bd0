"""The files that others read: each is what its schema says, and says what is true."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from mmap_conformance import __version__, toml
from mmap_conformance.gate import EXIT_CODES

ROOT = Path(__file__).parents[2]
FORMS = ".github/ISSUE_TEMPLATE"
SCHEMAS = {
    "CITATION.cff": "citation-file-format",
    "action.yml": "github-actions",
    f"{FORMS}/config.yml": "github-issue-config",
    **{
        path.relative_to(ROOT).as_posix(): "github-issue-forms"
        for path in (ROOT / FORMS).glob("*-*.yml")
    },
    f"{FORMS}/bug.yml": "github-issue-forms",
    **{
        path.relative_to(ROOT).as_posix(): "github-workflows"
        for path in (ROOT / ".github/workflows").iterdir()
    },
}


def check(path: Path, schema: str) -> subprocess.CompletedProcess[str]:
    words = ("check_jsonschema", "--builtin-schema", f"vendor.{schema}", path)
    return subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True)


@pytest.mark.parametrize("path", SCHEMAS)
def test_files_are_what_their_schemas_say(path: str) -> None:
    done = check(ROOT / path, SCHEMAS[path])
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_file_that_is_not_is_seen(tmp_path: Path) -> None:
    broken = (ROOT / "action.yml").read_text().replace("using: composite", "usin: composite")
    (tmp_path / "action.yml").write_text(broken)
    assert "usin" in check(tmp_path / "action.yml", "github-actions").stdout


@pytest.mark.parametrize(("fault", "code"), [("", 0), (" + 1", 1)])
def test_the_action_gates_and_tells_what_was_found(fault: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "mymmap.py").write_text(
        "import mmap as stdlib\nclass mmap(stdlib.mmap):\n    __slots__ = ()\n"
        f"    def tell(self): return super().tell(){fault}\n"
    )
    action = YAML(typ="safe").load(ROOT / "action.yml")
    assert action["inputs"].keys() == {"implementations", "arguments", "output"}
    inputs = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "IMPLEMENTATIONS": "mymmap",
        "ARGUMENTS": "--clause position.tell-returns-position --budget 1",
        "OUTPUT": "out put",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    _, gate, tell, _ = action["runs"]["steps"]
    assert gate["env"].keys() | tell["env"].keys() < inputs.keys()
    told = []
    for step, expected in ((gate, code), (tell, 0)):
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]  # GitHub's
        done = subprocess.run(
            words, cwd=tmp_path, env=os.environ | inputs, capture_output=True, text=True
        )
        assert done.returncode == expected, done.stderr
        told.append(done.stdout)
    assert ("::error title=position.tell-returns-position" in told[1]) == bool(fault)
    assert ("**Not conformant" in (tmp_path / "summary").read_text()) == bool(fault)
    assert len(list((tmp_path / "out put" / "found").glob("*.py"))) == code
    assert (tmp_path / "out put" / "report.html").read_text().startswith("<!doctype html>")


def test_the_version_is_the_same_everywhere() -> None:
    assert toml.read(ROOT / "pyproject.toml", "it")["project"]["version"] == __version__
    (cited,) = re.findall(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.M)
    assert cited == __version__
    assert f"## {__version__} (" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_has_the_exit_codes() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert {int(code): text for code, text in rows} == EXIT_CODES
