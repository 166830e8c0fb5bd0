"""``expectations``: bring a file up to date, and see that somebody has looked at it."""

from __future__ import annotations

import argparse
import sys

from mmap_conformance import parallel
from mmap_conformance.cli.implementations import adapters, say_not_started
from mmap_conformance.cli.options import options_of
from mmap_conformance.errors import UsageError
from mmap_conformance.expectations import Expectations
from mmap_conformance.gate import NOT_STARTED, OK, USAGE
from mmap_conformance.reports.progress import Display
from mmap_conformance.update import Update, as_toml


def update(parsed: argparse.Namespace) -> int:
    """Run, and write the file anew; kind and reason of what is new stay empty."""
    path = parsed.file
    known = Expectations.read(path if path.exists() else None)
    if not path.exists():
        known = Expectations(implementations=tuple(parsed.implementations))
    parsed.expectations = path if path.exists() else None
    options = options_of(parsed)
    there, missing = adapters(parsed.implementations, options.isolation)
    for absent in missing:
        say_not_started(absent.implementation, absent.reason)
    if missing:  # what is not seen must not be taken for gone
        return NOT_STARTED
    consumer = Update(known, there, options)
    display = Display(parsed.implementations, sys.stderr)
    try:
        for event in parallel.run(there, options):
            consumer(event)
            display(event)
    finally:
        display.stop()
    result = consumer.result()
    try:
        path.write_text(as_toml(result), "utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    empty = sum(not (entry.kind and entry.reason) for entry in result.entries)
    print(
        f"{path}: {len(result.entries)} findings, {len(consumer.new)} new, "
        f"{len(consumer.gone)} gone, {empty} without kind or reason"
    )
    return OK


def check(parsed: argparse.Namespace) -> int:
    """Refuse entries that nobody has given a kind and a reason."""
    code = OK
    for path in parsed.files:
        entries = Expectations.read(path).entries
        for number, entry in enumerate(entries, 1):
            for key in ("kind", "reason"):
                if not getattr(entry, key):
                    print(
                        f"mmap-conformance: expectations {path}, finding {number} "
                        f"({entry.clause}): {key} is empty",
                        file=sys.stderr,
                    )
                    code = USAGE
        if code == OK:
            print(f"{path}: {len(entries)} findings, each with its kind and reason")
    return code
