"""From divergences to findings: judged, reduced, repeated, attributed, and then masked."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Container

from mmap_conformance.adapters import Adapter
from mmap_conformance.attribution import expanded, flat, looks_at_files, watched
from mmap_conformance.channel import Answer
from mmap_conformance.events import Finding, Verdict
from mmap_conformance.expectations import Expectations
from mmap_conformance.gate import fails
from mmap_conformance.judge import Divergence, Identity, describe, judge
from mmap_conformance.options import Options
from mmap_conformance.reduce import reduce
from mmap_conformance.workers import Workers
from mmap_spec_tests.clause import Clause
from mmap_spec_tests.clauses import AREA_OF, CLAUSES
from mmap_spec_tests.expectation import Expectation
from mmap_spec_tests.model import Facts, Unrunnable
from mmap_spec_tests.operations import Operation, Program
from mmap_spec_tests.programs import Step, modelled

_REPLAYS = {False: 9, True: 2}
"""Times that a finding is replayed before it is told; fewer where each costs a worker."""
_ATTEMPTS = 400
"""Candidates that a reduction may try."""
_DEATHS = {False: 40, True: 8}
"""Those of them that may cost a worker, or even a timeout."""
_ENOUGH = {"hung": 2, "crashed": 8, "protocol": 2}
"""Findings of a kind after which a method is not called any more: each costs a worker."""
_ENOUGH_CONSEQUENCES = 5
"""Times that a divergence is found to be due to a known one before it is passed over."""
_SHORT = 0.4
"""Seconds after which an operation counts as hanging while a program is reduced."""


class Triage:
    """What is known of one implementation's faults.

    Attributes:
        findings: so far.
        deaths: programs in which the worker died.
    """

    def __init__(
        self,
        adapter: Adapter,
        options: Options,
        expectations: Expectations,
        facts: Facts,
        workers: Workers,
        deadline: float,
    ) -> None:
        self._adapter = adapter
        self._options = options
        self._expectations = expectations
        self._facts = facts
        self._workers = workers
        self._deadline = deadline
        self.findings: list[Finding] = []
        self.deaths = 0
        self._exercised: Counter[str] = Counter()
        self._known: set[Identity] = set()
        self._found: set[tuple[str, str, str]] = set()
        self._consequences: Counter[Identity] = Counter()
        self._avoided: set[tuple[str, str]] = set()
        self._deadly: Counter[tuple[str, str]] = Counter()
        self._held: dict[str, bool] = {}

    def take(self, steps: list[Step], answer: Answer) -> Finding | None:
        """Judge a program that was run; the new finding that it leads to, if any."""
        self.deaths += answer.died_in is not None
        divergence = self._judged(steps, answer, self._exercised, self._known)
        if divergence is None:
            return None
        self._deadly[divergence.kind, divergence.shown_by] += 1
        program = [operation for operation, _ in steps[: divergence.number + 1]]
        finding = self._reduced(program, divergence)
        if finding is not None:
            self.findings.append(finding)
        self._workers.refresh()
        return finding

    def is_masked(self, operation: Operation, expectation: Expectation) -> bool:
        """Whether an operation leads to what is known already."""
        if not self._avoided and not self._deadly:
            return False
        method, avoided = operation.method, self._avoided
        if any(self._deadly[kind, method] >= enough for kind, enough in _ENOUGH.items()):
            return True
        for clause, _ in expectation.checks:
            if (clause, method) in avoided:
                return True
        if any((clause, method) in avoided for clause in expectation.risks):
            return True
        return any(self.is_masked(*inner) for inner in expectation.meanwhile)

    def verdicts(self) -> tuple[Verdict, ...]:
        """What the run says of every clause."""
        return tuple(self._verdict(clause) for clause in CLAUSES.values())

    def _verdict(self, clause: Clause) -> Verdict:
        facts, options = self._facts, self._options
        why = clause.why_not(facts.edition, facts.platform, facts.capabilities)
        checks = self._exercised[clause.id]
        failures = [finding for finding in self.findings if finding.clause == clause.id]
        if why:
            return Verdict(clause.id, "not applicable", why=why)
        if failures:
            if any(fails(finding, options.level) for finding in failures):
                return Verdict(clause.id, "failed", checks)
            known = any(finding.reason for finding in failures)
            return Verdict(clause.id, "expected" if known else "information", checks)
        if checks:
            return Verdict(clause.id, "passed", checks)
        if (options.clauses and clause.id not in options.clauses) or (
            options.areas and AREA_OF[clause.id] not in options.areas
        ):
            return Verdict(clause.id, "not applicable", why="not asked for")
        return Verdict(clause.id, "untested")

    def _judged(
        self,
        steps: list[Step],
        answer: Answer,
        exercised: Counter[str],
        known: Container[Identity],
        *,
        strict: bool = False,
    ) -> Divergence | None:
        if answer.died_in is not None:
            # The outcomes before the death went down with it.
            number = min(answer.died_in, len(steps) - 1)
            earlier = self._workers.execute([operation for operation, _ in steps[:number]])
            first = judge(steps[:number], earlier, self._holds, known, exercised)
            if first is not None:
                return first
        return judge(steps, answer, self._holds, known, exercised, strict=strict)

    def _diverges(
        self, program: Program, known: Container[Identity] | None = None
    ) -> Divergence | None:
        """The first divergence of a program, but for what is known before its end."""
        try:
            steps = modelled(program, self._facts)
        except Unrunnable:
            return None
        answer = self._workers.execute(program)
        known = self._known if known is None else known
        return self._judged(steps, answer, Counter(), known, strict=True)

    def _reduced(
        self, program: Program, divergence: Divergence, watches: int = 2
    ) -> Finding | None:
        """The finding that a divergence is, unless it is known or does not repeat.

        Args:
            program: ends where the divergence is.
            divergence: not known yet.
            watches: how often an earlier operation may be found to be at fault.
        """
        best = divergence

        def shows(candidate: Program) -> bool:
            nonlocal best
            found = self._diverges(candidate)
            if found is None or found.number != len(candidate) - 1:
                return False
            if (found.kind, found.shown_by) != (divergence.kind, divergence.shown_by):
                return False
            # What an operation itself does wrong stays that clause's finding; what a later
            # one shows may turn out to be due to another than the last that had a hand in
            # it, but is not to end up at what is known.
            if found.identity[:2] != divergence.identity[:2] and (
                not divergence.silent or found.identity[:2] in self._pairs()
            ):
                return False
            best = found
            return True

        if divergence.inner:  # to be told as what it is, without what it happened in
            program = flat(program)
        if not shows(program):
            return None if divergence.inner else self._flaky(program, divergence)
        hung, deadly = divergence.kind == "hung", divergence.kind in _ENOUGH
        most = self._workers.restarts + _DEATHS[hung]

        def worth_it(candidate: Program) -> bool:
            spent = self._workers.restarts >= most or time.monotonic() > self._deadline
            return not (deadly and spent) and shows(candidate)

        if hung:
            self._workers.timeout = min(_SHORT, self._options.timeout)
        reduced = reduce(program, worth_it, _ATTEMPTS)
        self._workers.timeout = self._options.timeout
        if not shows(reduced):
            if hung:  # it was only slow, for want of patience
                return None
            return self._flaky(program, divergence)
        program = reduced
        sign = None if hung or not watches else self._first_sign(program)
        if sign is not None:
            earlier, first = sign
            if first is None:  # due to what is known already
                self._consequences[divergence.identity] += 1
                if self._consequences[divergence.identity] >= _ENOUGH_CONSEQUENCES:
                    self._known.add(divergence.identity)
                return None
            return self._reduced(earlier, first, watches - 1)
        self._known.add(divergence.identity)
        for candidate in looks_at_files(program) if best.kind == "crashed" else ():
            found = self._diverges(candidate)
            if found is not None and found.identity[:2] == best.identity[:2]:
                self._known.add(found.identity)
                program, best = candidate, found
        self._exercise(program)
        return self._finding(program, best, self._repeats(program, best))

    def _exercise(self, program: Program) -> None:
        """Count what the outcomes of a finding's program were compared with."""
        answer = self._workers.execute(program)
        self._judged(modelled(program, self._facts), answer, self._exercised, self._known)

    def _first_sign(self, program: Program) -> tuple[Program, Divergence | None] | None:
        """Where a reduced program goes wrong before its last operation, if it does.

        Returns:
            None if it does not, else the program up to there, and the divergence, or None
            for one that is known already.
        """
        if self._died_inside(program):
            return program, None
        # What is known is passed over where it is plain to see, not where it leaves no sign.
        plain = {known for known in self._known if known[1] == known[3]}
        variants = [program, expanded(program)]
        distrusted: set[str] = set()
        while variants:
            longer, looks = watched(variants[0], self._facts, distrusted)
            found = self._diverges(longer, plain)
            if found is None or found.number not in looks:
                del variants[0]
            elif found.silent:
                return longer[: found.number + 1], None if found.identity in self._known else found
            else:
                distrusted.add(longer[found.number].method)
        return None

    def _pairs(self) -> set[tuple[str, str]]:
        """Clauses and methods of the findings so far."""
        return {(clause, method) for clause, method, _ in self._found}

    def _died_inside(self, program: Program) -> bool:
        """Whether it runs, inside the conversion of an argument, what is known to go wrong.

        A death hides the outcomes of what happened there.
        """
        found = self._pairs()
        return any(
            (clause, operation.method) in found
            for _, expectation in modelled(program, self._facts)
            for operation, inner in expectation.meanwhile
            for clause in inner.clauses
        )

    def _flaky(self, program: Program, divergence: Divergence) -> Finding | None:
        self._workers.refresh()
        return self._finding(program, divergence, self._repeats(program, divergence))

    def _repeats(self, program: Program, divergence: Divergence) -> tuple[int, int]:
        """Replays that show a divergence, and how many there were."""
        replays = _REPLAYS[divergence.kind in _ENOUGH]
        seen = 0
        for _ in range(replays):
            again = self._diverges(program)
            seen += again is not None and again.identity == divergence.identity
        return seen, replays

    def _finding(
        self, program: Program, divergence: Divergence, repeats: tuple[int, int]
    ) -> Finding | None:
        self._known.add(divergence.identity)
        if divergence.identity[:3] in self._found:
            return None
        self._found.add(divergence.identity[:3])
        culprit = self._culprit(program, divergence)
        if culprit is not None:
            self._avoided.add(culprit)
        elif divergence.kind in _ENOUGH:
            self._avoided.add(divergence.identity[:2])
        clause = CLAUSES[divergence.clause]
        allowed = divergence.allowed
        version = tuple(self._workers.hello()["version"])
        reason = self._expectations.reason(self._adapter.name, version, divergence)
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
        for operation, expectation in reversed(modelled(program, self._facts)):
            if divergence.clause in expectation.risks:
                return divergence.clause, operation.method
        return None

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
