"""The findings that are known already, from a TOML file; ``expected/`` has some."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from mmap_conformance import toml
from mmap_conformance.errors import UsageError
from mmap_spec_tests.clause import Edition, edition_text, parse_edition
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.model import METHODS
from mmap_spec_tests.operations import Program, program_of

SHIPPED = Path(__file__).parent / "expected"
"""The files that come with the suite: what is known of the stdlib's own ``mmap``."""

KINDS = ("bug", "wont-fix", "not-yet")
"""Why a finding stays: it is to be mended, it is not, or what it asks for is not there yet."""


@dataclass(frozen=True)
class Expected:
    """One finding that is known.

    Attributes:
        implementations: their names, or module and kind of interpreter, with or without
            the platform: ``mmap@cpython-unix``; ``*`` stands for any letters.
        clause: id of the clause that is not met.
        operation: the method at fault.
        got: the sort of its outcome: ``returned``, ``crashed``, ``hung``, ``protocol`` or
            the name of an exception.
        program: the reduced program, whose last operation shows it.
        also: other sorts of outcomes that the same fault comes to, as with memory that is used
            after it was given back: of this program elsewhere, or of others.
        expected: what the clause allows, in words, for people.
        kind: one of ``KINDS``; empty until somebody has looked at it.
        reason: why it is there; empty likewise.
        link: where it is discussed, or an empty string.
        since: the first version of the interpreter that has it, or None.
        until: the first version that has it no longer, or None.
        platform: ``unix`` or ``windows``; empty for both.
    """

    implementations: tuple[str, ...]
    clause: str
    operation: str
    got: str
    program: Program
    expected: str = ""
    kind: str = ""
    reason: str = ""
    link: str = ""
    since: Edition | None = None
    until: Edition | None = None
    platform: str = ""
    also: tuple[str, ...] = ()

    @property
    def sorts(self) -> tuple[str, ...]:
        """Every sort of outcome that is expected."""
        return self.got, *self.also

    @property
    def versions(self) -> str:
        """Which versions have it, in words that follow a name."""
        since = f" from {edition_text(self.since)}" if self.since else ""
        return since + (f" before {edition_text(self.until)}" if self.until else "")

    @property
    def told(self) -> str:
        """Why it was expected, for people; never empty."""
        reason = self.reason or "no reason given"
        return f"{reason} ({self.link})" if self.link else reason

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two entries the same finding."""
        return self.clause, self.operation, self.got

    def applies(self, names: Sequence[str], version: Edition, platform: str) -> bool:
        """Whether an implementation is said to have it.

        Args:
            names: what the implementation is called.
            version: of its interpreter.
            platform: ``unix`` or ``windows``.
        """
        return (
            any(fnmatchcase(name, each) for name in names for each in self.implementations)
            and (self.since is None or version >= self.since)
            and (self.until is None or version < self.until)
            and self.platform in ("", platform)
        )


@dataclass(frozen=True)
class Expectations:
    """What an expectations file says.

    Attributes:
        entries: the findings.
        implementations: whose they are, where the file says it for all of them.
        comment: the lines with which the file begins.
    """

    entries: tuple[Expected, ...] = ()
    implementations: tuple[str, ...] = ("*",)
    comment: str = ""

    @classmethod
    def read(cls, path: Path | None) -> Expectations:
        """Read a file; without one nothing is expected.

        Raises:
            UsageError: it cannot be read, is no TOML, or has an entry that makes no sense.
        """
        if path is None:
            return cls()
        tables = toml.read(path, f"expectations {path}", "are")
        unknown = tables.keys() - {"implementations", "finding"}
        if unknown:
            raise UsageError(f"expectations {path}: unknown key {sorted(unknown)[0]!r}")
        if not isinstance(tables.get("finding", []), list):
            raise UsageError(f"expectations {path}: finding is no list of tables")
        names = tables.get("implementations", ["*"])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UsageError(f"expectations {path}: implementations is no list of names")
        entries = []
        for number, table in enumerate(tables.get("finding", []), 1):
            try:
                entries.append(_entry(table, tuple(names)))
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                what = f"{error.args[0] if error.args else error}"
                raise UsageError(f"expectations {path}, finding {number}: {what}") from error
        return cls(tuple(entries), tuple(names), _comment(path.read_text("utf-8")))

    def __add__(self, other: Expectations) -> Expectations:
        return replace(self, entries=(*self.entries, *other.entries))

    def of_all(self) -> Expectations:
        """The same, whatever implementations the file names: it was named for one itself."""
        return replace(
            self, entries=tuple(replace(each, implementations=("*",)) for each in self.entries)
        )

    def speaks_of(self, names: Sequence[str]) -> bool:
        """Whether the file is about an implementation that goes by one of the names."""
        return any(fnmatchcase(name, each) for name in names for each in self.implementations)

    def of(self, names: Sequence[str], version: Edition, platform: str) -> Iterator[Expected]:
        """The entries that speak of an implementation; see ``Expected.applies``."""
        return (entry for entry in self.entries if entry.applies(names, version, platform))


def shipped() -> Expectations:
    """All that the files say which come with the suite."""
    files = (Expectations.read(path) for path in sorted(SHIPPED.glob("*.toml")))
    return sum(files, Expectations())


def _comment(text: str) -> str:
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line)
    return "\n".join(lines)


_SORTS = ("returned", "crashed", "hung", "protocol")
_TEXTS = ("clause", "operation", "got", "program")
_OPTIONAL = ("expected", "kind", "reason", "link", "since", "until", "platform")


def _entry(table: dict[str, Any], names: tuple[str, ...]) -> Expected:
    also = table.pop("also", [])
    if not isinstance(also, list) or not all(isinstance(sort, str) for sort in also):
        raise ValueError("also is no list of texts")
    unknown = set(table) - {*_TEXTS, *_OPTIONAL}
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r}")
    for key, value in table.items():
        if not isinstance(value, str):
            raise ValueError(f"{key} is no text")
    for key in _TEXTS:
        if not table.get(key):
            raise ValueError(f"{key} is missing")
    if table["clause"] not in CLAUSES:
        raise ValueError(f"unknown clause {table['clause']!r}")
    if table["operation"] not in METHODS:
        raise ValueError(f"unknown operation {table['operation']!r}")
    for key, sort in (("got", table["got"]), *(("also", sort) for sort in also)):
        if sort not in _SORTS and not sort[:1].isupper():
            raise ValueError(
                f"unknown {key} {sort!r}; known are {', '.join(_SORTS)} and names of exceptions"
            )
    if table.get("kind", "") not in ("", *KINDS):
        raise ValueError(f"unknown kind {table['kind']!r}; known are {', '.join(KINDS)}")
    if table.get("platform", "") not in ("", "unix", "windows"):
        raise ValueError(f"unknown platform {table['platform']!r}; known are unix, windows")
    plain = {key: table.get(key, "") for key in (*_TEXTS, *_OPTIONAL)}
    since, until, program = (plain.pop(key) for key in ("since", "until", "program"))
    return Expected(
        names,
        program=_program(program),
        since=parse_edition(since) if since else None,
        until=parse_edition(until) if until else None,
        also=tuple(also),
        **plain,
    )


def _program(text: str) -> Program:
    try:
        return program_of(json.loads(text))
    except ValueError as error:
        raise ValueError(f"program is none: {error}") from error
