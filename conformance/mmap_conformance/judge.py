"""Compares what an implementation did with what the model allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mmap_conformance.channel import Answer, describe_death
from mmap_conformance.events import Kind
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.expectation import Allowed, Expectation, Outcome, Raises, Shows
from mmap_spec_tests.model import Facts
from mmap_spec_tests.programs import Step

Holds = Callable[[str], bool]
"""Whether the implementation is held to a clause, by id."""

Identity = tuple[str, str, str, str]
"""Clause, method, sort of outcome, and the method that showed it."""

WORKERS_OWN = frozenset(("contents", "append", "leaked()"))
"""Looks at what is not the implementation's, which are never at fault themselves."""

DEATHS = ("crashed", "hung", "protocol")
"""Kinds of outcomes that end the worker."""


class Divergence(NamedTuple):
    """Where a program first went another way than the model.

    Attributes:
        number: of the operation in the program.
        clause: the clause that is not met.
        operation: the method at fault: that of the operation, until ``attribution`` finds
            that an earlier one left the state wrong.
        shown_by: the method whose outcome it is.
        allowed: what the clause allows; None where nothing can be allowed: a death.
        outcome: what happened.
        inner: whether it happened inside the conversion of an argument.
        others: clauses that are not met either, of the operation itself.
    """

    number: int
    clause: str
    operation: str
    shown_by: str
    allowed: Allowed | None
    outcome: Outcome
    inner: bool = False
    others: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What sort of outcome it was."""
        return kind_of(self.outcome)

    @property
    def identity(self) -> Identity:
        """What makes two divergences the same finding."""
        return self.clause, self.operation, got(self.outcome), self.shown_by

    @property
    def of_state(self) -> bool:
        """Whether an earlier operation may be at fault: it shows, or died of, what was there."""
        shows = type(self.allowed) is Shows or self.shown_by in WORKERS_OWN
        return shows or self.kind in DEATHS


Known = Callable[[Sequence[Step], Divergence], bool]
"""Whether a divergence of a program is due to a finding that is known."""


def holds_for(facts: Facts) -> Holds:
    """What an implementation of these facts is held to."""
    around = facts.edition, facts.platform, facts.capabilities
    return {each.id for each in CLAUSES.values() if each.holds(*around)}.__contains__


def kind_of(outcome: Outcome) -> Kind:
    """What sort of outcome it was."""
    if type(outcome) is list:
        return "raised"
    if type(outcome) is dict:
        if "crashed" in outcome:
            return "crashed"
        if "hung" in outcome:
            return "hung"
        if "protocol" in outcome:
            return "protocol"
    return "returned"


def got(outcome: Outcome) -> str:
    """The sort of an outcome, as fine as findings are told apart: ``ValueError``, ``hung``."""
    kind = kind_of(outcome)
    return str(outcome[0][0]) if kind == "raised" else kind


def describe(outcome: Outcome) -> str:
    """An outcome in words."""
    kind = kind_of(outcome)
    if kind == "returned":
        return f"returned {outcome}"
    if kind == "raised":
        mro, errno, message = outcome
        number = f" (errno {errno})" if errno else ""
        return f"raised {mro[0]}{number}: {message}"
    return describe_death(outcome)


def judge(
    steps: Sequence[Step],
    answer: Answer,
    holds: Holds,
    known: Known,
    exercised: Counter[str],
    *,
    strict: bool = False,
) -> Divergence | None:
    """The first divergence of a program that is not known yet, or None.

    Args:
        steps: operations and expectations.
        answer: the outcomes from the first operation on; a death is the last.
        holds: whether the implementation is held to a clause.
        known: whether a divergence is to be passed over.
        exercised: counts, by clause, of the outcomes that it allows; added to.
        strict: do not pass over what is known in the last operation.
    """
    for number, outcome in enumerate(answer.outcomes):
        expectation = steps[number][1]
        passing_over = ""
        if expectation.meanwhile and kind_of(outcome) not in DEATHS:
            inner = answer.meanwhile.get(number, [])
            found = _compare_inner(steps, number, inner, holds, exercised)
            if found is not None:
                return None if known(steps, found) else found
            met = zip(expectation.meanwhile, inner, strict=False)
            if not all(_as_assumed(nested, outcome, holds) for (_, nested), outcome in met):
                return None
            if len(inner) != len(expectation.meanwhile):
                # It did not convert its arguments as the model thought: only that is judged.
                passing_over = "reentrancy."
        found = _compare(steps[number], number, outcome, holds, exercised, passing_over)
        if found is not None:
            last = number == len(steps) - 1
            if (strict and last) or not known(steps, found):
                return found
            if found.of_state or not is_harmless(expectation, found):
                return None
        elif passing_over or not _as_assumed(expectation, outcome, holds):
            return None
    return None


def _compare_inner(
    steps: Sequence[Step],
    number: int,
    outcomes: Sequence[Outcome],
    holds: Holds,
    exercised: Counter[str],
) -> Divergence | None:
    """The first divergence of the operations that ran while arguments were converted."""
    inner = steps[number][1].meanwhile
    for step, outcome in zip(inner, outcomes, strict=False):
        found = _compare(step, number, outcome, holds, exercised)
        if found is not None:
            return found._replace(inner=True)
    return None


def _compare(
    step: Step,
    number: int,
    outcome: Outcome,
    holds: Holds,
    exercised: Counter[str],
    passing_over: str = "",
) -> Divergence | None:
    """The first clause that does not allow an outcome, but for those with a prefix."""
    operation, expectation = step
    method = operation.method
    for clause, allowed in expectation.checks:
        if holds(clause) and not (passing_over and clause.startswith(passing_over)):
            if not allowed.matches(outcome):
                others = tuple(failing(expectation, outcome, holds, own=True))
                return Divergence(number, clause, method, method, allowed, outcome, others=others)
            exercised[clause] += 1
    # Where no clause speaks of the operation, it is the worker's own, and so is the death.
    if kind_of(outcome) in DEATHS and expectation.checks:
        clause = next(iter(failing(expectation, outcome, holds, own=True)), "lifecycle.clean-exit")
        if holds(clause):
            return Divergence(number, clause, method, method, None, outcome)
    return None


def failing(
    expectation: Expectation, outcome: Outcome, holds: Holds, *, own: bool = False
) -> list[str]:
    """The clauses that do not allow an outcome, most telling first.

    Args:
        expectation: what is allowed.
        outcome: what happened.
        holds: whether the implementation is held to a clause.
        own: only those that speak of the operation itself, not of the state it found.
    """
    asked = [
        (clause, allowed)
        for clause, allowed in expectation.checks
        if holds(clause) and not (own and type(allowed) is Shows)
    ]
    found = [clause for clause, allowed in asked if not allowed.matches(outcome)]
    if not found and kind_of(outcome) in DEATHS:  # which nothing allows
        return [clause for clause, _ in asked]
    return found


def is_harmless(expectation: Expectation, found: Divergence) -> bool:
    """Whether the world went on as the model's did, wrong though the outcome was."""
    if expectation.effect is None or expectation.looks:
        return found.kind in ("returned", "raised")
    return found.kind == "raised" and type(found.allowed) is Raises


def _as_assumed(expectation: Expectation, outcome: Outcome, holds: Holds) -> bool:
    """Whether the world went on as the model's did, lawful though the outcome was."""
    if expectation.assumed is not None:
        return expectation.assumed.matches(outcome)
    if expectation.effect is None:
        return True
    # Clauses that the implementation is not held to may have failed unseen.
    for clause, allowed in expectation.checks:
        if not holds(clause) and not allowed.matches(outcome):
            return False
    return True
