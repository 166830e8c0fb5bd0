"""Runs programs that are given, one by one, and tells where each first goes wrong."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from mmap_conformance.adapters import Adapter
from mmap_conformance.engine import scratch
from mmap_conformance.errors import UsageError
from mmap_conformance.introduction import introduce
from mmap_conformance.judge import Divergence, holds_for, judge
from mmap_conformance.options import Options
from mmap_conformance.render import lines
from mmap_conformance.reports import reading
from mmap_conformance.workers import Workers
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.corpus import corpus
from mmap_spec_tests.expectation import Outcome
from mmap_spec_tests.model import Unrunnable
from mmap_spec_tests.operations import Program, program_of
from mmap_spec_tests.programs import Step, modelled


class Replayed(NamedTuple):
    """What one implementation did with one program.

    Attributes:
        steps: the operations with what is expected of them.
        outcomes: what happened; the last one is a death, where the worker died.
        divergence: the first that is not allowed, or None.
    """

    steps: list[Step]
    outcomes: list[Outcome]
    divergence: Divergence | None


class Recorded(NamedTuple):
    """A program from a file or the corpus, and the implementation it was found with."""

    title: str
    program: Program
    implementation: str = ""


def replay(adapter: Adapter, program: Program, options: Options) -> Replayed:
    """Run one program on one implementation.

    Raises:
        StartError: the implementation does not start.
        UsageError: the program makes no sense for this implementation.
    """
    with scratch() as directory, Workers(adapter, options, directory) as workers:
        facts = introduce(adapter, options, workers).facts
        try:
            steps = modelled(program, facts)
        except Unrunnable as error:
            raise UsageError(f"the program makes no sense to {adapter.name}: {error}") from error
        answer = workers.execute(program, complete=True, full=False)
        divergence = judge(steps, answer, holds_for(facts), lambda *_: False, Counter())
        return Replayed(steps, answer.outcomes, divergence)


def recorded(what: str) -> list[Recorded]:
    """The programs of a report, of a file with one program, or of a clause's corpus.

    Args:
        what: a path, or the id of a clause.

    Raises:
        UsageError: it is none of them, or broken.
    """
    path = Path(what)
    if not path.exists():
        if what not in CLAUSES:
            raise UsageError(f"{what!r} is neither a file nor the id of a clause")
        return [Recorded(what, entry.program) for entry in corpus() if entry.clause == what]
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError:
        content = None
    if not isinstance(content, list):
        report = reading.read(path)
        return [Recorded(f.clause, f.program, f.implementation) for f in report.findings]
    try:
        program = program_of(content)
    except ValueError as error:
        raise UsageError(f"{path} is no program: {error}") from error
    try:
        lines(program)
    except Exception as error:
        raise UsageError(f"{path} is no program: {error!r}") from error
    return [Recorded(what, program)]
