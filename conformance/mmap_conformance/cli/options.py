"""From a command line to the options of a run."""

from __future__ import annotations

import argparse

from mmap_conformance.options import Options


def options_of(parsed: argparse.Namespace) -> Options:
    """The options of a run from a parsed command line, defaults for what it has not."""
    defaults = Options()
    return Options(
        edition=parsed.edition,
        level=parsed.level,
        timeout=parsed.timeout,
        isolation=parsed.isolation,
        budget=getattr(parsed, "budget", defaults.budget),
        seed=getattr(parsed, "seed", defaults.seed),
        clauses=tuple(getattr(parsed, "clause", ())),
        areas=tuple(getattr(parsed, "area", ())),
        expectations=getattr(parsed, "expectations", None),
        jobs=getattr(parsed, "jobs", defaults.jobs),
    )
