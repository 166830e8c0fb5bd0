"""What is to be written into a project: new files, and lines at the end of others."""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from mmap_conformance import toml
from mmap_conformance.errors import UsageError
from mmap_conformance.scaffold.project import CI, Project

ENVIRONMENT = "mmap-conformance"
"""The name of the tox environment, of the workflow and of its job."""
EXPECTATIONS = "mmap-expectations.toml"
_WORKFLOW = f".github/workflows/{ENVIRONMENT}.yml"
_INCLUDED = f".gitlab/{ENVIRONMENT}.yml"


@dataclass(frozen=True)
class Gate:
    """The gate that is asked for.

    Attributes:
        module: the module that has the type ``mmap``.
        interpreter: the command that runs it; empty for the one that runs the suite.
        requirement: how pip is to install the suite: a name, a path or an address.
        ci: where to run it on each change, or None.
    """

    module: str
    interpreter: str
    requirement: str
    ci: CI | None

    @property
    def name(self) -> str:
        """What the implementation is called in the configuration."""
        words = f"{self.module} {Path(self.interpreter).name}".strip()
        return re.sub(r"[^A-Za-z0-9_]+", "-", words)


@dataclass(frozen=True)
class Change:
    """Lines at the end of a file, which is made where it is not there.

    Attributes:
        path: relative to the project's folder.
        before: what is in the file.
        added: what is to follow it; nothing where the file serves as it is.
    """

    path: str
    before: str
    added: str

    def diff(self) -> str:
        """What changes, as a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(),
            (self.before + self.added).splitlines(),
            self.path if self.before else "/dev/null",
            self.path,
            lineterm="",
        )
        return "\n".join(lines) + "\n"

    def write(self, folder: Path) -> None:
        """Write it; nothing that is there is lost.

        Raises:
            UsageError: it cannot be written, or the file came into being in the meantime.
        """
        path = folder / self.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "a" if self.before else "x", encoding="utf-8", newline="") as file:
                file.write(self.added)
        except OSError as error:
            raise UsageError(f"cannot write {self.path}: {error.strerror}") from error


def plan(project: Project, gate: Gate) -> Iterator[Change]:
    """What is to be written, in the order in which it is best read. What is there stays.

    Raises:
        UsageError: the project has the gate already, or its files leave no room for it.
    """
    plan = _Plan(project, gate)
    yield plan.implementation()
    yield plan.file(EXPECTATIONS, "expectations.toml")
    yield plan.tox()
    if gate.ci == "github":
        yield plan.file(_WORKFLOW, "github.yml")
    elif gate.ci == "gitlab":
        yield plan.file(_INCLUDED, "gitlab.yml")
        yield plan.file(".gitlab-ci.yml", "gitlab-ci.yml")


class _Plan:
    """The templates, filled in for one gate."""

    def __init__(self, project: Project, gate: Gate) -> None:
        self._project = project
        self._gate = gate
        self._templates = Environment(
            loader=PackageLoader(__package__),
            undefined=StrictUndefined,
            trim_blocks=True,
            keep_trailing_newline=True,
        )
        # JSON's escapes are TOML's.
        self._templates.filters["quoted"] = json.dumps

    def file(self, path: str, template: str) -> Change:
        """A file of its own; one that is there stays as it is."""
        if self._project.has(path):
            return Change(path, self._project.text(path), "")
        return self.change(path, template)

    def change(self, path: str, template: str, *, prefix: str = "", before: str = "") -> Change:
        """The lines of a template at the end of a file, where they end as its own do."""
        gate = self._gate
        added = self._templates.get_template(f"{template}.jinja").render(
            name=gate.name,
            module=f"{gate.module}@{gate.interpreter}" if gate.interpreter else gate.module,
            interpreter=gate.interpreter,
            requirement=gate.requirement,
            pythons=_pythons(gate.interpreter) if gate.ci else (),
            installs=self._project.installs,
            environment=ENVIRONMENT,
            expectations=EXPECTATIONS,
            included=_INCLUDED,
            prefix=prefix,
        )
        if before:
            added = ("\n" if before.endswith("\n") else "\n\n") + added
        if "\r\n" in before:
            added = added.replace("\n", "\r\n")
        return Change(path, before, added)

    def implementation(self) -> Change:
        """The table in ``pyproject.toml``."""
        keys = ("tool", "mmap-conformance", "implementations", self._gate.name)
        if _at(self._project.tables, keys) is not None:
            raise UsageError(
                f"pyproject.toml configures the implementation {self._gate.name!r} already: "
                "nothing is written"
            )
        path = "pyproject.toml"
        change = self.change(path, path, before=self._project.text(path))
        return _readable(change, keys)

    def tox(self) -> Change:
        """The environment, where tox has none of this name."""
        path = self._project.tox
        before = self._project.text(path)
        if path.endswith(".toml"):
            if _at(self._project.tables, ("tool", "tox", "legacy_tox_ini")) is not None:
                raise UsageError(
                    "pyproject.toml configures tox as legacy_tox_ini, to which nothing can be "
                    "appended: move it into a tox.ini first"
                )
            prefix = ("tool", "tox") if path == "pyproject.toml" else ()
            keys = (*prefix, "env", ENVIRONMENT)
            if _at(toml.parse(before, path), keys) is not None:
                return Change(path, before, "")
            dotted = "".join(f"{key}." for key in prefix)
            return _readable(self.change(path, "tox.toml", prefix=dotted, before=before), keys)
        if not before:
            first = f"[tox]\nenv_list = {ENVIRONMENT}\n\n"
            return Change(path, "", first + self.change(path, "tox.ini").added)
        if f"testenv:{ENVIRONMENT}" in self._project.sections(path):
            return Change(path, before, "")
        return self.change(path, "tox.ini", before=before)


def _at(table: object, keys: tuple[str, ...]) -> object:
    """What is at the end of a path of keys; None where it ends early."""
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _readable(change: Change, keys: tuple[str, ...]) -> Change:
    """A change of a TOML file that can be read after it.

    Raises:
        UsageError: it cannot: an inline table is in the way.
    """
    try:
        toml.parse(change.before + change.added, change.path)
    except UsageError as error:
        raise UsageError(
            f"{change.path} leaves no room for [{'.'.join(keys)}]: write the tables above it "
            "with headers, not inline"
        ) from error
    return change


def _pythons(interpreter: str) -> list[str]:
    """The versions that a workflow sets up, the one that runs the suite last.

    Raises:
        UsageError: it cannot be known where the interpreter comes from.
    """
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if not interpreter:
        return [own]
    python = re.fullmatch(r"python(3\.\d+)", interpreter)
    pypy = re.fullmatch(r"pypy(3(?:\.\d+)?)", interpreter)
    if python:
        return list(dict.fromkeys((python[1], own)))
    if pypy:
        return [f"pypy{'3.10' if pypy[1] == '3' else pypy[1]}", own]
    raise UsageError(
        f"no workflow can be written for the interpreter {interpreter!r}, for it cannot be known "
        "where it comes from: give --ci none"
    )
