"""From divergences to findings: judged, reduced, repeated, attributed, and then masked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from mmap_conformance.adapters import Adapter
from mmap_conformance.attribution import Attributed, Attribution, flat
from mmap_conformance.budget import Budget
from mmap_conformance.channel import Answer
from mmap_conformance.events import Finding, Stale, Verdict
from mmap_conformance.expectations import Expected
from mmap_conformance.gate import fails
from mmap_conformance.judge import (
    DEATHS,
    Divergence,
    describe,
    failing,
    got,
    holds_for,
    is_harmless,
    judge,
)
from mmap_conformance.known import Known
from mmap_conformance.options import Options
from mmap_conformance.reduce import ATTEMPTS, reduce
from mmap_conformance.workers import Workers
from mmap_spec_tests.clause import Clause
from mmap_spec_tests.clauses import AREA_OF, CLAUSES
from mmap_spec_tests.model import Facts, Unrunnable
from mmap_spec_tests.operations import Program
from mmap_spec_tests.programs import Step, modelled

_REPLAYS = {False: 9, True: 2}
"""Times that a finding is replayed before it is told; fewer where each costs a worker."""
_TRIES = 3
"""Times that a known finding is looked for: it may not show each time."""
_DEATHS = {False: 40, True: 8}
"""Candidates of a reduction that may cost a worker, or even a timeout."""
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
        facts: Facts,
        workers: Workers,
        budget: Budget,
    ) -> None:
        self._adapter = adapter
        self._options = options
        self._facts = facts
        self._workers = workers
        self._budget = budget
        self.findings: list[Finding] = []
        self.deaths = 0
        # Whether the implementation is held to a clause, and whether it was asked for as well.
        self._holds = holds_for(facts)
        self._judges = frozenset(filter(self._holds, options.wanted())).__contains__
        self.known = Known(self._holds)
        self._attribution = Attribution(facts, self._holds, self._judges, self._first)
        self._exercised: Counter[str] = Counter()

    def take(self, steps: list[Step], answer: Answer) -> Finding | None:
        """Judge a program that was run; the new finding that it leads to, if any."""
        self.deaths += answer.died_in is not None
        program = [operation for operation, _ in steps]
        answer = self._workers.completed(program, answer)
        divergence = judge(steps, answer, self._judges, self.known.covers, self._exercised)
        if divergence is None:
            return None
        self.known.died(divergence)
        finding = self._triaged(program[: divergence.number + 1], divergence)
        if finding is not None:
            self.findings.append(finding)
        self._workers.refresh()
        return finding

    def expect(self, entry: Expected) -> Finding | Stale | None:
        """Replay a finding that is known; the finding, or what became of it.

        None where the implementation is not held to the clause, or the program makes no
        sense for it.
        """
        found = self.replayed(entry)
        return self.accept(entry, found) if isinstance(found, Divergence) else found

    def replayed(self, entry: Expected) -> Divergence | Stale | None:
        """The divergence that an entry's program shows, or what became of it; see ``expect``."""
        try:
            steps = modelled(entry.program, self._facts)
        except Unrunnable:
            return None
        if not self._judges(entry.clause):
            return None
        found, told = None, ""
        for _ in range(_TRIES):
            found = self._first(entry.program)
            if found is not None and self._is_that(entry, steps, found):
                self._workers.refresh()
                return found._replace(clause=entry.clause, operation=entry.operation)
        if found is not None:
            before = found.number < len(steps) - 1
            told = f"{describe(found.outcome)}{f', in {found.shown_by}' if before else ''}"
        return Stale(self._adapter.name, *entry.key, entry.program, told)

    def accept(self, entry: Expected, found: Divergence) -> Finding:
        """Take a divergence for what an entry speaks of; the finding."""
        spoils = self._spoils(entry.program, found)
        self.known.add(found, spoils=spoils, sorts=entry.sorts)
        finding = replace(self._finding(entry.program, found, (1, 1)), reason=entry.told)
        self._exercised[entry.clause] += 1
        self.findings.append(finding)
        return finding

    def _is_that(self, entry: Expected, steps: list[Step], found: Divergence) -> bool:
        """Whether a divergence is the one that an entry speaks of."""
        if found.number < len(steps) - 1 or got(found.outcome) not in entry.sorts:
            return False
        silent = entry.operation != found.shown_by
        return silent or entry.clause in failing(steps[-1][1], found.outcome, self._holds)

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
        if not self._judges(clause.id):
            return Verdict(clause.id, "not applicable", why="not asked for")
        area = AREA_OF[clause.id]
        ways = (finding.clause for finding in self.findings if AREA_OF[finding.clause] == area)
        return Verdict(clause.id, "untested", why=next(ways, ""))

    def _triaged(self, program: Program, divergence: Divergence) -> Finding | None:
        """The finding that a divergence is, unless it is known or not what was asked for.

        Args:
            program: ends where the divergence is.
            divergence: not known yet.
        """
        if divergence.inner:  # to be told as what it is, without what it happened in
            program = flat(program)
        if not self._shows(program, divergence):
            if divergence.inner:
                return None
            self._workers.refresh()  # it may be the worker that is worn out
            if not self._shows(program, divergence):
                return self._told(program, divergence)
        reduced = self._reduced(program, divergence)
        if not self._shows(reduced, divergence):
            # A hang was only slow, for want of patience.
            return None if divergence.kind == "hung" else self._told(program, divergence)
        if divergence.kind == "hung":  # each look would cost a timeout
            return self._told(reduced, divergence)
        at_fault = self._attributed(reduced)
        if at_fault is None:
            return self._told(reduced, divergence)
        program, found = at_fault
        self.known.add_consequence(divergence)
        if not self._judges(found.clause) or self.known.is_told(found):
            return None
        return self._told(program, found)

    def _attributed(self, program: Program) -> Attributed | None:
        """Who is at fault in a reduced program, which is then reduced once more."""
        at_fault = self._attribution.of(program)
        if at_fault is None or at_fault.program == program:
            return at_fault
        # It ends in a look now, which may need less than what first showed the fault.
        program, found = at_fault
        again = self._attribution.of(self._reduced(program, found))
        same = again is not None and again.divergence.identity == found.identity
        return again if same else at_fault

    def _reduced(self, program: Program, divergence: Divergence) -> Program:
        """The least of a program that shows the same."""
        hung, deadly = divergence.kind == "hung", divergence.kind in DEATHS
        most = self._workers.restarts + _DEATHS[hung]

        def worth_it(candidate: Program) -> bool:
            spent = self._workers.restarts >= most or self._budget.over
            return not (deadly and spent) and self._shows(candidate, divergence)

        if hung:
            self._workers.timeout = min(_SHORT, self._options.timeout)
        reduced = reduce(program, worth_it, ATTEMPTS)
        self._workers.timeout = self._options.timeout
        return reduced

    def _shows(self, program: Program, divergence: Divergence) -> bool:
        """Whether a program ends in the same sort of divergence, and in none before."""
        try:
            steps = modelled(program, self._facts)
        except Unrunnable:
            return False
        answer = self._workers.execute(program, complete=True)
        found = judge(steps, answer, self._judges, self.known.covers, Counter(), strict=True)
        if found is None or found.number != len(program) - 1:
            return False
        if (found.kind, found.shown_by) != (divergence.kind, divergence.shown_by):
            return False
        if found.clause == divergence.clause:
            return True
        # What an operation itself does wrong may break several clauses; what a state shows may
        # turn out to be due to another than the last that had a hand in it. Neither is to end
        # up at what is known.
        same = divergence.of_state or found.clause in divergence.others
        return same and not self.known.covers(steps, found)

    def _first(self, program: Program) -> Divergence | None:
        """Where a program first goes wrong, known or not."""
        try:
            steps = modelled(program, self._facts)
        except Unrunnable:
            return None
        answer = self._workers.execute(program, complete=True)
        return judge(steps, answer, self._holds, lambda *_: False, Counter())

    def _repeats(self, program: Program, divergence: Divergence) -> tuple[int, int]:
        """Replays that show a divergence, and how many there were."""
        replays = _REPLAYS[divergence.kind in DEATHS]
        self._workers.refresh()
        return sum(self._shows_again(program, divergence) for _ in range(replays)), replays

    def _shows_again(self, program: Program, divergence: Divergence) -> bool:
        again = self._first(program)
        return (
            again is not None
            and (again.number, again.shown_by) == (len(program) - 1, divergence.shown_by)
            and got(again.outcome) == got(divergence.outcome)
        )

    def _told(self, program: Program, divergence: Divergence) -> Finding | None:
        """The finding, unless it is known."""
        spoils = self._spoils(program, divergence)
        if not self.known.add(divergence, spoils=spoils):
            return None
        self._exercised[divergence.clause] += 1
        finding = self._finding(program, divergence, self._repeats(program, divergence))
        if finding.repeats[0] == 0:  # one more sign of what is known, which may not show twice
            led = finding.clause, finding.operation
            known = (f.reason for f in self.findings if (f.clause, f.operation) == led)
            finding = replace(finding, reason=next(known, ""))
        return finding

    def _spoils(self, program: Program, divergence: Divergence) -> bool:
        """Whether the rest of a program cannot be judged after a divergence."""
        silent = divergence.operation != divergence.shown_by
        return silent or not is_harmless(modelled(program, self._facts)[-1][1], divergence)

    def _finding(
        self, program: Program, divergence: Divergence, repeats: tuple[int, int]
    ) -> Finding:
        clause = CLAUSES[divergence.clause]
        allowed = divergence.allowed
        return Finding(
            self._adapter.name,
            clause.id,
            clause.level,
            divergence.operation,
            divergence.kind,
            allowed.describe() if allowed is not None else "an outcome",
            describe(divergence.outcome),
            program,
            repeats=repeats,
        )
