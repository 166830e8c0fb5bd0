"""Runs programs over and over and tells which leave something behind.

    python -m safety.replay MODULE SCRATCH ROUNDS < PROGRAMS > ANSWERS

For interpreters that have nothing but their standard library. A line of input is a list of
programs, a line of output what they leak together, if anything, and the first of them that
leaks. They run again and again: what grows each time, ROUNDS times, is a leak, and no cache
that fills. Without rounds they run once, for tools that watch from outside.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import Any

from mmap_conformance import worker

CLEAR_CACHES = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache
"""Python keeps names of attributes; its function has another name from 3.13 on."""
REPEATED = 10
"""Often enough for one program's leak to stand out."""


def used() -> dict[str, int]:
    """What a leak would make more of."""
    gc.collect()
    CLEAR_CACHES()
    with open("/proc/self/maps") as stream:
        ends = [line.split()[0].split("-") for line in stream]
    counts = {
        "blocks of memory": sys.getallocatedblocks(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "mappings": len(ends),
        "bytes mapped": sum(int(end, 16) - int(start, 16) for start, end in ends),
    }
    if hasattr(sys, "gettotalrefcount"):  # a debug build of Python
        counts["references"] = sys.gettotalrefcount()
    return counts


def run(session: Any, programs: list[Any]) -> None:
    """Run programs, each in a world of its own."""
    for program in programs:
        session.reset()
        session.run([operation for operation in program if operation[1] != "exit()"])
    session.reset()


def grown(session: Any, programs: list[Any], rounds: int) -> dict[str, int]:
    """What is more after each of several rounds, and how much after the last."""
    growing = before = used()
    for number in range(rounds + 1):
        run(session, programs)
        after = used()
        more = {what: after[what] - before[what] for what in after}
        before = after
        if number > 0:  # the first look finds its own traces
            growing = {what: more[what] for what in growing if more[what] > 0}
        if not growing:
            break
    return growing


def main() -> None:
    """Answer until there are no more programs."""
    name, scratch = sys.argv[1:3]
    rounds = int(sys.argv[3])
    module, problem = worker.load(name)
    if problem:
        sys.exit(problem)
    session = worker.Session(module, scratch)
    gc.freeze()  # what is there already is looked at no more
    for line in sys.stdin:
        programs = json.loads(line)
        run(session, programs)
        found = None
        leaks = grown(session, programs, rounds) if rounds else {}
        if leaks:
            guilty = (each for each in programs if grown(session, [each] * REPEATED, rounds))
            found = [leaks, next(guilty, None)]
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
