"""The report for people: progress while it runs, then findings, matrix and verdict."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from mmap_conformance.events import Event, Finding, Finished
from mmap_conformance.gate import Gate, is_information
from mmap_conformance.render import lines, printable
from mmap_conformance.reports.matrix import SYMBOLS, Rows, legend, matrix
from mmap_conformance.reports.progress import Display, count, who
from mmap_spec_tests.clauses import CLAUSES


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the command line; rich would exit here and now."""
        raise BrokenPipeError


class _How(NamedTuple):
    """How implementations are told of: with the number of their column, in few words."""

    numbered: bool = False
    terse: bool = False


class Terminal:
    """Tells people what happens and, when it is closed, what came of it.

    What comes last fits one screen, as far as a terminal has one: the verdict, a line for each
    implementation, and as much of the matrix as there is room for.
    """

    def __init__(
        self,
        implementations: Sequence[str],
        *,
        verbose: bool = False,
        quiet: bool = False,
        stdout: IO[str] | None = None,
        stderr: IO[str] | None = None,
    ) -> None:
        """Begin.

        Args:
            implementations: their names, in the order of the columns.
            verbose: show every clause, and what workers wrote before they died.
            quiet: show the verdict and the line of each implementation, and nothing else.
            stdout: where the report goes; None for the standard output.
            stderr: where progress goes; None for the standard error.
        """
        stdout, stderr = stdout or sys.stdout, stderr or sys.stderr
        # A file or a pipe has no width: what is written there is not to be cut or wrapped.
        width = None if stdout.isatty() else 250
        self._out = _Console(file=stdout, width=width, highlight=False, markup=False, emoji=False)
        self._display = None if quiet else Display(implementations, stderr, verbose=verbose)
        self._verbose = verbose
        self._gate = Gate()
        self._names = implementations

    def __call__(self, event: Event) -> None:
        """Take an event."""
        self._gate(event)
        if self._display is not None:
            self._display(event)

    def close(self) -> None:
        """Print the report."""
        how = _How()
        if self._display is not None:
            self._display.stop()
            self._findings()
            how = self._matrix()
        for text in self._last(how):
            self._put(text)

    def _matrix(self) -> _How:
        """Print as much of the matrix as there is room for; how the rest is to be told then."""
        shown = [name for name in self._names if name in self._gate.finished]
        if not shown:
            return _How()
        columns = [self._gate.finished[name] for name in shown]
        table, how = self._fitting(columns)
        self._print()
        if table is None:
            self._print("The matrix has no room here: see --verbose and --report html=PATH.")
            return how
        self._out.print(table, crop=False)
        self._put(legend())
        if self._verbose:
            self._not_applicable(columns)
        return how

    def _fitting(self, columns: Sequence[Finished]) -> tuple[Table | None, _How]:
        """The fullest matrix that fits where it goes, if one does."""
        if self._verbose or not self._out.is_terminal:
            return matrix(columns, "all" if self._verbose else "notable"), _How()
        numbers = [str(n) for n, name in enumerate(self._names, 1) if name in self._gate.finished]
        anywhere = self._out.options.update(max_width=10_000)
        wanted: tuple[Rows, ...] = ("notable", "none", "none")
        for rows, terse in zip(wanted, (False, False, True), strict=True):
            for heads, compact in ((None, False), (None, True), (numbers, True)):
                table = matrix(columns, rows, heads=heads, compact=compact)
                how = _How(numbered=heads is numbers, terse=terse)
                below = sum(map(self._height, [legend(), Text(), *self._last(how)]))
                width = Measurement.get(self._out, anywhere, table).maximum
                if width <= self._out.width and table.row_count + 1 + below <= self._out.height:
                    return table, how
        return None, _How(terse=True)

    def _height(self, text: Text) -> int:
        return len(text.wrap(self._out, self._out.width))

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
            self._out.print(_text(f"       {line}", "cyan"), soft_wrap=True)  # to be copied
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

    def _last(self, how: _How) -> Iterator[Text]:
        """The line of each implementation, and the verdict."""
        gate = self._gate
        yield Text()
        for number, name in enumerate(self._names, 1):
            label = f"{number} {name}" if how.numbered else name
            if name in gate.not_started:
                yield _text(f"{label}: did not start: {gate.not_started[name].reason}", "red")
            elif name not in gate.begun:
                yield _text(f"{label}: not started", "red")
            elif name in gate.finished:
                event = gate.finished[name]
                if how.terse:
                    yield _text(f"{label}: {_terse(event)}")
                else:
                    yield _text(f"{label} ({who(gate.begun[name])}): {_summary(event)}")
            else:
                yield _text(f"{label} ({who(gate.begun[name])}): not finished", "red")
            if name in gate.begun:
                for note in gate.begun[name].notes:
                    yield _text(f"{label}: {note}", "yellow")
        yield Text()
        yield _text(gate.words(), "bold green" if gate.code == 0 else "bold red")

    def _print(self, text: str = "", style: str = "") -> None:
        self._put(_text(text, style))

    def _put(self, text: Text) -> None:
        self._out.print(text, soft_wrap=not self._out.is_terminal)


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style)


def _alike(findings: list[Finding]) -> list[list[Finding]]:
    """Findings that several implementations share, together."""
    groups: dict[str, list[Finding]] = {}
    for f in findings:
        groups.setdefault(repr((f.clause, f.program, f.expected, f.got)), []).append(f)
    return list(groups.values())


def _terse(event: Finished) -> str:
    counts = Counter(verdict.status for verdict in event.verdicts)
    told = " ".join(f"{counts[status]}{SYMBOLS[status][0]}" for status in SYMBOLS if counts[status])
    stopped = f"; stopped early: {event.stopped}" if event.stopped else ""
    return f"{told}; {count(event.operations, 'operation')}{stopped}"


def _summary(event: Finished) -> str:
    counts = Counter(verdict.status for verdict in event.verdicts)
    told = ", ".join(f"{counts[status]} {status}" for status in SYMBOLS if counts[status])
    work = f"{count(event.programs, 'program')}, {count(event.operations, 'operation')}"
    restarts = f", {count(event.restarts, 'restart')}" if event.restarts else ""
    stopped = f"; stopped early: {event.stopped}" if event.stopped else ""
    return f"{told or 'no clause'}; {work} in {event.seconds:.1f} s{restarts}{stopped}"
