"""``run``: test implementations and pass the verdict."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from mmap_conformance import parallel
from mmap_conformance.adapters import Adapter
from mmap_conformance.cli.implementations import DEFAULT, adapters
from mmap_conformance.cli.interrupt import interruptible
from mmap_conformance.cli.options import options_of
from mmap_conformance.engine import names_of
from mmap_conformance.errors import UsageError
from mmap_conformance.events import Event
from mmap_conformance.expectations import Expectations
from mmap_conformance.gate import Gate
from mmap_conformance.outputs import Outputs
from mmap_conformance.reports.terminal import Terminal


def run(parsed: argparse.Namespace) -> int:
    """Carry out the verb; the exit code of the gate."""
    options = options_of(parsed)
    known = Expectations.read(options.expectations)
    there, missing = adapters(parsed.implementations, options.isolation)
    names = parsed.implementations or DEFAULT
    gate = Gate()
    with ExitStack() as closing:
        outputs = Outputs(options, names, parsed.report, parsed.reproducers)
        closing.callback(outputs.close)
        terminal = Terminal(names, verbose=parsed.verbose, quiet=parsed.quiet)
        closing.callback(_close, terminal)

        interrupted = closing.enter_context(interruptible())

        def events() -> Iterator[Event]:
            yield from missing
            if there:
                yield from parallel.run(there, options, interrupted.is_set)

        for event in events():
            gate(event)
            outputs(event)
            try:
                terminal(event)
            except OSError as error:
                raise UsageError(f"cannot write: {error}") from error
        if interrupted.is_set():
            raise KeyboardInterrupt
    _say_unused(known, options.expectations, there, gate)
    return gate.code


def _say_unused(known: Expectations, path: Path | None, there: list[Adapter], gate: Gate) -> None:
    """Tell of a file that is about none of the implementations that were run."""
    facts = {name: event.facts for name, event in gate.begun.items()}
    names = [
        name
        for adapter in there
        if adapter.name in facts
        for name in names_of(adapter, facts[adapter.name])
    ]
    if known.entries and not known.speaks_of(names):
        about = ", ".join(known.implementations)
        print(
            f"mmap-conformance: expectations {path} are about {about}: none of them was run",
            file=sys.stderr,
        )


def _close(terminal: Terminal) -> None:
    try:
        terminal.close()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough; the exit code still counts
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
