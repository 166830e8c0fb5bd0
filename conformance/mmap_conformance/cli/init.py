"""``init``: set up the gate in the project one stands in."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmap_conformance.adapters import REFERENCES, resolve
from mmap_conformance.errors import UsageError
from mmap_conformance.gate import OK


def run(parsed: argparse.Namespace) -> int:
    """Show what would be written; write it where that is wanted."""
    # Only here are templates needed, which take their time to load.
    from mmap_conformance.scaffold.plan import ENVIRONMENT, Gate, plan
    from mmap_conformance.scaffold.project import Project

    project = Project.at(Path.cwd())
    name = parsed.implementation or project.module()
    if name in ("stdlib", *REFERENCES):
        raise UsageError(f"{name!r} needs no configuration: name a MODULE of your own")
    resolve(name)
    module, _, interpreter = name.partition("@")
    ci = None if parsed.ci == "none" else parsed.ci or project.ci
    gate = Gate(module, interpreter, parsed.requirement, ci)
    if gate.interpreter and gate.ci == "gitlab":
        raise UsageError("a GitLab image has one interpreter: give --ci github or --ci none")
    planned = list(plan(project, gate))
    changes = [change for change in planned if change.added]
    for change in changes:
        print(change.diff())
    kept = ", ".join(change.path for change in planned if not change.added)
    if kept:
        print(f"Left as it is: {kept}")
    if not (parsed.yes or _agreed()):
        print("Nothing is written; with --yes it is.")
        return OK
    for change in changes:
        change.write(project.folder)
    print(f"Written: {', '.join(change.path for change in changes)}")
    print(f"The gate: tox run -e {ENVIRONMENT}")
    return OK


def _agreed() -> bool:
    """Whether somebody is there and says yes."""
    try:
        return sys.stdin.isatty() and input("Write this? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
