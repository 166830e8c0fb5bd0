"""``explain``: what a clause says, since when, and a program that shows it."""

from __future__ import annotations

import argparse

from mmap_conformance.expectations import shipped
from mmap_conformance.render import lines
from mmap_spec_tests.clause import edition_text
from mmap_spec_tests.clauses import AREA_OF, CLAUSES
from mmap_spec_tests.corpus import example


def run(parsed: argparse.Namespace) -> int:
    """Carry out the verb."""
    clause = CLAUSES[parsed.clause]
    since = f"since edition {edition_text(clause.since)}"
    until = f", until edition {edition_text(clause.until)}" if clause.until else ""
    print(f"{clause.id} ({clause.level}; {since}{until})")
    print(f"  {clause.statement}")
    print()
    sentences = len(clause.restates)
    source = f"{sentences} sentence{'s' * (sentences != 1)} of the documentation"
    print(f"  area:       {AREA_OF[clause.id]}")
    print(f"  platforms:  {', '.join(clause.platforms)}")
    print(f"  restates:   {source if sentences else 'nothing: the documentation leaves it out'}")
    if clause.needs:
        print(f"  needs:      {clause.needs}")
    if clause.source:
        print(f"  discussed:  {clause.source}")
    for entry in shipped().entries:
        if entry.clause == clause.id:
            names = ", ".join(entry.implementations)
            print(f"  known:      {names}{entry.versions}, {entry.operation}: {entry.reason}")
    program = example(clause.id)
    if program is not None:
        print("\n  A smallest program that shows it:\n")
        for line in lines(program):
            print(f"    {line}")
    return 0
