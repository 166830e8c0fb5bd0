"""Runs generated programs on the reference and looks whether anything is left behind.

    python tools/run_leaks.py [--operations N] [--seed N] [--python INTERPRETER]

The extension is built for a debug build of Python, which counts references. Programs of all
areas, re-entrancy included, run again and again in one process for each edition: references,
memory, descriptors and mappings must be as many as before. What grows makes the exit code 1.
Needs gcc, Linux and the interpreter (Debian's python3.11-dbg, if none is named).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from safety.building import SOURCE, build
from safety.programs import generated, here, kept, special
from safety.replayer import Replayer, chunks

from mmap_conformance.adapters import REFERENCES, find_interpreter
from mmap_conformance.errors import UsageError
from mmap_spec_tests.operations import Program

DEBUG = "python3.11-dbg"
ROUNDS = 8
SHOWN = 10
EXIT_FAILED = 1
EXIT_USAGE = 2


class Leak(NamedTuple):
    """What some programs leave behind each time they run, and the first that does."""

    module: str
    leaves: dict[str, int]
    program: Program | None


def measure(
    python: str, source: Path, operations: int, seed: int, told: bool = False
) -> tuple[int, list[Leak]]:
    """Operations that ran, and the leaks of a package of the reference.

    Args:
        python: the interpreter.
        source: the package.
        operations: to be generated, besides those of the corpus.
        seed: of the generated programs.
        told: whether to tell how far it got.

    Raises:
        UsageError: it cannot be built for the interpreter, or dies.
    """
    done = 0
    leaks: list[Leak] = []
    with tempfile.TemporaryDirectory(prefix="mmap-leaks-") as name:
        folder = build(Path(name), "-O1 -g", python=python, source=source).parent
        replayers = {
            module: Replayer([python], folder, module, ROUNDS) for module, _ in REFERENCES.values()
        }
        try:
            for chunk in chain([[*special(), *kept(here())]], chunks(generated(seed), operations)):
                for replayer in replayers.values():
                    replayer.send(chunk)
                for module, replayer in replayers.items():
                    found = replayer.receive()
                    if found is not None:
                        leaks.append(Leak(module, *found))
                done += sum(map(len, chunk))
                if told:
                    text = f"\r{done:,} operations, {len(leaks)} leaks"
                    print(text, end="", file=sys.stderr, flush=True)
        except EOFError:
            problems = [replayer.end() for replayer in replayers.values()]
            raise UsageError(f"a process died: {max(problems, key=lambda p: len(p[1]))}") from None
        for replayer in replayers.values():
            replayer.end()
    return done, leaks


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--operations", type=int, default=200_000, help="to be generated")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--python", default=DEBUG, help="the interpreter")
    parsed = parser.parse_args()
    try:
        python = find_interpreter(parsed.python)
        done, leaks = measure(python, SOURCE, parsed.operations, parsed.seed, told=True)
    except UsageError as error:
        print(f"run_leaks: {error}", file=sys.stderr)
        return EXIT_USAGE
    print(file=sys.stderr)
    for leak in leaks[:SHOWN]:
        print(f"{leak.module}: {leak.leaves}")
        for operation in leak.program or ():
            print(f"    {json.dumps(operation)}")
    print(f"{done:,} operations on each edition, {len(leaks)} leaks")
    return EXIT_FAILED if leaks else 0


if __name__ == "__main__":
    sys.exit(main())
