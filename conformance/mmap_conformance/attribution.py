"""Which operation of a reduced program is at fault, and which clause it does not meet.

One rule: the program is cut after each operation in turn, and what is there is looked at. Where
every look at a thing is wrong, the operation before the looks left it wrong. Where one look is
wrong and another at the same thing right, the look is at fault itself. Where all is right up to
the end, the last operation is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mmap_conformance.judge import DEATHS, WORKERS_OWN, Divergence, Holds, failing
from mmap_spec_tests.expectation import Expectation, Raises, Shows
from mmap_spec_tests.model import Facts, World, follow
from mmap_spec_tests.operations import Operation, Program, nested_operations, without_nesting
from mmap_spec_tests.programs import looks, modelled

Diverges = Callable[[Program], Divergence | None]
"""Runs a program: where it first goes wrong, whether that is known or not."""


class Attributed(NamedTuple):
    """A program that ends where the fault shows, and the fault."""

    program: Program
    divergence: Divergence


class Attribution:
    """Finds out who is at fault."""

    def __init__(self, facts: Facts, holds: Holds, wanted: Holds, diverges: Diverges) -> None:
        """Prepare.

        Args:
            facts: what the model must know of the implementation.
            holds: whether the implementation is held to a clause, by id.
            wanted: whether it is one that was asked for; of several, those are told.
            diverges: runs a program on the implementation.
        """
        self._facts = facts
        self._holds = holds
        self._wanted = wanted
        self._diverges = diverges

    def of(self, program: Program) -> Attributed | None:
        """Who is at fault where a program goes wrong; None where it does not."""
        found = self._diverges(program)
        if found is None:
            return None
        program = program[: found.number + 1]
        plain = expanded(program)
        if plain != program:  # wrong also without running anything inside an argument?
            attributed = self.of(plain)
            if attributed is not None:
                return attributed
        world = World(self._facts)
        for number, operation in enumerate(program[:-1], 1):
            expectation = follow(world, operation)
            sign = self._sign(program[:number], world, operation.target)
            if sign is not None:
                attributed, agreed = sign
                return (
                    self._left_wrong(operation, expectation, attributed) if agreed else attributed
                )
        return self._own(program, found)

    def _sign(self, program: Program, world: World, target: str) -> tuple[Attributed, bool] | None:
        """The most telling look that is wrong after a program, and whether others agree."""
        signs: list[tuple[Attributed, bool]] = []
        for look, *others in looks(world, target):
            longer = [*program, look]
            found = self._diverges(longer)
            # A death while all is closed is that of closing.
            closing = found is not None and look.method == "leaked()" and found.kind in DEATHS
            if found is not None and found.number == len(program) and not closing:
                agreed = all(self._diverges([*program, other]) is not None for other in others)
                signs.append((self._own(longer, found), agreed))
        # Lost bytes say more than the failure or the death of whoever looks at them.
        signs.sort(key=lambda sign: sign[0].divergence.kind != "returned")
        return signs[0] if signs else None

    def _own(self, program: Program, found: Divergence) -> Attributed:
        """The fault as that of the operation that shows it."""
        expectation = modelled(program, self._facts)[-1][1]
        clauses = failing(expectation, found.outcome, self._holds, own=True)
        return Attributed(program, self._as(found, expectation, clauses))

    def _left_wrong(
        self, operation: Operation, expectation: Expectation, shown: Attributed
    ) -> Attributed:
        """The fault as that of an operation that left wrong what a look then shows."""
        program, found = shown
        look = modelled(program, self._facts)[-1][1]
        own = [clause for clause, allowed in expectation.checks if type(allowed) is not Shows]
        hand = (*expectation.risks, *expectation.marks, *own)
        spoken = failing(look, found.outcome, self._holds)
        # What is left behind is nobody's business but the look's.
        left_behind = found.shown_by in WORKERS_OWN - {"contents"}
        clauses = [clause for clause in spoken if left_behind or clause in hand]
        clauses.sort(key=lambda clause: clause not in expectation.risks)
        if not clauses:  # it was to leave that alone
            refused = expectation.checks and type(expectation.lawful) is Raises
            alone = () if refused else LEFT_ALONE.get(found.shown_by, ())
            others = (*expectation.risks, *alone, *reversed(own), *expectation.marks)
            clauses = [clause for clause in others if self._holds(clause)][:1]
        found = self._as(found, look, clauses)._replace(operation=operation.method)
        return Attributed(program, found)

    def _as(
        self, found: Divergence, expectation: Expectation, clauses: Sequence[str]
    ) -> Divergence:
        """The divergence as one of a clause; as it is where there is none."""
        if not clauses:
            return found
        clause = next(filter(self._wanted, clauses), clauses[0])
        allowed = dict(reversed(expectation.checks)).get(clause, found.allowed)
        return found._replace(clause=clause, allowed=allowed)


LEFT_ALONE = {
    "tell": ("position.others-keep-position",),
    "[]": ("access.looking-changes-nothing",),
    "bytes()": ("access.looking-changes-nothing",),
    "contents": ("access.reading-leaves-file",),
}
"""By the look that shows it: what an operation must not touch that has no business with it."""


def flat(program: Program) -> Program:
    """The program up to what its last operation runs while arguments are converted."""
    return [*program[:-1], *nested_operations(program[-1])]


def expanded(program: Program) -> Program:
    """The program with everything run before the operation whose arguments would run it.

    What a forked child would do is done here.
    """
    made: Program = []
    for operation in program:
        made += nested_operations(operation)
        if operation.method == "fork()":
            made += [Operation(*item) for item in operation.arguments[0]]
            continue
        target, method, arguments, keywords = operation
        plain = [without_nesting(argument) for argument in arguments]
        made.append(Operation(target, method, plain, keywords))
    return made
