"""``diff``: where two implementations differ."""

from __future__ import annotations

import argparse

from mmap_conformance.cli.implementations import adapters
from mmap_conformance.cli.options import options_of
from mmap_conformance.difference import differences
from mmap_conformance.errors import StartError
from mmap_conformance.gate import FINDINGS, OK
from mmap_conformance.judge import describe
from mmap_conformance.render import lines, printable


def run(parsed: argparse.Namespace) -> int:
    """Carry out the verb; 1 if there are differences."""
    options = options_of(parsed)
    there, missing = adapters((parsed.first, parsed.second), options.isolation)
    if missing:
        raise StartError(missing[0].reason)
    width = max(len(adapter.name) for adapter in there)
    number = 0
    for number, found in enumerate(differences(there, options), 1):
        print(f"{number}. {found.program[-1].method}")
        for line in lines(found.program):
            print(f"       {printable(line)}")
        for adapter, outcome in zip(there, found.outcomes, strict=True):
            print(f"   {adapter.name + ':':{width + 1}} {printable(describe(outcome))}")
        print(
            f"   clauses: {', '.join(found.clauses) or 'none, the model is silent'}\n", flush=True
        )
    print(f"{number} difference{'' if number == 1 else 's'} of {there[0].name} and {there[1].name}")
    return FINDINGS if number else OK
