"""What is known of an implementation's faults while it is tested, so that it hides nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mmap_conformance.attribution import LEFT_ALONE
from mmap_conformance.judge import DEATHS, Divergence, Holds, Identity, failing, got
from mmap_spec_tests.expectation import Expectation
from mmap_spec_tests.operations import Operation
from mmap_spec_tests.programs import Step

_ENOUGH = {"hung": 2, "crashed": 8, "protocol": 2}
"""Deaths of a kind after which a method is not called any more: each costs a worker."""
_ENOUGH_CONSEQUENCES = 5
"""Times that a divergence is found to be due to a known one before it is passed over."""
_AVOIDED_IN = 4
"""Of so many programs, all but one are made without what is known to go wrong."""

Led = tuple[str, str]
"""A clause and the method that does not meet it."""


class Known:
    """Findings so far, as far as they bear upon what is to be judged and generated.

    Attributes:
        told: clause, method and sort of outcome of each finding.
    """

    def __init__(self, holds: Holds) -> None:
        self._holds = holds
        self.told: set[tuple[str, str, str]] = set()
        self._seen: set[Identity] = set()
        self._silent: set[Led] = set()
        self._deadly: set[Led] = set()
        self._hanging: set[Led] = set()
        self._spoiling: set[Led] = set()
        self._deaths: Counter[tuple[str, str]] = Counter()
        self._consequences: Counter[Identity] = Counter()
        self._programs = 0

    def died(self, divergence: Divergence) -> None:
        """Note what a divergence cost."""
        self._deaths[divergence.kind, divergence.shown_by] += 1

    def add(self, finding: Divergence, *, spoils: bool, sorts: Sequence[str] = ()) -> bool:
        """Note a finding; whether it is new.

        Args:
            finding: a divergence, attributed.
            spoils: whether the rest of a program cannot be judged after it.
            sorts: other outcomes that the same fault comes to.
        """
        led = finding.clause, finding.operation
        new = not self.is_told(finding)
        sorts = got(finding.outcome), *sorts
        self.told.update((*led, sort) for sort in sorts)
        self._seen.add(finding.identity)
        if finding.operation != finding.shown_by:
            self._silent.add(led)
        if "hung" in sorts:
            self._hanging.add(led)
        if not set(sorts).isdisjoint(DEATHS):
            self._deadly.add(led)
        elif spoils:
            self._spoiling.add(led)
        return new

    def is_told(self, divergence: Divergence) -> bool:
        """Whether a divergence, attributed, is a finding that was noted."""
        sort = got(divergence.outcome)
        return (divergence.clause, divergence.operation, sort) in self.told

    def add_consequence(self, divergence: Divergence) -> None:
        """Note that a divergence turned out to be due to a known finding."""
        self._consequences[divergence.identity] += 1
        if self._consequences[divergence.identity] >= _ENOUGH_CONSEQUENCES:
            self._seen.add(divergence.identity)

    def covers(self, steps: Sequence[Step], divergence: Divergence) -> bool:
        """Whether a divergence of a program is due to a known finding."""
        if divergence.identity in self._seen:
            return True
        if divergence.inner:
            return False
        expectation = steps[divergence.number][1]
        sort = got(divergence.outcome)
        if any(
            (clause, divergence.shown_by, sort) in self.told
            for clause in failing(expectation, divergence.outcome, self._holds)
        ):
            return True
        return divergence.of_state and any(
            _leads(step, self._silent) for step in steps[: divergence.number]
        )

    def gave_up(self, operation: Operation, expectation: Expectation) -> bool:
        """Whether an operation is never called again: its method has cost too many workers, or
        it hangs, which takes a timeout each time."""
        method = operation.method
        worn = any(self._deaths[kind, method] >= enough for kind, enough in _ENOUGH.items())
        return worn or _leads((operation, expectation), self._hanging)

    def begin_program(self) -> None:
        """Decide anew whether what is known is to be avoided."""
        self._programs += 1

    def avoids(self, operation: Operation, expectation: Expectation) -> bool:
        """Whether a program is to do without an operation, for what it is known to lead to."""
        if not self.told:
            return False
        if self.gave_up(operation, expectation):
            return True
        if _leads((operation, expectation), self._deadly):
            return True
        if self._programs % _AVOIDED_IN:  # what is silent spoils as well
            return _leads((operation, expectation), self._spoiling)
        return False


_ANYWHERE = tuple(clause for clauses in LEFT_ALONE.values() for clause in clauses)


def _leads(step: Step, known: set[Led]) -> bool:
    """Whether a step, or one inside its arguments, may lead to one of the known."""
    if not known:
        return False
    operation, expectation = step
    method = operation.method
    touched = (*expectation.clauses, *expectation.risks, *expectation.marks, *_ANYWHERE)
    return any((clause, method) in known for clause in touched) or any(
        _leads(inner, known) for inner in expectation.meanwhile
    )
