"""Sees that no entry of the expectations that ship could be left out unnoticed.

    python tools/ports/entries.py FOLDER [NAME …]

For each implementation that is here (see ``python tools/ports``) and each entry about it: the
others are known, the entry is not, and its own program, with which every run begins, is run. The
gate must turn red. What it does not, and what is stale, is told, and the exit code is 1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from machine import EXIT_MISSING, arguments_of, ready

from mmap_conformance.adapters import Adapter
from mmap_conformance.budget import Budget
from mmap_conformance.config import configured
from mmap_conformance.engine import names_of, scratch
from mmap_conformance.errors import UsageError
from mmap_conformance.events import Stale
from mmap_conformance.expectations import Expectations, Expected
from mmap_conformance.gate import USAGE, fails
from mmap_conformance.introduction import introduce
from mmap_conformance.judge import Divergence
from mmap_conformance.options import Options
from mmap_conformance.triage import Triage
from mmap_conformance.workers import Workers
from mmap_spec_tests.programs import modelled

OPTIONS = Options()
PATIENCE = 60.0
"""Seconds that it may take to reduce one program."""
EXIT_UNNOTICED = 1


def entries_of(adapter: Adapter) -> tuple[Expected, ...]:
    """The entries of its file that speak of an implementation."""
    with scratch() as directory, Workers(adapter, OPTIONS, directory) as workers:
        hello = workers.hello()
    known = Expectations.read(adapter.expectations).of_all()
    return tuple(known.of(names_of(adapter, hello), tuple(hello["version"]), hello["platform"]))


def unnoticed(adapter: Adapter, entries: Sequence[Expected]) -> Iterator[tuple[Expected, str]]:
    """The entries without which the gate would be as green, and those that are stale."""
    with scratch() as directory, Workers(adapter, OPTIONS, directory) as workers:
        facts = introduce(adapter, OPTIONS, workers).facts

        def triage() -> Triage:
            return Triage(adapter, OPTIONS, facts, workers, Budget(PATIENCE))

        shown = [triage().replayed(entry) for entry in entries]
        for entry, found in zip(entries, shown, strict=True):
            if isinstance(found, Stale):
                yield entry, f"is stale: {found.got or 'gone'}"
            if not isinstance(found, Divergence):
                continue
            without = triage()
            for other, of_other in zip(entries, shown, strict=True):
                if other is not entry and isinstance(of_other, Divergence):
                    without.accept(other, of_other)
            steps = modelled(entry.program, facts)
            finding = without.take(steps, workers.execute(entry.program))
            if finding is None:
                yield entry, "would not be missed"
            elif not fails(finding, OPTIONS.level):
                yield entry, f"would not fail the gate: seen in {finding.repeats}"


def main(arguments: list[str]) -> int:
    """Try each entry of each implementation; the exit code."""
    folder, wanted, _ = arguments_of(arguments)
    code, tried = 0, 0
    try:
        with ready(folder, wanted) as names:
            for adapter in configured(folder, names).values():
                entries = entries_of(adapter)
                tried += len(entries)
                for entry, problem in unnoticed(adapter, entries):
                    code = EXIT_UNNOTICED
                    print(f"{adapter.name}: {' '.join(entry.key)}: {problem}")
                print(f"{adapter.name}: {len(entries)} entries tried", flush=True)
    except UsageError as error:
        print(f"entries: {error}", file=sys.stderr)
        return USAGE
    return code if tried else EXIT_MISSING


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
