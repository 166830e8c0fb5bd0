"""What a run tells: one stream of events, of which every report is a consumer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from mmap_spec_tests.clause import Level
from mmap_spec_tests.operations import Program

Kind = Literal["returned", "raised", "crashed", "hung", "protocol"]
"""What the implementation did instead of what is allowed."""

Status = Literal["passed", "failed", "expected", "information", "untested", "not applicable"]
"""``expected`` is a failure that the expectations file knows; ``information`` a failure
of a clause below the level of the run."""


@dataclass(frozen=True)
class Finding:
    """An operation whose outcome its expectation does not allow, reduced.

    Attributes:
        implementation: as named on the command line.
        clause: id of the clause that is not met.
        level: the clause's level.
        operation: the method, as in ``Operation.method``.
        kind: what the outcome was.
        expected: what is allowed, in words.
        got: the outcome, in words.
        program: the reduced program; its last operation is the one that fails.
        reason: why the finding was expected, from the expectations file; else empty.
        repeats: replays in fresh workers that showed it, and how many were tried.
    """

    implementation: str
    clause: str
    level: Level
    operation: str
    kind: Kind
    expected: str
    got: str
    program: Program
    reason: str = ""
    repeats: tuple[int, int] = (1, 1)

    @property
    def sort(self) -> str:
        """The sort of its outcome, as fine as findings are told apart (see ``judge.got``)."""
        return self.got.split()[1].rstrip(":") if self.kind == "raised" else self.kind

    @property
    def flaky(self) -> bool:
        """Whether it did not show in every replay."""
        return self.repeats[0] < self.repeats[1]


@dataclass(frozen=True)
class Verdict:
    """What a run says of one clause.

    Attributes:
        clause: its id.
        status: the verdict.
        checks: how many outcomes were compared with it.
        why: for ``not applicable``, the reason; for ``untested``, a clause of the same area
            that is not met and may be in the way.
    """

    clause: str
    status: Status
    checks: int = 0
    why: str = ""


@dataclass(frozen=True)
class Started:
    """An implementation has answered and passed the channel's self-test.

    Attributes:
        facts: what its worker says of it, of its interpreter and its platform, and what it lacks.
        edition: that it is held to.
        level: clauses below it inform and never fail.
        seed: of all choices.
        budget: seconds, or their name.
        module: that has its type.
        notes: where what it is declared to lack and what was seen differ, a line each.
    """

    implementation: str
    facts: dict[str, Any]
    edition: str
    level: Level
    seed: int
    budget: str
    module: str = "mmap"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotStarted:
    """An implementation did not start; nothing of it was tested."""

    implementation: str
    reason: str


@dataclass(frozen=True)
class ProgramsRun:
    """Progress: totals so far, and the fraction of the budget that is used."""

    implementation: str
    area: str
    programs: int
    operations: int
    done: float


@dataclass(frozen=True)
class Found:
    """A new finding."""

    finding: Finding

    @property
    def implementation(self) -> str:
        """Whose finding it is."""
        return self.finding.implementation


@dataclass(frozen=True)
class Stale:
    """An expected finding is gone, or has changed.

    Attributes:
        clause: of the entry in the expectations file.
        operation: of the entry.
        was: the sort of outcome that the entry tells.
        program: of the entry.
        got: what the program does now, in words; empty where that is lawful.
    """

    implementation: str
    clause: str
    operation: str
    was: str
    program: Program
    got: str = ""


@dataclass(frozen=True)
class Restarted:
    """A worker died, hung or lost the protocol, and a fresh one was started."""

    implementation: str
    outcome: str
    restarts: int
    stderr: str = ""


@dataclass(frozen=True)
class Finished:
    """An implementation is done.

    Attributes:
        stopped: why before the budget's end, or an empty string.
        seconds: wall-clock time.
    """

    implementation: str
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    programs: int
    operations: int
    restarts: int
    seconds: float
    stopped: str = ""
    counts: dict[str, int] = field(default_factory=dict)


Event = Started | NotStarted | ProgramsRun | Found | Stale | Restarted | Finished
