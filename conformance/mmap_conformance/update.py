"""Writes expectations files: what is found is added, what is gone is left out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from mmap_conformance.adapters import Adapter
from mmap_conformance.engine import names_of
from mmap_conformance.errors import StartError, UsageError
from mmap_conformance.events import Event, Finding, Found, NotStarted, Stale, Started
from mmap_conformance.expectations import Expectations, Expected
from mmap_conformance.gate import fails
from mmap_conformance.judge import got
from mmap_conformance.options import Options
from mmap_conformance.render import lines, printable
from mmap_conformance.replay import replay
from mmap_spec_tests.clause import Edition, Level, edition_text
from mmap_spec_tests.clauses import CLAUSES


@dataclass
class Update:
    """A consumer of a run's events that knows what the file should say afterwards.

    Attributes:
        known: what the file says.
        adapters: of the run.
        options: of the run.
        new: the entries that are added.
        gone: the entries that are left out.
    """

    known: Expectations
    adapters: Sequence[Adapter]
    options: Options
    new: list[Expected] = field(default_factory=list)
    gone: list[Expected] = field(default_factory=list)
    _level: Level = "should"
    _versions: dict[str, Edition] = field(default_factory=dict)
    _shown: set[tuple[str, str, str]] = field(default_factory=set)
    _stale: set[tuple[str, str, str]] = field(default_factory=set)

    def __call__(self, event: Event) -> None:
        """Take an event.

        Raises:
            StartError: an implementation did not start, and must not be taken for clean.
            UsageError: the file is about other implementations.
        """
        if isinstance(event, NotStarted):
            raise StartError(f"{event.implementation}: {event.reason}")
        if isinstance(event, Started):
            self._refuse_others(event)
            self._level = event.level
            self._versions[event.implementation] = tuple(event.facts["version"])
        elif isinstance(event, Stale):
            self._stale.add(_identity(event.clause, event.operation, event.program))
        elif isinstance(event, Found) and event.finding.reason:
            f = event.finding
            self._shown.add(_identity(f.clause, f.operation, f.program))
        elif isinstance(event, Found) and fails(event.finding, self._level):
            self._add(event.finding)

    def _refuse_others(self, event: Started) -> None:
        """See that the file is about an implementation that is to be written into it.

        Raises:
            UsageError: it is not.
        """
        adapter = next(each for each in self.adapters if each.name == event.implementation)
        names = names_of(adapter, event.facts)
        about = self.known.implementations
        if not self.known.speaks_of(names):
            raise UsageError(
                f"the file is about {', '.join(about)}: add {names[0]!r} to its implementations, "
                "or give it a file of its own"
            )

    def close(self) -> None:
        """Nothing is held."""

    def _add(self, finding: Finding) -> None:
        entry = Expected(
            self.known.implementations,
            finding.clause,
            finding.operation,
            finding.sort,
            finding.program,
            finding.expected,
        )
        if not finding.flaky and entry.key not in {each.key for each in self.new}:
            self.new.append(entry)

    def result(self) -> Expectations:
        """What the file should say."""
        kept = []
        for entry in self.known.entries:
            identity = _identity(entry.clause, entry.operation, entry.program)
            if identity in self._stale - self._shown:
                self.gone.append(entry)
            else:
                kept.append(entry)
        self.new = [self._narrowed(entry) for entry in self.new]
        return replace(self.known, entries=tuple(sorted([*kept, *self.new], key=_order)))

    def _narrowed(self, entry: Expected) -> Expected:
        """The entry, limited to the versions that have it where others have not."""
        has = [
            (self._versions[adapter.name], self._has(entry, adapter))
            for adapter in self.adapters
            if adapter.name in self._versions
        ]
        have = {version for version, answer in has if answer}
        lacking = {version for version, answer in has if answer is False} - have
        if not have:
            return entry
        before = [version for version in lacking if version < min(have)]
        after = [version for version in lacking if version > max(have)]
        return replace(
            entry,
            since=min(have) if before else None,
            until=min(after) if after else None,
        )

    def _has(self, entry: Expected, adapter: Adapter) -> bool | None:
        """Whether an implementation shows it; None where the program makes no sense for it."""
        try:
            found = replay(adapter, entry.program, self.options).divergence
        except UsageError:
            return None
        return (
            found is not None
            and found.number == len(entry.program) - 1
            and got(found.outcome) in entry.sorts
        )


def _identity(
    clause: str, operation: str, program: Iterable[Sequence[object]]
) -> tuple[str, str, str]:
    return clause, operation, json.dumps([list(each) for each in program])


_PLACES = {clause: number for number, clause in enumerate(CLAUSES)}


def _order(entry: Expected) -> tuple[object, ...]:
    return _PLACES[entry.clause], entry.operation, entry.got, entry.since or (), str(entry.program)


def as_toml(expectations: Expectations) -> str:
    """The text of an expectations file, the entries as they come."""
    names = ", ".join(map(_text, expectations.implementations))
    parts = [expectations.comment] if expectations.comment else []
    parts.append(f"implementations = [{names}]\n")
    parts += [_table(entry) for entry in expectations.entries]
    return "\n".join(parts)


def _table(entry: Expected) -> str:
    said = ["[[finding]]", f"clause = {_text(entry.clause)}"]
    said.append(f"operation = {_text(entry.operation)}")
    said += [f"# {printable(line)}" for line in lines(entry.program)]
    said.append(f"program = {_program(entry)}")
    said.append(f"expected = {_text(entry.expected)}")
    said.append(f"got = {_text(entry.got)}")
    if entry.also:
        said.append(f"also = [{', '.join(map(_text, entry.also))}]")
    for key in ("since", "until"):
        version: Edition | None = getattr(entry, key)
        if version is not None:
            said.append(f"{key} = {_text(edition_text(version))}")
    if entry.platform:
        said.append(f"platform = {_text(entry.platform)}")
    said += [f"kind = {_text(entry.kind)}", f"reason = {_text(entry.reason)}"]
    if entry.link:
        said.append(f"link = {_text(entry.link)}")
    return "\n".join(said) + "\n"


def _text(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's, but for one character that JSON leaves."""
    return json.dumps(text).replace("\x7f", "\\u007f")


def _program(entry: Expected) -> str:
    """JSON as a literal string, in which nothing else needs an escape."""
    program = json.dumps([list(operation) for operation in entry.program])
    return "'" + program.replace("'", "\\u0027").replace("\x7f", "\\u007f") + "'"
