"""Where two implementations differ, whether or not a clause has something to say of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from typing import NamedTuple

from mmap_conformance.adapters import Adapter
from mmap_conformance.engine import scratch
from mmap_conformance.errors import UsageError
from mmap_conformance.introduction import introduce
from mmap_conformance.judge import got, kind_of
from mmap_conformance.options import Options
from mmap_conformance.reduce import ATTEMPTS, reduce
from mmap_conformance.supply import Supply
from mmap_conformance.workers import Workers
from mmap_spec_tests.expectation import Outcome
from mmap_spec_tests.model import Facts, Unrunnable
from mmap_spec_tests.operations import Program
from mmap_spec_tests.programs import modelled


class Difference(NamedTuple):
    """A reduced program whose last operation comes to something else here and there.

    Attributes:
        program: the operations.
        outcomes: of the last one, by implementation.
        clauses: what the model has to say of it; empty where it is silent.
    """

    program: Program
    outcomes: tuple[Outcome, Outcome]
    clauses: tuple[str, ...]


def differences(adapters: Sequence[Adapter], options: Options) -> Iterator[Difference]:
    """Run the same programs on two implementations until time is up.

    Args:
        adapters: the two.
        options: edition, budget, seed, areas and timeout are heeded.

    Raises:
        StartError: one of them does not start.
        UsageError: they run on platforms with different models.
    """
    deadline = time.monotonic() + options.seconds
    with ExitStack() as closing:
        both = []
        for adapter in adapters:
            directory = closing.enter_context(scratch())
            both.append(closing.enter_context(Workers(adapter, options, directory)))
        facts = _common(adapters, both, options)
        yield from _Search(both, facts).run(options, deadline)


def _common(adapters: Sequence[Adapter], both: Sequence[Workers], options: Options) -> Facts:
    """What the model may assume of either."""
    first, second = (
        introduce(adapter, options, workers).facts
        for adapter, workers in zip(adapters, both, strict=True)
    )
    if first.platform != second.platform or first.granularity != second.granularity:
        raise UsageError("the two run on different platforms: no program means the same to both")
    return Facts(
        min(first.edition, second.edition),
        first.platform,
        first.page,
        first.granularity,
        min(first.largest, second.largest),
        {k: v for k, v in first.constants.items() if second.constants.get(k) == v},
        first.capabilities & second.capabilities,
    )


class _Search:
    def __init__(self, both: Sequence[Workers], facts: Facts) -> None:
        self._both = both
        self._facts = facts
        self._known: set[tuple[str, str, str]] = set()

    def run(self, options: Options, deadline: float) -> Iterator[Difference]:
        """Differences, each told once by method and sorts of outcomes."""
        supply = Supply(self._facts, options, options.areas)
        for number in count():
            if time.monotonic() > deadline:
                return
            steps = supply.program(number)
            found = self._first([operation for operation, _ in steps])
            if found is not None and self._key(*found) not in self._known:
                self._known.add(self._key(*found))
                told = self._reduced(*found)
                if told is not None:
                    yield told

    def _reduced(self, program: Program, outcomes: tuple[Outcome, Outcome]) -> Difference | None:
        key = self._key(program, outcomes)

        def shows(candidate: Program) -> bool:
            try:
                modelled(candidate, self._facts)
            except Unrunnable:
                return False
            found = self._first(candidate)
            if found is None or len(found[0]) != len(candidate):
                return False
            return self._key(*found) == key

        program = reduce(program, shows, ATTEMPTS)
        found = self._first(program)
        if found is None:  # it does not repeat
            return None
        expectation = modelled(program, self._facts)[-1][1]
        return Difference(*found, expectation.clauses)

    def _first(self, program: Program) -> tuple[Program, tuple[Outcome, Outcome]] | None:
        """The program up to the first operation that comes to different things, and these."""
        answers = [workers.execute(program, complete=True).outcomes for workers in self._both]
        for number, (one, other) in enumerate(zip(*answers, strict=False)):
            if _sort(one) != _sort(other):
                return program[: number + 1], (one, other)
        return None

    @staticmethod
    def _key(program: Program, outcomes: tuple[Outcome, Outcome]) -> tuple[str, str, str]:
        return program[-1].method, got(outcomes[0]), got(outcomes[1])


def _sort(outcome: Outcome) -> object:
    """What of an outcome is compared: the message of an exception is for people."""
    return (outcome[0][0], outcome[1]) if kind_of(outcome) == "raised" else outcome
