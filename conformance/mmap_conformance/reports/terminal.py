"""The report for people: progress while it runs, then matrix, findings and verdict."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from mmap_conformance.events import (
    Event,
    Finding,
    Finished,
    ProgramsRun,
    Restarted,
    Started,
)
from mmap_conformance.gate import Gate, is_information
from mmap_conformance.render import lines, printable
from mmap_conformance.reports.matrix import SYMBOLS, legend, matrix
from mmap_spec_tests.clauses import CLAUSES

PATIENCE = 2.0
"""Seconds before a run is worth a progress bar."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the command line; rich would exit here and now."""
        raise BrokenPipeError


class Terminal:
    """Tells people what happens and, when it is closed, what came of it."""

    def __init__(
        self,
        implementations: Sequence[str],
        *,
        verbose: bool = False,
        stdout: IO[str] | None = None,
        stderr: IO[str] | None = None,
    ) -> None:
        """Begin.

        Args:
            implementations: their names, in the order of the columns.
            verbose: show every clause, and what workers wrote before they died.
            stdout: where the report goes; None for the standard output.
            stderr: where progress goes; None for the standard error.
        """
        stdout, stderr = stdout or sys.stdout, stderr or sys.stderr
        # A file or a pipe has no width: what is written there is not to be cut or wrapped.
        width = None if stdout.isatty() else 250
        self._out = _Console(file=stdout, width=width, highlight=False, markup=False, emoji=False)
        self._err = _Console(file=stderr, highlight=False, markup=False, emoji=False)
        self._verbose = verbose
        self._gate = Gate()
        self._names = implementations
        self._begun = time.monotonic()
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            console=self._err,
            transient=True,
        )
        self._shown = False

    def __call__(self, event: Event) -> None:
        """Take an event."""
        self._gate(event)
        name = event.implementation
        if isinstance(event, ProgramsRun):
            self._bar(event)
        elif not self._err.is_terminal:
            self._line(event)
        elif isinstance(event, Finished) and name in self._bars:
            self._progress.update(self._bars[name], completed=1.0)

    def stop(self) -> None:
        """End the progress that is shown."""
        if self._shown:
            self._progress.stop()

    def close(self) -> None:
        """Print the report."""
        self.stop()
        gate = self._gate
        if gate.finished:
            columns = [gate.finished[name] for name in self._names if name in gate.finished]
            table = matrix(columns, verbose=self._verbose)
            self._out.print(table, crop=False)
            self._out.print(legend())
            if self._verbose:
                self._not_applicable(columns)
        self._findings()
        self._summaries()
        self._print()
        style = "bold green" if gate.code == 0 else "bold red"
        self._print(gate.words(), style)

    def _bar(self, event: ProgramsRun) -> None:
        if not self._err.is_terminal or time.monotonic() - self._begun < PATIENCE:
            return
        if not self._shown:
            self._progress.start()
            self._shown = True
        name = event.implementation
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(name, total=1.0, told="")
        findings = sum(f.implementation == name for f in self._gate.findings)
        told = f"{event.area}: {event.operations:,} operations, {_count(findings, 'finding')}"
        self._progress.update(self._bars[name], completed=event.done, told=told)

    def _line(self, event: Event) -> None:
        """Progress where there is no terminal: a line for what happens seldom."""
        name = event.implementation
        if isinstance(event, Started):
            self._tell(f"{name}: started, {_who(event)}")
        elif isinstance(event, Restarted) and self._verbose:
            self._tell(f"{name}: worker {event.outcome}, restarted")
            if event.stderr.strip():
                self._tell(event.stderr.rstrip())
        elif isinstance(event, Finished):
            told = f"{_count(event.operations, 'operation')} in {event.seconds:.1f} s"
            self._tell(f"{name}: finished, {told}")

    def _tell(self, text: str) -> None:
        self._err.print(Text(printable(text)), soft_wrap=True)

    def _findings(self) -> None:
        gate = self._gate
        expected = [finding for finding in gate.findings if finding.reason]
        others = [finding for finding in gate.findings if not finding.reason]
        information = [finding for finding in others if is_information(finding, gate.level)]
        failures = gate.failures
        flaky = [f for f in others if f not in information and f not in failures]
        if failures:
            groups = _alike(failures)
            shared = f", {len(groups)} different" if len(groups) < len(failures) else ""
            self._print(f"\nFindings ({len(failures)}{shared})", "bold")
            for number, alike in enumerate(groups, 1):
                self._finding(number, alike)
        self._stale()
        self._compact("Expected findings", expected)
        self._compact("Flaky, so not counted", flaky)
        self._compact(f"Information, below level {gate.level}", information)

    def _not_applicable(self, columns: Sequence[Finished]) -> None:
        """Why clauses do not apply, and which."""
        reasons: dict[tuple[str, str], list[str]] = {}
        for event in columns:
            for verdict in event.verdicts:
                if verdict.status == "not applicable":
                    key = event.implementation, verdict.why
                    reasons.setdefault(key, []).append(verdict.clause)
        if reasons:
            self._print("\nNot applicable", "bold")
        for (name, why), clauses in reasons.items():
            self._print(f"  {name}: {why}: {', '.join(clauses)}")

    def _finding(self, number: int, alike: list[Finding]) -> None:
        finding = alike[0]
        clause = CLAUSES.get(finding.clause)
        names = ", ".join(dict.fromkeys(each.implementation for each in alike))
        self._print()
        self._print(f"{number}. {finding.clause} ({finding.level}) - {names}", "bold red")
        if clause is not None:
            source = f" [{clause.source}]" if clause.source else ""
            self._print(f"   {clause.statement}{source}")
        for line in lines(finding.program):
            self._print(f"       {line}", "cyan")
        self._print(f"   expected: {finding.expected}")
        self._print(f"   got:      {finding.got}")
        for each in alike:
            if each.flaky:
                seen, tried = each.repeats
                self._print(
                    f"   flaky:    {each.implementation}, seen in {seen} of {tried} replays"
                )

    def _stale(self) -> None:
        stale = self._gate.stale
        if not stale:
            return
        self._print(f"\nStale expectations ({len(stale)})", "bold")
        for event in stale:
            call = lines(event.program[-1:])[0]
            now = f"now it {event.got}" if event.got else "now it does what it should"
            what = f"{event.implementation}: {event.clause}: {call}"
            self._print(f"  {what} was known as {event.was!r}, {now}", "bold red")

    def _compact(self, title: str, findings: list[Finding]) -> None:
        if not findings:
            return
        self._print(f"\n{title} ({len(findings)})", "bold")
        for finding in findings:
            call = lines(finding.program[-1:])[0]
            seen, tried = finding.repeats
            reason = f" - {finding.reason}" if finding.reason else ""
            reason += f", seen in {seen} of {tried} replays" if finding.flaky else ""
            told = f"{finding.implementation}: {finding.clause}: {call} {finding.got}{reason}"
            self._print(f"  {told}")

    def _summaries(self) -> None:
        gate = self._gate
        self._print()
        for name in self._names:
            if name in gate.not_started:
                self._print(f"{name}: did not start: {gate.not_started[name].reason}", "red")
                continue
            if name not in gate.begun:
                self._print(f"{name}: not started", "red")
                continue
            who = _who(gate.begun[name])
            if name in gate.finished:
                self._print(f"{name} ({who}): {_summary(gate.finished[name])}")
            else:
                self._print(f"{name} ({who}): not finished", "red")
            for note in gate.begun[name].notes:
                self._print(f"{name}: {note}", "yellow")

    def _print(self, text: str = "", style: str | None = None) -> None:
        self._out.print(Text(printable(text), style or ""), soft_wrap=True)


def _alike(findings: list[Finding]) -> list[list[Finding]]:
    """Findings that several implementations share, together."""
    groups: dict[str, list[Finding]] = {}
    for f in findings:
        groups.setdefault(repr((f.clause, f.program, f.expected, f.got)), []).append(f)
    return list(groups.values())


def _who(event: Started) -> str:
    return f"{event.facts.get('interpreter', 'unknown interpreter')}, edition {event.edition}"


def _summary(event: Finished) -> str:
    counts = Counter(verdict.status for verdict in event.verdicts)
    told = ", ".join(f"{counts[status]} {status}" for status in SYMBOLS if counts[status])
    work = f"{_count(event.programs, 'program')}, {_count(event.operations, 'operation')}"
    restarts = f", {_count(event.restarts, 'restart')}" if event.restarts else ""
    stopped = f"; stopped early: {event.stopped}" if event.stopped else ""
    return f"{told or 'no clause'}; {work} in {event.seconds:.1f} s{restarts}{stopped}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
