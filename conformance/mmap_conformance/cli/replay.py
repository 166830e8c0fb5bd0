"""``replay``: run recorded programs again and see whether they still go wrong."""

from __future__ import annotations

import argparse
import sys

from mmap_conformance.cli.implementations import adapters, say_not_started
from mmap_conformance.cli.options import options_of
from mmap_conformance.errors import StartError
from mmap_conformance.events import NotStarted
from mmap_conformance.gate import FINDINGS, NOT_STARTED, NOTHING_RAN, OK, is_below
from mmap_conformance.judge import describe
from mmap_conformance.render import lines, printable
from mmap_conformance.replay import Replayed, recorded, replay
from mmap_spec_tests.clauses import CLAUSES


def run(parsed: argparse.Namespace) -> int:
    """Carry out the verb; 1 if a program goes wrong."""
    options = options_of(parsed)
    programs = recorded(parsed.what)
    wanted = parsed.implementations or list(
        dict.fromkeys(each.implementation for each in programs if each.implementation)
    )
    there, missing = adapters(wanted, options.isolation)
    for absent in missing:
        say_not_started(absent.implementation, absent.reason)
    failed = ran = False
    for adapter in there:
        for each in programs:
            if not parsed.implementations and each.implementation not in ("", adapter.name):
                continue
            try:
                result = replay(adapter, each.program, options)
            except StartError as error:
                say_not_started(adapter.name, str(error))
                missing.append(NotStarted(adapter.name, str(error)))
                break
            print(f"{each.title} on {adapter.name}")
            _show(result)
            ran = True
            divergence = result.divergence
            if divergence is not None and not is_below(
                CLAUSES[divergence.clause].level, options.level
            ):
                failed = True
    if missing:
        return NOT_STARTED
    if not ran:
        print("there is no program in it", file=sys.stderr)
        return NOTHING_RAN
    return FINDINGS if failed else OK


def _show(result: Replayed) -> None:
    texts = lines([operation for operation, _ in result.steps])
    width = min(max(map(len, texts), default=0), 60)
    for number, (text, outcome) in enumerate(zip(texts, result.outcomes, strict=False)):
        divergence = result.divergence
        bad = divergence is not None and divergence.number == number
        print(f"  {'F' if bad else ' '} {text:{width}}  {printable(describe(outcome))}")
        if bad and divergence is not None:
            allowed = divergence.allowed
            told = allowed.describe() if allowed is not None else "an outcome"
            print(f"    {divergence.clause} expects: {told}")
    print()
