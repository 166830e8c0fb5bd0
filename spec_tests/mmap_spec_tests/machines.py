"""Hypothesis state machines, one an area, made from the table of rules.

They are for reading, for pytest and for debuggers: each rule proposes an operation from
the model's state, carries it out and compares. The engine of a conformance run uses the
same rules with a faster source of choices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.expectation import Expectation, Outcome
from mmap_spec_tests.model import Facts, World, follow
from mmap_spec_tests.operations import Operation
from mmap_spec_tests.programs import beginning, ending
from mmap_spec_tests.rules import Rule, rules_of

T = TypeVar("T")


class Executor(Protocol):
    """An implementation, as far as a machine needs to know it."""

    facts: Facts

    def reset(self) -> None:
        """Forget all files and maps."""

    def outcome(self, operation: Operation) -> Outcome:
        """Carry out one operation."""


class HypothesisDraw:
    """Choices that Hypothesis makes, and shrinks."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def integer(self, low: int, high: int) -> int:
        return self._data.draw(st.integers(low, high))

    def choice(self, options: Sequence[T]) -> T:
        return self._data.draw(st.sampled_from(options))


class Disagreement(AssertionError):
    """The implementation did what a clause does not allow."""


def compare(operation: Operation, expectation: Expectation, outcome: Outcome, facts: Facts) -> None:
    """Compare an outcome with what every clause that holds allows.

    Raises:
        Disagreement: a clause does not allow it.
    """
    for clause, allowed in expectation.checks:
        holds = CLAUSES[clause].holds(facts.edition, facts.platform, facts.capabilities)
        if holds and not allowed.matches(outcome):
            call = f"{operation.target} {operation.method} {list(operation.arguments)}"
            raise Disagreement(f"{clause}: {call} {allowed.describe()}, got {outcome}")


class Machine(RuleBasedStateMachine):
    """What the machines of all areas have in common."""

    area: str
    executor: Executor

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """A file and a map."""
        self._begin(data)

    @precondition(lambda self: not (self.judged and self._has_something_to_do()))
    @rule(data=st.data())
    def begin_again(self, data: st.DataObject) -> None:
        """Another world, where the implementation lawfully went another way than the model.

        Or where nothing is left of this one that a rule could use.
        """
        self._begin(data)

    def _has_something_to_do(self) -> bool:
        return any(item.when(self.world) for item in rules_of(self.area))

    def _begin(self, data: st.DataObject) -> None:
        self.executor.reset()
        self.world = World(self.executor.facts)
        self.judged = True
        for operation in beginning(HypothesisDraw(data), self.executor.facts, self.area):
            self.take(operation)

    def take(self, operation: Operation) -> None:
        """Carry out an operation and compare."""
        if not self.judged:
            return
        expectation = follow(self.world, operation)
        outcome = self.executor.outcome(operation)
        self.judged = False  # should the next line raise, the last look is to hide nothing
        compare(operation, expectation, outcome, self.executor.facts)
        assumed = expectation.assumed
        self.judged = assumed is None or assumed.matches(outcome)

    def teardown(self) -> None:
        """A last look at every map and file."""
        if hasattr(self, "world"):
            for operation in ending(self.world):
                self.take(operation)


def machine_for(area: str, executor: Executor) -> type[Machine]:
    """The state machine of an area for an implementation.

    Args:
        area: one of ``mmap_spec_tests.rules.AREAS``.
        executor: the implementation.

    Raises:
        KeyError: there is no such area.
    """
    body: dict[str, Any] = {"area": area, "executor": executor}
    for item in rules_of(area):
        body.setdefault(f"{item.area}_{item.name}", _as_rule(item))
    name = f"{area.capitalize()}Machine"
    return type(name, (Machine,), body)


def _as_rule(item: Rule) -> Callable[..., None]:
    def step(self: Machine, data: st.DataObject) -> None:
        self.take(item.propose(HypothesisDraw(data), self.world))

    step.__name__ = f"{item.area}_{item.name}"
    step.__doc__ = item.propose.__doc__
    made: Callable[..., None] = rule(data=st.data())(step)
    return precondition(lambda self: self.judged and item.when(self.world))(made)
