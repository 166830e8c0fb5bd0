"""Whether a run passes the gate: the exit code, and the same in words."""

from __future__ import annotations

from collections.abc import Container, Mapping

from mmap_conformance.events import (
    Event,
    Finding,
    Finished,
    Found,
    NotStarted,
    Stale,
    Started,
)
from mmap_spec_tests.clause import LEVELS, Clause, Level
from mmap_spec_tests.clauses import CLAUSES

OK, FINDINGS, USAGE, INTERNAL, NOT_STARTED, NOTHING_RAN, STALE, INTERRUPTED = *range(7), 130

EXIT_CODES = {
    OK: "conformant, or no findings but expected ones",
    FINDINGS: "findings that are not expected",
    USAGE: "bad usage or configuration; a report that is not whole",
    INTERNAL: "an internal error of the suite",
    NOT_STARTED: "an implementation did not start, or failed the self-test",
    NOTHING_RAN: "nothing was tested, a run stopped early, or no program reached some clause",
    STALE: "an expected finding is gone or has changed: the expectations file is stale",
    INTERRUPTED: "interrupted; the reports tell what was done until then",
}
"""What each exit code means."""


def fails(finding: Finding, level: Level) -> bool:
    """Whether a finding fails the gate of a run at a level.

    A flaky one does so only where its harm does not depend on being seen again: the
    process died or hung, or bytes of the file were lost.
    """
    if finding.reason or is_information(finding, level):
        return False
    if not finding.flaky:
        return True
    looks_at_file = bool(finding.program) and finding.program[-1][1] == "contents"
    return finding.kind in ("crashed", "hung") or looks_at_file


def is_information(finding: Finding, level: Level) -> bool:
    """Whether a finding informs and does not fail a run at a level."""
    return is_below(finding.level, level)


def is_below(level: Level, floor: Level) -> bool:
    """Whether a clause's level is below that of the run; ``may`` always is."""
    return level == "may" or LEVELS.index(level) > LEVELS.index(floor)


class Gate:
    """A consumer of events that knows the verdict on all of them."""

    def __init__(self, clauses: Mapping[str, Clause] = CLAUSES) -> None:
        """Begin.

        Args:
            clauses: that there are, by their ids.
        """
        self._clauses = clauses
        self.level: Level = "should"
        self.findings: list[Finding] = []
        self.stale: list[Stale] = []
        self.begun: dict[str, Started] = {}
        self.finished: dict[str, Finished] = {}
        self.not_started: dict[str, NotStarted] = {}

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        if isinstance(event, Started):
            self.level = event.level
            self.begun[event.implementation] = event
        elif isinstance(event, Found):
            self.findings.append(event.finding)
        elif isinstance(event, Stale):
            self.stale.append(event)
        elif isinstance(event, NotStarted):
            self.not_started[event.implementation] = event
        elif isinstance(event, Finished):
            self.finished[event.implementation] = event

    def close(self) -> None:
        """Nothing is held."""

    @property
    def failures(self) -> list[Finding]:
        """The findings that fail the gate."""
        return [f for f in self.findings if fails(f, self._level(f.implementation))]

    def _level(self, name: str) -> Level:
        return self.begun[name].level if name in self.begun else self.level

    @property
    def idle(self) -> list[str]:
        """Implementations that stopped early, or of which not every clause was looked at."""
        return [
            name
            for name, event in self.finished.items()
            if event.stopped
            or not any(verdict.checks for verdict in event.verdicts)
            or not self._clauses.keys() <= {verdict.clause for verdict in event.verdicts}
            or self._untested(event)
        ]

    def _untested(self, event: Finished) -> bool:
        level = self._level(event.implementation)
        return any(
            verdict.status == "untested"
            and not verdict.why
            and not is_below(self._clauses[verdict.clause].level, level)
            for verdict in event.verdicts
        )

    @property
    def unfinished(self) -> list[str]:
        """Implementations that were begun and whose run did not come to its end."""
        return [name for name in self.begun if name not in self.finished]

    @property
    def code(self) -> int:
        """The exit code, the gravest reason first."""
        if self.not_started:
            return NOT_STARTED
        if self.failures:
            return FINDINGS
        if self.stale:
            return STALE
        if self.idle or not self.finished or self.unfinished:
            return NOTHING_RAN
        return OK

    def words(self) -> str:
        """The verdict as one sentence or two."""
        said = []
        failures = self.failures
        if failures:
            names = self._in_order({finding.implementation for finding in failures})
            said.append(
                f"Not conformant: {_count(len(failures), 'unexpected finding')} in {names}."
            )
        if self.stale:
            names = ", ".join(dict.fromkeys(event.implementation for event in self.stale))
            said.append(
                f"Stale: {_count(len(self.stale), 'expected finding')} of {names} "
                f"{'is' if len(self.stale) == 1 else 'are'} gone or changed."
            )
        if self.not_started:
            said.append(f"Did not start: {', '.join(self.not_started)}.")
        if self.unfinished:
            said.append(f"Not finished: {', '.join(self.unfinished)}.")
        if self.idle or not (self.finished or self.not_started or self.unfinished):
            what = ", ".join(self.idle) or "any implementation"
            said.append(f"Not everything was tested of {what}.")
        if not said:
            expected = sum(bool(finding.reason) for finding in self.findings)
            tail = f", with {_count(expected, 'expected finding')}" if expected else ""
            said.append(f"Conformant: {self._in_order(self.finished)}{tail}.")
        return " ".join(said)

    def _in_order(self, names: Container[str]) -> str:
        """Implementations in the order in which they began: they end in any."""
        return ", ".join(name for name in self.begun if name in names)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
