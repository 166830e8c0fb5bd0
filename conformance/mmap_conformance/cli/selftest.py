"""``selftest``: see that an implementation can be tested, and that its faults are seen."""

from __future__ import annotations

import argparse
import signal
import sys

from mmap_conformance.adapters import Adapter
from mmap_conformance.cli.implementations import adapters, say_not_started
from mmap_conformance.cli.options import options_of
from mmap_conformance.engine import scratch
from mmap_conformance.errors import StartError
from mmap_conformance.gate import NOT_STARTED, OK
from mmap_conformance.introduction import introduce
from mmap_conformance.options import Options
from mmap_conformance.workers import Workers

if sys.platform == "win32":
    _DEATHS = ((signal.SIGTERM, "crashed"),)
else:
    _DEATHS = ((signal.SIGSEGV, "crashed"), (signal.SIGKILL, "crashed"), (signal.SIGSTOP, "hung"))


def run(parsed: argparse.Namespace) -> int:
    """Carry out the verb; 4 if an implementation cannot be tested."""
    options = options_of(parsed)
    there, missing = adapters(parsed.implementations, options.isolation)
    for each in missing:
        say_not_started(each.implementation, each.reason)
    failed = bool(missing)
    for adapter in there:
        try:
            _test(adapter, options)
        except StartError as error:
            print(f"{adapter.name}: {error}", file=sys.stderr)
            failed = True
    return NOT_STARTED if failed else OK


def _test(adapter: Adapter, options: Options) -> None:
    with scratch() as directory, Workers(adapter, options, directory) as workers:
        hello, facts, notes = introduce(adapter, options, workers)
        can = ", ".join(sorted(facts.capabilities)) or "nothing that may be lacking"
        print(f"{adapter.name}: {hello['interpreter']} on {hello['system']}, can {can}")
        for note in notes:
            print(f"{adapter.name}: {note}")
        print(f"{adapter.name}: values and errors come through unchanged")
        workers.see_map()
        print(f"{adapter.name}: a file can be mapped")
        if options.isolation == "none":
            return
        for number, kind in _DEATHS:
            workers.timeout = 0.5
            workers.see_death(number, kind)
        workers.timeout = options.timeout
        workers.self_test()
        print(f"{adapter.name}: a crash and a hang are seen, and a fresh worker follows")
