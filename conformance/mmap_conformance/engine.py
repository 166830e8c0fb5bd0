"""Runs programs on implementations and yields events."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
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
)
from mmap_conformance.expectations import Expectations
from mmap_conformance.inprocess import model_facts
from mmap_conformance.options import Options
from mmap_conformance.triage import Triage
from mmap_conformance.workers import Workers
from mmap_spec_tests.clause import Edition, edition_text
from mmap_spec_tests.clauses import AREA_OF
from mmap_spec_tests.corpus import corpus, found
from mmap_spec_tests.draw import BytesDraw
from mmap_spec_tests.model import Unrunnable
from mmap_spec_tests.programs import Generator, Step, modelled
from mmap_spec_tests.rules import AREAS

LENGTH = 30
"""Operations proposed for a program, besides its beginning and end."""
BYTES = 6 * LENGTH + 40
"""Bytes that the choices of a program take, nearly always."""
_TOLD_EVERY = 0.25
"""Seconds between two progress events."""
_MOST_DEATHS = 400
_KEPT = 30.0
"""Seconds that the programs which are kept may take, however small the budget: what a run covers
is not to depend on how fast a machine is."""


def run(adapters: Sequence[Adapter], options: Options) -> Iterator[Event]:
    """Test implementations, one after another, and tell what happens.

    Args:
        adapters: the implementations.
        options: how to run.

    Raises:
        UsageError: an expectations file makes no sense.
    """
    known = Expectations.read(options.expectations)
    expectations = [known + Expectations.read(each.expectations).of_all() for each in adapters]
    for adapter, expected in zip(adapters, expectations, strict=True):
        with scratch() as directory:
            yield from _Run(adapter, options, expected, directory).events()


@contextmanager
def scratch() -> Iterator[str]:
    """A folder for the files of programs, in memory where the system has such a place."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    directory = tempfile.mkdtemp(prefix="mmap-conformance-", dir=memory)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def edition_of(adapter: Adapter, options: Options, hello: dict[str, Any]) -> Edition:
    """The edition that an implementation is held to."""
    return options.edition or adapter.edition or tuple(hello["version"])


def names_of(adapter: Adapter, hello: dict[str, Any]) -> tuple[str, ...]:
    """What an implementation is called in expectations files."""
    kind = f"{hello['implementation']}@{hello['interpreter'].partition(' ')[0]}"
    if hello.get("debug"):  # a build that asserts what others pass over
        kind += "-debug"
    return adapter.name, kind, f"{kind}-{hello['platform']}"


class _Run:
    """One implementation's share of a run."""

    def __init__(
        self, adapter: Adapter, options: Options, expectations: Expectations, directory: str
    ) -> None:
        self._adapter = adapter
        self._options = options
        self._expectations = expectations
        self._workers = Workers(adapter, options, directory)
        self._programs = self._operations = self._restarts = 0
        self._told = 0.0

    def events(self) -> Iterator[Event]:
        """Everything that happens, from the start to the verdicts."""
        begun = time.monotonic()
        name, options = self._adapter.name, self._options
        try:
            hello = self._workers.hello()
            self._workers.self_test()
        except StartError as error:
            self._workers.close()
            yield NotStarted(name, str(error))
            return
        edition = edition_of(self._adapter, options, hello)
        facts = self._facts = model_facts(hello, edition)
        deadline = begun + options.seconds
        triage = Triage(self._adapter, options, facts, self._workers, deadline)
        self._triage = triage
        self._generator = Generator(facts, triage.known.avoids)
        stopped = ""
        try:
            yield Started(
                name, hello, edition_text(edition), options.level, options.seed, options.budget
            )
            yield from self._expected(hello)
            for steps, area, answer in self._answered(deadline):
                yield from self._judged(steps, answer)
                if triage.deaths > _MOST_DEATHS:
                    stopped = f"{triage.deaths} programs killed the worker"
                    break
                if time.monotonic() - self._told > _TOLD_EVERY:
                    yield self._progress(area, begun)
        except StartError as error:
            stopped = f"no fresh worker: {error}"
        finally:
            self._workers.close()
        yield Finished(
            name,
            triage.verdicts(),
            tuple(triage.findings),
            self._programs,
            self._operations,
            self._workers.restarts,
            time.monotonic() - begun,
            stopped,
        )

    def _expected(self, hello: dict[str, Any]) -> Iterator[Event]:
        """What became of the findings that are known."""
        names, version = names_of(self._adapter, hello), tuple(hello["version"])
        for entry in self._expectations.of(names, version, hello["platform"]):
            told = self._triage.expect(entry)
            if told is not None:
                yield Found(told) if isinstance(told, Finding) else told
        self._restarts = self._workers.restarts

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
        """What is kept first, then programs of all areas in turn until time is up."""
        areas = self._areas()
        until = max(deadline, time.monotonic() + _KEPT)
        for entry in (*corpus(), *found()):
            if time.monotonic() > until:
                return
            area = AREA_OF[entry.clause]
            if not areas or area in areas:
                # Whole, also where something in it is known: that is passed over.
                try:
                    steps = modelled(entry.program, self._facts)
                except Unrunnable:
                    continue  # of an edition or platform that is not this one's
                if not any(self._triage.known.gave_up(*step) for step in steps):
                    yield steps, area
        choices = random.Random(self._options.seed)
        while time.monotonic() < deadline:
            for area in areas or AREAS:
                draw = BytesDraw(choices.randbytes(BYTES))
                self._triage.known.begin_program()
                yield self._generator.program(draw, area, LENGTH), area

    def _areas(self) -> tuple[str, ...]:
        """The areas that are asked for, by name or by their clauses; empty for all."""
        options = self._options
        if options.clauses and not options.areas:
            return tuple(dict.fromkeys(AREA_OF[clause] for clause in options.clauses))
        return options.areas

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
