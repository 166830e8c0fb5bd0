"""Our own suite on one mutant: whether the gate finds anything, how soon, by which clause."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mmap_conformance.adapters import REFERENCES, WORKER, Adapter
from mmap_conformance.engine import run, scratch
from mmap_conformance.errors import StartError
from mmap_conformance.gate import Gate
from mmap_conformance.inprocess import model_facts
from mmap_conformance.judge import Divergence, judge
from mmap_conformance.options import Options
from mmap_conformance.workers import Workers
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.corpus import corpus, killers
from mmap_spec_tests.model import Unrunnable
from mmap_spec_tests.operations import Program
from mmap_spec_tests.programs import modelled

_MOST_DEATHS = 8
_PATIENCE = 1.0
"""Seconds for an operation of the corpus, where what is asked for is which clauses fail."""


@dataclass(frozen=True)
class Kill:
    """What gave a mutant away.

    Attributes:
        seconds: from the start of the worker.
        by: the clause, the test, or what else it was.
        program: that shows it, where there is one.
    """

    seconds: float
    by: str
    program: Program | None = None


@dataclass(frozen=True)
class Launch:
    """How a worker for a package is started.

    Attributes:
        command: what comes before the worker's own path.
        environment: its variables.
        directory: where it runs.
    """

    command: Sequence[str] = (sys.executable, "-S")
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: str | None = None


def adapters(folder: Path, launch: Launch | None = None) -> list[Adapter]:
    """Both editions of the package in a folder."""
    launch = launch or Launch(environment={"PYTHONPATH": str(folder)})
    return [
        Adapter(
            name,
            (*launch.command, str(WORKER), module),
            module,
            edition,
            launch.environment,
            launch.directory,
        )
        for name, (module, edition) in REFERENCES.items()
    ]


def gate(adapter: Adapter, budget: str) -> Kill | None:
    """What the gate finds first, if anything.

    That not every clause was reached is none: a busy machine comes to that as well.
    """
    verdict = Gate()
    begun = time.monotonic()
    events = run([adapter], Options(budget=budget))
    try:
        for event in events:
            verdict(event)
            for finding in verdict.failures:
                return Kill(time.monotonic() - begun, finding.clause, finding.program)
    finally:
        events.close()
    told = [*verdict.not_started.values(), *(f.stopped for f in verdict.finished.values())]
    return next((Kill(time.monotonic() - begun, why) for why in told if why), None)


def failing_clauses(adapter: Adapter) -> set[str]:
    """All clauses that a program of the corpus finds broken, each program alone."""
    failed: set[str] = set()
    options = Options(timeout=_PATIENCE)
    with (
        suppress(StartError),  # what dies in each import breaks no clause by itself
        scratch() as directory,
        Workers(adapter, options, directory) as workers,
    ):
        for found in _divergences(adapter, workers):
            failed.update((found.clause, *found.others))
            if workers.restarts > _MOST_DEATHS:
                break
    return failed


def _divergences(adapter: Adapter, workers: Workers) -> Iterator[Divergence]:
    """Where the programs of the corpus first go wrong, one by one."""
    hello = workers.hello()
    facts = model_facts(hello, adapter.edition or tuple(hello["version"]))
    surroundings = facts.edition, facts.platform, facts.capabilities
    held = {clause.id for clause in CLAUSES.values() if clause.holds(*surroundings)}
    for entry in (*corpus(), *killers()):
        try:
            steps = modelled(entry.program, facts)
        except Unrunnable:
            continue
        answer = workers.execute(entry.program, complete=True)
        found = judge(steps, answer, held.__contains__, lambda *_: False, Counter())
        if found is not None:
            yield found
