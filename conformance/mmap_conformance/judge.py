"""Compares what an implementation did with what the model allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from mmap_conformance.channel import Answer, describe_death
from mmap_conformance.events import Kind
from mmap_spec_tests.expectation import Allowed, Expectation, Outcome, Raises, Shows
from mmap_spec_tests.programs import Step

Holds = Callable[[str], bool]
"""Whether the implementation is held to a clause, by id."""


Identity = tuple[str, str, str, str]
"""Clause, method, sort of outcome, and the method that showed it."""


class Divergence(NamedTuple):
    """Where a program first went another way than the model.

    Attributes:
        number: of the operation in the program.
        clause: the clause that is not met; empty when only clauses that the
            implementation is not held to are.
        operation: the method that the clause speaks of.
        shown_by: the method whose outcome it is, which may come later.
        allowed: what the clause allows; None where nothing can be allowed: a death.
        outcome: what happened.
        inner: whether it happened inside the conversion of an argument.
    """

    number: int
    clause: str
    operation: str
    shown_by: str
    allowed: Allowed | None
    outcome: Outcome
    inner: bool = False

    @property
    def kind(self) -> Kind:
        """What sort of outcome it was."""
        return kind_of(self.outcome)

    @property
    def identity(self) -> Identity:
        """What makes two divergences the same finding."""
        return self.clause, self.operation, got(self.outcome), self.shown_by

    @property
    def silent(self) -> bool:
        """Whether the operation that the clause speaks of had a lawful outcome itself."""
        return self.operation != self.shown_by


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
    known: Container[Identity],
    exercised: Counter[str],
    *,
    strict: bool = False,
) -> Divergence | None:
    """The first divergence of a program that is not known yet, or None.

    Args:
        steps: operations and expectations.
        answer: the outcomes; after a death that of the last operation alone.
        holds: whether the implementation is held to a clause.
        known: identities of findings to be passed over.
        exercised: counts, by clause, of the outcomes compared; added to.
        strict: do not pass over what is known in the last operation.
    """
    if answer.died_in is not None and len(answer.outcomes) <= answer.died_in:
        number = min(answer.died_in, len(steps) - 1)
        pairs: list[tuple[int, Outcome]] = [(number, answer.outcomes[-1])]
    else:
        pairs = list(enumerate(answer.outcomes))
    for number, outcome in pairs:
        expectation = steps[number][1]
        if expectation.meanwhile and answer.died_in != number:
            inner = answer.meanwhile.get(number, [])
            found = _compare_inner(steps, number, inner, holds, exercised)
            if found is not None:
                return found if found.identity not in known else None
            if len(inner) != len(expectation.meanwhile):
                # It did not convert its arguments as the model thought: only that is judged.
                found = _compare(steps, number, outcome, holds, exercised, "reentrancy.")
                return found if found is not None and found.identity not in known else None
        found = _compare(steps, number, outcome, holds, exercised)
        if found is not None:
            if found.identity not in known or (strict and number == len(steps) - 1):
                return found
            if found.silent or not _is_harmless(expectation, found):
                return None
        elif not _as_assumed(expectation, outcome, holds):
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
    for place, outcome in enumerate(outcomes[: len(inner)]):
        so_far = [*steps[:number], *inner[: place + 1]]
        found = _compare(so_far, number + place, outcome, holds, exercised)
        if found is not None:
            return found._replace(number=number, inner=True)
    return None


def _compare(
    steps: Sequence[Step],
    number: int,
    outcome: Outcome,
    holds: Holds,
    exercised: Counter[str],
    passing_over: str = "\0",
) -> Divergence | None:
    """The first clause that does not allow an outcome, but for those with a prefix."""
    operation, expectation = steps[number]
    shown_by = operation.method
    for clause, allowed in expectation.checks:
        if holds(clause) and not clause.startswith(passing_over):
            exercised[clause] += 1
            if not allowed.matches(outcome):
                culprit = _culprit(steps, number, clause)
                return Divergence(number, clause, culprit, shown_by, allowed, outcome)
    if kind_of(outcome) in ("crashed", "hung", "protocol"):
        own = (c for c, allowed in expectation.checks if holds(c) and type(allowed) is not Shows)
        clause = next(own, "lifecycle.clean-exit")
        if not holds(clause):
            return None
        culprit = _culprit(steps, number, clause)
        return Divergence(number, clause, culprit, shown_by, None, outcome)
    return None


def _culprit(steps: Sequence[Step], number: int, clause: str) -> str:
    """The method that a clause speaks of, which may come before the one that shows it."""
    method = steps[number][0].method
    if clause.startswith("arguments.") or (method not in LOOKS and clause not in DEADLY):
        return method
    before = steps[:number]
    for operation, expectation in reversed(before):
        if clause in expectation.risks:
            return operation.method
    for operation, expectation in reversed(before):
        if clause in expectation.marks:
            return operation.method
        if clause in expectation.clauses and operation.method not in LOOKS:
            return operation.method
    return method


LOOKS = frozenset(
    ("[]", "list()", "in", "bytes()", "re.search()", "contents", "tell", "tobytes", "size",
     "len()", "find", "rfind", "read", "readline", "read_byte")
)  # fmt: skip
"""Methods that show what others did."""

DEADLY = frozenset(
    ("resize.zero-keeps-file", "resize.too-large-keeps-file", "resize.failed-changes-nothing",
     "resize.grown-anonymous-usable")
)  # fmt: skip
"""Clauses whose failure makes the next operation, whatever it is, die."""


def _is_harmless(expectation: Expectation, found: Divergence) -> bool:
    """Whether the world went on as the model's did, wrong though the outcome was."""
    if expectation.effect is None:
        return found.kind in ("returned", "raised")
    return found.kind == "raised" and type(found.allowed) is Raises


def _as_assumed(expectation: Expectation, outcome: Outcome, holds: Holds) -> bool:
    """Whether the world went on as the model's did, lawful though the outcome was."""
    if expectation.assumed is not None:
        return expectation.assumed.matches(outcome)
    if expectation.effect is None:
        return True
    # Clauses that the implementation is not held to may have failed unseen.
    return all(holds(clause) or allowed.matches(outcome) for clause, allowed in expectation.checks)
