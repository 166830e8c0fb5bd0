"""What happens while a run is on its way, on standard error."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text

from mmap_conformance.events import (
    Event,
    Finding,
    Finished,
    Found,
    NotStarted,
    ProgramsRun,
    Restarted,
    Started,
    Status,
)
from mmap_conformance.gate import fails
from mmap_conformance.render import lines, printable
from mmap_conformance.reports.matrix import SYMBOLS
from mmap_spec_tests.clause import Level

PATIENCE = 2.0
"""Seconds before a run is worth a progress bar."""

_TOTAL = "all"


class Display:
    """Bars on a terminal; lines for what happens seldom, everywhere."""

    def __init__(self, names: Sequence[str], stream: IO[str], *, verbose: bool = False) -> None:
        """Begin.

        Args:
            names: of the implementations.
            stream: where it goes.
            verbose: tell of expected findings too, and what workers wrote before they died.
        """
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._names = names
        self._verbose = verbose
        self._begun = time.monotonic()
        self._started: dict[str, float] = {}
        self._levels: dict[str, Level] = {}
        self._findings: Counter[str] = Counter()
        self._done = dict.fromkeys(names, 0.0)
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn(
                "{task.description}",
                markup=False,
                table_column=Column(no_wrap=True, overflow="ellipsis", max_width=24),
            ),
            BarColumn(bar_width=16),
            TextColumn("{task.fields[told]}", markup=False, table_column=Column(no_wrap=True)),
            TimeRemainingColumn(),
            TextColumn("left", markup=False),
            console=self._console,
            transient=True,
        )
        self._shown = False

    def __call__(self, event: Event) -> None:
        """Take an event."""
        name = event.implementation
        if isinstance(event, ProgramsRun):
            self._done[name] = event.done
            self._update(event)
        elif isinstance(event, Started):
            self._started[name] = time.monotonic()
            self._levels[name] = event.level
            self._say(f"{name}: started, {who(event)}")
        elif isinstance(event, Found):
            self._found(event.finding)
        elif isinstance(event, Restarted) and self._verbose:
            self._say(f"{name}: worker {event.outcome}, restarted")
            if event.stderr.strip():
                self._say(event.stderr.rstrip())
        elif isinstance(event, Finished):
            told = f"{count(event.operations, 'operation')} in {event.seconds:.1f} s"
            self._say(f"{name}: finished, {told}, {count(self._findings[name], 'finding')}")
            self._end(name)
        elif isinstance(event, NotStarted):
            self._end(name)

    def stop(self) -> None:
        """Take the bars away."""
        if self._shown:
            self._progress.stop()

    def _found(self, finding: Finding) -> None:
        name = finding.implementation
        status: Status = "expected" if finding.reason else "information"
        if fails(finding, self._levels.get(name, "should")):
            status = "failed"
            self._findings[name] += 1
        elif not self._verbose:
            return
        symbol, style = SYMBOLS[status]
        call = lines(finding.program[-1:])[0]
        told = f"{finding.clause} ({finding.level}) - {name}: {call} {finding.got}"
        self._say(told, Text(f"{symbol} ", style))

    def _update(self, event: ProgramsRun) -> None:
        if not self._console.is_terminal or time.monotonic() - self._begun < PATIENCE:
            return
        if not self._shown:
            self._progress.start()
            self._shown = True
            self._total()
        name = event.implementation
        rate = event.operations / max(time.monotonic() - self._started[name], 0.01)
        told = f"{rate:,.0f} operations/s"
        if self._findings[name]:
            told += f", {count(self._findings[name], 'finding')}"
        self._bar(name, event.done, told)
        self._total()

    def _total(self) -> None:
        """How far all of them are, where there are several."""
        if self._shown and len(self._names) > 1:
            finished = sum(done == 1.0 for done in self._done.values())
            done = sum(self._done.values()) / len(self._names)
            self._bar(_TOTAL, done, f"{finished} of {len(self._names)} done")

    def _bar(self, name: str, done: float, told: str) -> None:
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(printable(name), total=1.0, told="")
        self._progress.update(self._bars[name], completed=done, told=told)

    def _end(self, name: str) -> None:
        self._done[name] = 1.0
        if name in self._bars:
            self._progress.remove_task(self._bars.pop(name))
        self._total()

    def _say(self, text: str, before: Text | None = None) -> None:
        told = (before or Text()) + Text(printable(text))
        self._console.print(told, soft_wrap=not self._console.is_terminal)


def who(event: Started) -> str:
    """Which interpreter, and the edition that it is held to."""
    return f"{event.facts.get('interpreter', 'unknown interpreter')}, edition {event.edition}"


def count(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
