"""Runs programs on implementations and yields events."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mmap_conformance.adapters import Adapter
from mmap_conformance.channel import Answer
from mmap_conformance.errors import StartError
from mmap_conformance.events import (
    Event,
    Finding,
    Finished,
    Found,
    NotStarted,
    ProgramsRun,
    Restarted,
    Started,
    Verdict,
)
from mmap_conformance.expectations import Expectations
from mmap_conformance.inprocess import model_facts
from mmap_conformance.judge import Divergence, Identity, Step, describe, judge
from mmap_conformance.options import Options
from mmap_conformance.reduce import reduce
from mmap_conformance.workers import Workers
from mmap_spec_tests.clause import LEVELS, Edition, edition_text
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.corpus import corpus
from mmap_spec_tests.draw import BytesDraw
from mmap_spec_tests.expectation import Expectation, Outcome
from mmap_spec_tests.model import Facts, Unrunnable, World, expect, follow
from mmap_spec_tests.operations import Operation, Program
from mmap_spec_tests.programs import Generator
from mmap_spec_tests.rules import AREAS

LENGTH = 30
"""Operations proposed for a program, besides its beginning and end."""
_BYTES = 6 * LENGTH + 40
_BATCH = 0.25
"""Seconds between two progress events."""
_REPLAYS = 3
_ATTEMPTS = {False: 400, True: 12}
"""Candidates that a reduction may try; fewer where each costs a timeout."""
_ENOUGH = {"hung": 2, "crashed": 8, "protocol": 2}
"""Findings of a kind after which a method is not called any more: each costs a worker."""
_SHORT = 0.4
"""Seconds after which an operation counts as hanging while a program is reduced."""
_MOST_DEATHS = 400


def run(adapters: Sequence[Adapter], options: Options) -> Iterator[Event]:
    """Test implementations, one after another, and tell what happens.

    Args:
        adapters: the implementations.
        options: how to run.
    """
    expectations = Expectations.read(options.expectations)
    for adapter in adapters:
        with scratch() as directory:
            yield from _Run(adapter, options, expectations, directory).events()


def replay(
    adapter: Adapter, program: Program, options: Options
) -> list[tuple[Operation, Expectation, Outcome]]:
    """Run one program; its operations, what was expected and what happened.

    Raises:
        StartError: the implementation does not start.
        Unrunnable: the program makes no sense.
    """
    with scratch() as directory, Workers(adapter, options, directory) as workers:
        facts = model_facts(workers.hello(), _edition(adapter, options, workers.hello()))
        steps = model(program, facts)
        answer = workers.execute(program, complete=True, full=True)
        return [(*step, outcome) for step, outcome in zip(steps, answer.outcomes, strict=False)]


@contextmanager
def scratch() -> Iterator[str]:
    """A folder for the files of programs, in memory where the system has such a place."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    directory = tempfile.mkdtemp(prefix="mmap-conformance-", dir=memory)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def model(program: Program, facts: Facts) -> list[Step]:
    """A program with its expectations.

    Raises:
        Unrunnable: it makes no sense.
    """
    world = World(facts)
    return [(operation, follow(world, operation)) for operation in program]


def _edition(adapter: Adapter, options: Options, hello: dict[str, Any]) -> Edition:
    return options.edition or adapter.edition or tuple(hello["version"])


class _Run:
    """One implementation's share of a run."""

    def __init__(
        self, adapter: Adapter, options: Options, expectations: Expectations, directory: str
    ) -> None:
        self._adapter = adapter
        self._options = options
        self._expectations = expectations
        self._workers = Workers(adapter, options, directory)
        self._exercised: Counter[str] = Counter()
        self._findings: list[Finding] = []
        self._known: set[Identity] = set()
        self._found: set[tuple[str, str, str]] = set()
        self._silent: set[tuple[str, str]] = set()
        self._avoided: set[tuple[str, str]] = set()
        self._deadly: Counter[tuple[str, str]] = Counter()
        self._programs = self._operations = self._deaths = 0
        self._restarts = 0
        self._held: dict[str, bool] = {}

    def events(self) -> Iterator[Event]:
        begun = time.monotonic()
        name = self._adapter.name
        try:
            hello = self._workers.hello()
            self._workers.self_test()
        except StartError as error:
            self._workers.close()
            yield NotStarted(name, str(error))
            return
        options = self._options
        edition = _edition(self._adapter, options, hello)
        self._facts = model_facts(hello, edition)
        self._generator = Generator(self._facts, self._is_masked)
        yield Started(
            name, hello, edition_text(edition), options.level, options.seed, options.budget
        )
        stopped = ""
        try:
            for steps, area, answer in self._answered(begun + options.seconds):
                yield from self._program(steps, answer)
                if self._deaths > _MOST_DEATHS:
                    stopped = f"{self._deaths} programs killed the worker"
                    break
                if time.monotonic() - self._told > _BATCH:
                    yield self._progress(area, begun)
        finally:
            self._workers.close()
        yield Finished(
            name,
            self._verdicts(),
            tuple(self._findings),
            self._programs,
            self._operations,
            self._workers.restarts,
            time.monotonic() - begun,
            stopped,
        )

    _told = 0.0

    def _progress(self, area: str, begun: float) -> ProgramsRun:
        self._told = time.monotonic()
        done = min((self._told - begun) / self._options.seconds, 1.0)
        return ProgramsRun(self._adapter.name, area, self._programs, self._operations, done)

    def _answered(self, deadline: float) -> Iterator[tuple[list[Step], str, Answer]]:
        """Programs with their outcomes; the next one is made while the last one runs."""
        last: tuple[list[Step], str] | None = None
        for steps, area in self._source(deadline):
            answer = self._workers.collect() if last is not None else None
            self._workers.submit([operation for operation, _ in steps])
            if last is not None and answer is not None:
                yield *last, answer
            last = steps, area
        if last is not None:
            yield *last, self._workers.collect()

    def _source(self, deadline: float) -> Iterator[tuple[list[Step], str]]:
        """The corpus first, then programs of all areas in turn until time is up."""
        for entry in corpus():
            if self._options.areas and entry.area not in self._options.areas:
                continue
            steps = self._modelled(entry.program)
            if steps:
                yield steps, entry.area
        areas = self._options.areas or AREAS
        choices = random.Random(self._options.seed)
        while time.monotonic() < deadline:
            for area in areas:
                draw = BytesDraw(choices.randbytes(_BYTES))
                yield self._generator.program(draw, area, LENGTH), area

    def _modelled(self, program: Program) -> list[Step]:
        """A program of the corpus, without what leads to findings that are known."""
        world = World(self._facts)
        steps: list[Step] = []
        for operation in program:
            try:
                if self._is_masked(operation, expect(world, operation)):
                    continue
                expectation = follow(world, operation)
            except Unrunnable:
                return []  # of an edition or platform that is not this one's
            steps.append((operation, expectation))
        return steps

    def _program(self, steps: list[Step], answer: Answer) -> Iterator[Event]:
        """Judge one program; the finding that it leads to, and restarts."""
        before, self._restarts = self._restarts, self._workers.restarts
        divergence = self._judged(steps, answer, self._exercised)
        self._programs += 1
        self._operations += len(steps)
        if divergence is not None:
            self._deadly[divergence.kind, divergence.shown_by] += 1
            program = [operation for operation, _ in steps[: divergence.number + 1]]
            finding = self._reduced(program, divergence)
            if finding is not None:
                self._findings.append(finding)
                yield Found(finding)
            self._workers.refresh()
        self._deaths += answer.died_in is not None
        if self._workers.restarts > before:
            self._restarts = self._workers.restarts
            yield Restarted(
                self._adapter.name,
                self._workers.last_death,
                self._workers.restarts,
                self._workers.last_words,
            )

    def _try(
        self, steps: list[Step], exercised: Counter[str], *, strict: bool = False
    ) -> Divergence | None:
        answer = self._workers.execute([operation for operation, _ in steps])
        return self._judged(steps, answer, exercised, strict=strict)

    def _judged(
        self,
        steps: list[Step],
        answer: Answer,
        exercised: Counter[str],
        *,
        strict: bool = False,
    ) -> Divergence | None:
        if answer.died_in is not None:
            # The outcomes before the death went down with it.
            number = min(answer.died_in, len(steps) - 1)
            earlier = self._workers.execute([operation for operation, _ in steps[:number]])
            first = judge(steps[:number], earlier, self._holds, self._known, exercised)
            if first is not None:
                return first
        return judge(steps, answer, self._holds, self._known, exercised, strict=strict)

    def _reduced(self, program: Program, divergence: Divergence) -> Finding | None:
        """The finding that a divergence is, unless it is known or does not repeat."""
        best = divergence

        def fails(candidate: Program) -> bool:
            nonlocal best
            found = self._diverges(candidate)
            if found is None or found.number != len(candidate) - 1:
                return False
            if (found.kind, found.shown_by) != (divergence.kind, divergence.shown_by):
                return False
            best = found
            return True

        if not fails(program):
            return self._flaky(program, divergence)
        if divergence.kind == "hung":
            self._workers.timeout = min(_SHORT, self._options.timeout)
        program = reduce(program, fails, _ATTEMPTS[divergence.kind == "hung"])
        self._workers.timeout = self._options.timeout
        if not fails(program):  # it was slow, for want of patience
            return None
        self._known.add(divergence.identity)
        if self._is_consequence(program):
            return None
        self._try(model(program, self._facts), self._exercised)
        return self._finding(program, best, (_REPLAYS, _REPLAYS))

    def _is_consequence(self, program: Program) -> bool:
        """Whether it needs an operation that is known to go wrong without a sign."""
        for operation, expectation in model(program, self._facts)[:-1]:
            for clause in (*expectation.clauses, *expectation.marks, *expectation.risks):
                if (clause, operation.method) in self._silent:
                    return True
        return False

    def _flaky(self, program: Program, divergence: Divergence) -> Finding | None:
        seen = 0
        for _ in range(_REPLAYS):
            self._workers.refresh()
            again = self._diverges(program)
            seen += again is not None and again.identity == divergence.identity
        return self._finding(program, divergence, (seen, _REPLAYS))

    def _diverges(self, program: Program) -> Divergence | None:
        try:
            steps = model(program, self._facts)
        except Unrunnable:
            return None
        return self._try(steps, Counter(), strict=True)

    def _finding(
        self, program: Program, divergence: Divergence, repeats: tuple[int, int]
    ) -> Finding | None:
        self._known.add(divergence.identity)
        if divergence.identity[:3] in self._found:
            return None
        self._found.add(divergence.identity[:3])
        if divergence.silent:
            self._silent.add((divergence.clause, divergence.operation))
        culprit = self._culprit(program, divergence)
        if culprit is not None:
            self._avoided.add(culprit)
        elif divergence.kind in _ENOUGH:
            self._avoided.add(divergence.identity[:2])
        clause = CLAUSES[divergence.clause]
        allowed = divergence.allowed
        reason = self._expectations.reason(self._adapter.name, self._facts.edition, divergence)
        return Finding(
            self._adapter.name,
            clause.id,
            clause.level,
            divergence.operation,
            divergence.kind,
            allowed.describe() if allowed is not None else "an outcome",
            describe(divergence.outcome),
            program,
            reason,
            repeats,
        )

    def _culprit(self, program: Program, divergence: Divergence) -> tuple[str, str] | None:
        """The operation that led to a death or to lost data which a later one showed."""
        for operation, expectation in reversed(model(program, self._facts)):
            if divergence.clause in expectation.risks:
                return divergence.clause, operation.method
        return None

    def _is_masked(self, operation: Operation, expectation: Expectation) -> bool:
        if not self._avoided and not self._deadly:
            return False
        method, avoided = operation.method, self._avoided
        if any(self._deadly[kind, method] >= enough for kind, enough in _ENOUGH.items()):
            return True
        for clause, _ in expectation.checks:
            if (clause, method) in avoided:
                return True
        return any((clause, method) in avoided for clause in expectation.risks)

    def _holds(self, clause: str) -> bool:
        held = self._held.get(clause)
        if held is None:
            wanted = self._options.clauses
            facts = self._facts
            held = CLAUSES[clause].holds(facts.edition, facts.platform, facts.capabilities) and (
                not wanted or clause in wanted
            )
            self._held[clause] = held
        return held

    def _verdicts(self) -> tuple[Verdict, ...]:
        facts = self._facts
        verdicts = []
        floor = LEVELS.index(self._options.level)
        for clause in CLAUSES.values():
            why = clause.why_not(facts.edition, facts.platform, facts.capabilities)
            checks = self._exercised[clause.id]
            failures = [f for f in self._findings if f.clause == clause.id]
            if why:
                verdicts.append(Verdict(clause.id, "not applicable", why=why))
            elif failures and LEVELS.index(clause.level) > floor:
                verdicts.append(Verdict(clause.id, "information", checks))
            elif failures:
                known = all(finding.reason for finding in failures)
                verdicts.append(Verdict(clause.id, "expected" if known else "failed", checks))
            elif self._options.clauses and clause.id not in self._options.clauses:
                verdicts.append(Verdict(clause.id, "not applicable", why="not asked for"))
            else:
                verdicts.append(Verdict(clause.id, "passed" if checks else "untested", checks))
        return tuple(verdicts)
