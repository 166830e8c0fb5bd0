"""What is found out about an implementation before it is tested."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from mmap_conformance.adapters import Adapter
from mmap_conformance.inprocess import model_facts
from mmap_conformance.judge import holds_for, judge
from mmap_conformance.options import Options
from mmap_conformance.workers import Workers
from mmap_spec_tests.capabilities import CAPABILITIES
from mmap_spec_tests.model import Facts
from mmap_spec_tests.operations import Program
from mmap_spec_tests.programs import modelled


class Introduction(NamedTuple):
    """An implementation that has said what it is.

    Attributes:
        hello: what it says, and as ``lacks`` the capabilities that it has not and declares so.
        facts: the same for the model.
        notes: where what it declares and what was seen differ, a line each.
    """

    hello: dict[str, Any]
    facts: Facts
    notes: tuple[str, ...]


def introduce(adapter: Adapter, options: Options, workers: Workers) -> Introduction:
    """Ask an implementation what it is, and see whether it is what its adapter declares.

    Raises:
        StartError: it does not start, or the channel does not work.
    """
    hello = workers.hello()
    workers.self_test()
    edition = options.edition or adapter.edition or tuple(hello["version"])
    facts = model_facts(hello, edition)
    absent = {name for name, each in CAPABILITIES.items() if not _works(each, facts, workers)}
    notes = [
        f"{name} works, though lacks declares it absent: it is tested; take it out of lacks"
        for name in CAPABILITIES
        if name in adapter.lacks and name not in absent
    ] + [
        f"{name} does not work: mend it, or where it cannot be had declare lacks = [{name!r}]"
        for name in CAPABILITIES
        if name in absent and name not in adapter.lacks
    ]
    hello = {**hello, "lacks": sorted(absent.intersection(adapter.lacks))}
    return Introduction(hello, model_facts(hello, edition), tuple(notes))


def _works(program: Program, facts: Facts, workers: Workers) -> bool:
    steps = modelled(program, facts)
    answer = workers.execute(program, complete=True)
    return judge(steps, answer, holds_for(facts), lambda *_: False, Counter()) is None
