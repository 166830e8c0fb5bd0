"""Makes one stream of events of those of the processes that share a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mmap_conformance.events import (
    Event,
    Finding,
    Finished,
    Found,
    NotStarted,
    ProgramsRun,
    Restarted,
    Stale,
    Started,
    Status,
    Verdict,
)

_RANKS: tuple[Status, ...] = (
    "failed", "expected", "information", "passed", "not applicable", "untested",
)  # fmt: skip
"""Verdicts on one clause: the first that any process has come to holds."""


@dataclass
class _Stream:
    """What was told of one implementation so far."""

    begun: bool = False
    given_up: bool = False
    findings: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    stale: set[tuple[str, str, str, str]] = field(default_factory=set)
    progress: dict[int, ProgramsRun] = field(default_factory=dict)
    restarts: dict[int, int] = field(default_factory=dict)
    finished: list[Finished] = field(default_factory=list)


class Merging:
    """Takes the events of all processes; tells what a single one would."""

    def __init__(self, processes: int) -> None:
        """Begin.

        Args:
            processes: how many tell of each implementation.
        """
        self._processes = processes
        self._streams: dict[str, _Stream] = {}

    def take(self, process: int, event: Event) -> Iterator[Event]:
        """What an event of a process, which are numbered from 0, adds."""
        stream = self._streams.setdefault(event.implementation, _Stream())
        if stream.given_up:
            return
        if isinstance(event, NotStarted):
            stream.given_up = True
            yield event
        elif isinstance(event, Started):
            if not stream.begun:
                yield event
            stream.begun = True
        elif isinstance(event, ProgramsRun):
            stream.progress[process] = event
            yield self._progress(list(stream.progress.values()))
        elif isinstance(event, Found):
            finding = event.finding
            key = finding.clause, finding.operation, finding.sort
            if key not in stream.findings:
                stream.findings[key] = finding
                yield event
        elif isinstance(event, Stale):
            entry = event.clause, event.operation, event.was, str(event.program)
            if entry not in stream.stale:
                stream.stale.add(entry)
                yield event
        elif isinstance(event, Restarted):
            stream.restarts[process] = event.restarts
            yield replace(event, restarts=sum(stream.restarts.values()))
        else:
            stream.finished.append(event)
            if len(stream.finished) == self._processes:
                yield _finished(stream.finished, tuple(stream.findings.values()))

    def _progress(self, last: Sequence[ProgramsRun]) -> ProgramsRun:
        return replace(
            last[-1],
            programs=sum(each.programs for each in last),
            operations=sum(each.operations for each in last),
            done=sum(each.done for each in last) / self._processes,
        )


def _finished(parts: Sequence[Finished], findings: tuple[Finding, ...]) -> Finished:
    verdicts = zip(*(part.verdicts for part in parts), strict=True)
    return Finished(
        parts[0].implementation,
        tuple(_verdict(each) for each in verdicts),
        findings,
        sum(part.programs for part in parts),
        sum(part.operations for part in parts),
        sum(part.restarts for part in parts),
        sum(part.seconds for part in parts),
        next((part.stopped for part in parts if part.stopped), ""),
    )


def _verdict(parts: Sequence[Verdict]) -> Verdict:
    """What the processes together say of a clause."""
    telling = min(parts, key=lambda each: (_RANKS.index(each.status), not each.why))
    return replace(telling, checks=sum(each.checks for each in parts))
