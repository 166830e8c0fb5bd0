"""The findings that are known already, from a TOML file; ``expected/`` has some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from mmap_conformance import toml
from mmap_conformance.errors import UsageError
from mmap_conformance.judge import Divergence
from mmap_spec_tests.clause import Edition, edition_text, parse_edition
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.model import METHODS

SHIPPED = Path(__file__).parent / "expected"
"""The files that come with the suite: what is known of the stdlib's own ``mmap``."""


@dataclass(frozen=True)
class Expected:
    """One finding that is known.

    Attributes:
        implementations: their names, or module and kind of interpreter, with or without
            the platform: ``mmap@cpython-unix``; ``*`` stands for any letters.
        clause: id of the clause that is not met.
        operation: the method; empty for any.
        since: the first version that has it, or None.
        until: the first version that has it no longer, or None.
        reason: why it is there, with a link or number.
    """

    implementations: tuple[str, ...]
    clause: str
    operation: str
    since: Edition | None
    until: Edition | None
    reason: str

    @property
    def versions(self) -> str:
        """Which versions have it, in words that follow a name."""
        since = f" from {edition_text(self.since)}" if self.since else ""
        return since + (f" before {edition_text(self.until)}" if self.until else "")


@dataclass(frozen=True)
class Expectations:
    """What an expectations file says."""

    entries: Sequence[Expected] = ()

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
        return cls(tuple(entries))

    def __add__(self, other: Expectations) -> Expectations:
        return Expectations((*self.entries, *other.entries))

    def reason(self, names: Sequence[str], edition: Edition, divergence: Divergence) -> str:
        """Why a divergence was to be expected; an empty string when it was not.

        Args:
            names: what the implementation is called.
            edition: the version of its interpreter.
            divergence: what it does.
        """
        for entry in self.entries:
            if (
                any(fnmatchcase(name, each) for name in names for each in entry.implementations)
                and entry.clause == divergence.clause
                and entry.operation in ("", divergence.operation)
                and (entry.since is None or edition >= entry.since)
                and (entry.until is None or edition < entry.until)
            ):
                return entry.reason
        return ""


def shipped() -> Expectations:
    """All that the files say which come with the suite."""
    files = (Expectations.read(path) for path in sorted(SHIPPED.glob("*.toml")))
    return sum(files, Expectations())


_KEYS = {"clause", "operation", "since", "until", "reason"}


def _entry(table: dict[str, str], names: tuple[str, ...]) -> Expected:
    unknown = set(table) - _KEYS
    if unknown:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r}")
    for key, value in table.items():
        if not isinstance(value, str):
            raise ValueError(f"{key} is no text")
    for key in ("clause", "reason"):
        if not table.get(key):
            raise ValueError(f"{key} is missing")
    if table["clause"] not in CLAUSES:
        raise ValueError(f"unknown clause {table['clause']!r}")
    if table.get("operation", "") not in ("", *METHODS):
        raise ValueError(f"unknown operation {table['operation']!r}")
    since, until = table.get("since"), table.get("until")
    return Expected(
        names,
        table["clause"],
        table.get("operation", ""),
        parse_edition(since) if since else None,
        parse_edition(until) if until else None,
        table["reason"],
    )
