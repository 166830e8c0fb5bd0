"""Every command of the documentation is run, and comes to what the page shows."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mmap_conformance import toml

TESTS = Path(__file__).parent
DOCS = TESTS.parent


def load(path: Path) -> object:
    spec = importlib.util.spec_from_file_location(f"docs_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


page = load(TESTS / "page.py")
PAGES = {
    path.relative_to(DOCS).as_posix(): page.Page(path)
    for path in (*DOCS.glob("*.md"), *DOCS.glob("how-to/*.md"))
}


@pytest.fixture
def environment() -> dict[str, str]:
    """A shell of somebody who has the suite, and nothing of what runs these tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TOX", "PYTEST", "VIRTUAL_ENV", "PYTHON", "COV"))
    }
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    quiet = {"PIP_QUIET": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}  # beside what a page asks for
    return kept | quiet | {"PATH": path, "SUITE": str(DOCS.parent), "COLUMNS": "200"}


@pytest.fixture(scope="module")
def network() -> None:
    """Skip what installs packages where there are none to be had."""
    command = [sys.executable, "-m", "pip", "index", "versions", "tox"]
    if subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("pip has nothing to install packages from")


@pytest.mark.parametrize("name", [name for name, each in PAGES.items() if each.commands])
def test_its_commands_do_what_it_shows(
    name: str, environment: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    each = PAGES[name]
    if "pip install" in each.script:
        request.getfixturevalue("network")
    shutil.copy(TESTS / "mymmap.py", tmp_path)
    outputs = each.run(tmp_path, environment)
    for command, output in zip(each.commands, outputs, strict=True):
        assert command.answers(output), f"$ {command.text}\n{output}\nbut shown is\n{command.shown}"


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.stem)
def test_its_toml_is_toml(path: Path) -> None:
    for fence in page._FENCE.finditer(path.read_text("utf-8")):
        if "toml" in (fence["kind"], fence["language"]):
            toml.parse(fence["body"].partition("\n\n")[2] or fence["body"], path.name)


def test_what_does_not_come_is_seen() -> None:
    command = page.Command("echo 3 files", "... files\n")
    assert command.answers("3 files\n") and command.answers("no  files")
    assert not command.answers("3 folders") and not command.answers("3 files more")
    assert page.Command("replay", "m0.find(...)").answers("m12.find(b'')")
    assert page.Command("true", "").answers("") and not page.Command("true", "").answers("x")


def test_a_page_is_run_as_it_is_read(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "page.md").write_text(
        "```{code-block} text\n:caption: a\n\none\n```\n"
        "```console\n$ cat a; (exit 3)\none\n$ echo $?\n3\n```\n"
        "<!-- repeat -->\n\n```console\n$ echo x >> b\n$ [ $(wc -l < b) = 3 ]\n```\n"
        "<!-- until it exits with 0 -->\n```console\n$ wc -l < b\n3\n```\n"
    )
    each = page.Page(tmp_path / "page.md")
    outputs = [output.strip() for output in each.run(tmp_path, environment)]
    assert outputs == ["one", "3", "", "", "3"]
