"""Runs programs on implementations and yields events."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from typing import Any, NamedTuple

from mmap_conformance.adapters import Adapter
from mmap_conformance.budget import Budget, never
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
)
from mmap_conformance.expectations import Expectations
from mmap_conformance.introduction import introduce
from mmap_conformance.options import Options
from mmap_conformance.supply import Supplies
from mmap_conformance.triage import Triage
from mmap_conformance.workers import Workers
from mmap_spec_tests.clause import edition_text
from mmap_spec_tests.clauses import AREA_OF
from mmap_spec_tests.corpus import corpus, found, killers
from mmap_spec_tests.model import Unrunnable
from mmap_spec_tests.programs import Step, modelled

_TOLD_EVERY = 0.25
"""Seconds between two progress events."""
_MOST_DEATHS = 400
_KEPT = 300.0
"""Seconds that the programs which are kept may take, however small the budget: what a run covers
is not to depend on how fast a machine is."""


class Share(NamedTuple):
    """What one of several processes does of a run.

    Attributes:
        number: of the process, from 0.
        of: how many processes there are.
    """

    number: int
    of: int


ALL = Share(0, 1)
"""The whole of a run."""


def run(
    adapters: Sequence[Adapter],
    options: Options,
    share: Share = ALL,
    interrupted: Callable[[], bool] = never,
) -> Iterator[Event]:
    """Test implementations, which take turns, and tell what happens.

    Args:
        adapters: the implementations.
        options: how to run.
        share: the part of it that is to be done.
        interrupted: whether it is to end early, with what has been done.

    Raises:
        UsageError: an expectations file makes no sense.
    """
    known = Expectations.read(options.expectations)
    expectations = [known + Expectations.read(each.expectations).of_all() for each in adapters]
    supplies = Supplies(options, _areas(options))
    with ExitStack() as stack:
        stack.enter_context(_seldom_collecting())
        turns = []
        for adapter, expected in zip(adapters, expectations, strict=True):
            directory = stack.enter_context(scratch())
            one = _Run(adapter, options, expected, directory, supplies, share)
            turns.append(stack.enter_context(closing(one.events(interrupted))))
        while turns:
            for events in tuple(turns):
                for event in events:
                    if event is None:
                        break
                    yield event
                else:
                    turns.remove(events)


def _areas(options: Options) -> tuple[str, ...]:
    """The areas that are asked for, by name or by their clauses; empty for all."""
    if options.clauses and not options.areas:
        return tuple(dict.fromkeys(AREA_OF[clause] for clause in options.clauses))
    return options.areas


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Have few looks for cycles of garbage: programs have none, and looking took half the time."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


@contextmanager
def scratch() -> Iterator[str]:
    """A folder for the files of programs, in memory where the system has such a place."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    directory = tempfile.mkdtemp(prefix="mmap-conformance-", dir=memory)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def names_of(adapter: Adapter, hello: dict[str, Any]) -> tuple[str, ...]:
    """What an implementation is called in expectations files."""
    kind = f"{hello['implementation']}@{hello['interpreter'].partition(' ')[0]}"
    if hello.get("debug"):  # a build that asserts what others pass over
        kind += "-debug"
    # Emscripten answers for Unix, with a system of its own.
    system = "emscripten" if hello.get("system") == "emscripten" else hello["platform"]
    return adapter.name, kind, f"{kind}-{system}"


class _Run:
    """One implementation's part of a run."""

    def __init__(
        self,
        adapter: Adapter,
        options: Options,
        expectations: Expectations,
        directory: str,
        supplies: Supplies,
        share: Share,
    ) -> None:
        self._adapter = adapter
        self._options = options
        self._expectations = expectations
        self._supplies = supplies
        self._share = share
        self._workers = Workers(adapter, options, directory)
        self._programs = self._operations = self._restarts = 0
        self._told = 0.0

    def events(self, interrupted: Callable[[], bool]) -> Generator[Event | None, None, None]:
        """Everything that happens, from the start to the verdicts; None ends a turn."""
        self._budget = budget = Budget(self._options.seconds / self._share.of, interrupted)
        name, options = self._adapter.name, self._options
        try:
            hello, facts, notes = introduce(self._adapter, options, self._workers)
        except StartError as error:
            self._workers.close()
            yield NotStarted(name, str(error))
            return
        triage = Triage(self._adapter, options, facts, self._workers, budget)
        self._triage = triage
        self._supply = self._supplies.of(facts)
        self._supply.takers += 1
        stopped = ""
        try:
            yield Started(
                name,
                hello,
                edition_text(facts.edition),
                options.level,
                options.seed,
                options.budget,
                self._adapter.module,
                notes,
            )
            with budget.suspended():  # replaying what is known is no searching
                yield from self._expected(hello)
            for steps, area, answer in self._answered():
                yield from self._judged(steps, answer)
                if triage.deaths > _MOST_DEATHS:
                    stopped = f"{triage.deaths} programs killed the worker"
                    break
                if budget.spent - self._told > _TOLD_EVERY:
                    yield self._progress(area)
                with budget.suspended():
                    yield None
        except StartError as error:
            stopped = f"no fresh worker: {error}"
        else:
            stopped = stopped or ("interrupted" if interrupted() else "")
        finally:
            self._supply.takers -= 1
            self._workers.close()
        yield Finished(
            name,
            triage.verdicts(),
            tuple(triage.findings),
            self._programs,
            self._operations,
            self._workers.restarts,
            budget.spent,
            stopped,
        )

    def _expected(self, hello: dict[str, Any]) -> Iterator[Event]:
        """What became of the findings that are known."""
        names, version = names_of(self._adapter, hello), tuple(hello["version"])
        for entry in self._expectations.of(names, version, hello["platform"]):
            if self._budget.interrupted():
                break
            told = self._triage.expect(entry)
            if told is not None:
                yield Found(told) if isinstance(told, Finding) else told
        self._restarts = self._workers.restarts

    def _progress(self, area: str) -> ProgramsRun:
        self._told = self._budget.spent
        done = min(self._told / self._budget.seconds, 1.0)
        return ProgramsRun(self._adapter.name, area, self._programs, self._operations, done)

    def _answered(self) -> Iterator[tuple[list[Step], str, Answer]]:
        """Programs with their outcomes; the next one is made while the last one runs."""
        last: tuple[list[Step], str] | None = None
        for steps, area in self._source():
            answer = self._workers.collect() if last is not None else None
            self._workers.submit([operation for operation, _ in steps])
            if last is not None and answer is not None:
                yield *last, answer
            last = steps, area
        if last is not None:
            yield *last, self._workers.collect()

    def _source(self) -> Iterator[tuple[list[Step], str]]:
        """What is kept first, then programs of all areas in turn until time is up."""
        areas, (own, of) = _areas(self._options), self._share
        for entry in (*corpus(), *killers(), *found())[own::of]:
            if self._budget.spent > max(self._budget.seconds, _KEPT):
                return
            area = AREA_OF[entry.clause]
            if not areas or area in areas:
                # Whole, also where something in it is known: that is passed over.
                try:
                    steps = modelled(entry.program, self._supply.facts)
                except Unrunnable:
                    continue  # of an edition or platform that is not this one's
                if not any(self._triage.known.gave_up(*step) for step in steps):
                    yield steps, area
        for number in count(own, of):
            if self._budget.over:
                return
            yield self._supply.program(number, self._triage.known), self._supply.area(number)

    def _judged(self, steps: list[Step], answer: Answer) -> Iterator[Event]:
        """What comes of one program: a finding, restarts."""
        self._programs += 1
        self._operations += len(steps)
        finding = self._triage.take(steps, answer)
        if finding is not None:
            yield Found(finding)
        workers = self._workers
        if workers.restarts > self._restarts:
            self._restarts = workers.restarts
            yield Restarted(
                self._adapter.name, workers.last_death, workers.restarts, workers.last_words
            )
