"""What a project is made of, as far as the gate must know. Nothing of it is run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mmap_conformance import toml
from mmap_conformance.errors import UsageError

CI = Literal["github", "gitlab"]


@dataclass(frozen=True)
class Project:
    """A folder, and what is in it.

    Attributes:
        folder: where ``pyproject.toml`` is, or would be.
        tables: of ``pyproject.toml``; empty where there is none.
    """

    folder: Path
    tables: dict[str, Any]

    @classmethod
    def at(cls, folder: Path) -> Project:
        """The project in a folder.

        Raises:
            UsageError: its ``pyproject.toml`` cannot be read, or is no TOML.
        """
        path = folder / "pyproject.toml"
        return cls(folder, toml.read(path, path.name) if path.exists() else {})

    @property
    def installs(self) -> bool:
        """Whether pip can install it."""
        return bool({"project", "build-system"} & self.tables.keys()) or self.has("setup.py")

    def has(self, path: str) -> bool:
        """Whether there is such a file or folder."""
        return (self.folder / path).exists()

    def text(self, path: str) -> str:
        """What is in a file; nothing where there is none.

        Raises:
            UsageError: it cannot be read.
        """
        try:
            # Lines end as they do in the file, so that what is added can do the same.
            with open(self.folder / path, encoding="utf-8", newline="") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UsageError(f"cannot read {path}: {reason}") from error

    def sections(self, path: str) -> set[str]:
        """The sections of a file such as ``tox.ini``.

        Raises:
            UsageError: it is no such file.
        """
        parser = ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(self.text(path))
        except ConfigError as error:
            raise UsageError(f"{path} makes no sense: {str(error).splitlines()[0]}") from error
        return set(parser.sections())

    @property
    def tox(self) -> str:
        """The file that configures tox, or is to; found in the order in which tox looks."""
        if self.has("tox.ini"):
            return "tox.ini"
        if self.has("setup.cfg") and "tox:tox" in self.sections("setup.cfg"):
            return "setup.cfg"
        tool = self.tables.get("tool", {})
        if isinstance(tool, dict) and "tox" in tool:
            return "pyproject.toml"
        return "tox.toml" if self.has("tox.toml") else "tox.ini"

    @property
    def ci(self) -> CI:
        """Where its CI runs, as far as can be told; GitHub where nothing tells."""
        if self.has(".github"):
            return "github"
        if self.has(".gitlab-ci.yml") or "gitlab" in self.text(".git/config"):
            return "gitlab"
        return "github"

    def module(self) -> str:
        """The module that has a type ``mmap``.

        Raises:
            UsageError: there is none, or more than one.
        """
        # With its stub beside it, a module is found twice.
        found = dict.fromkeys((*_modules(self.folder / "src"), *_modules(self.folder)))
        public = [
            name for name in found if not any(name.startswith(f"{other}.") for other in found)
        ]
        if len(public) != 1:
            what = f"more than one: {', '.join(public)}" if public else "none"
            raise UsageError(
                "which module has the type mmap? Its source was looked for in this folder, and "
                f"there is {what}; name it: mmap-conformance init MODULE"
            )
        return public[0]


def _modules(folder: Path, prefix: str = "") -> Iterator[str]:
    """The modules below a folder that have it, a package before what is in it."""
    for path in sorted(folder.glob("*")):
        name = prefix + path.name.partition(".")[0]
        if path.suffix in (".py", ".pyi") and path.stem != "__init__":
            if _has_type(path):
                yield name
        elif name not in ("test", "tests") and (path / "__init__.py").is_file():
            if _has_type(path / "__init__.py"):
                yield name
            yield from _modules(path, f"{name}.")


def _has_type(path: Path) -> bool:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):  # not for this Python; then not for us to judge
        return False
    return any(map(_binds_type, _statements(tree.body)))


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run as a module is imported, in ``if`` and ``try`` too."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If | ast.Try):
            yield from _statements([*statement.body, *statement.orelse])
        if isinstance(statement, ast.Try):
            yield from _statements(inner for each in statement.handlers for inner in each.body)


def _binds_type(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ClassDef):
        return statement.name == "mmap"
    if isinstance(statement, ast.ImportFrom):  # a user of the stdlib's is no implementation
        names = {alias.asname or alias.name for alias in statement.names}
        return "mmap" in names and not (statement.module == "mmap" and statement.level == 0)
    if isinstance(statement, ast.Assign):
        return any(isinstance(to, ast.Name) and to.id == "mmap" for to in statement.targets)
    return False
