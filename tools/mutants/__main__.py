"""Plants faults in the reference and measures which suite finds how many of them, how soon.

    python tools/mutants [--json PATH] [--sample N --seed S] [--source DIR]

Compared are our own suite within the budgets ``smoke`` and ``ci``, CPython's own test_mmap,
and a plain Hypothesis state machine with default settings. A full run takes hours; a sample
of a few hundred mutants tells nearly as much. The exit code is 1 where a mutant survives
``ci`` that ``equivalent.toml`` does not have, or one that it has is no longer made.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from rich.console import Console

sys.path[0] = str(Path(__file__).parents[1])  # a package, as are the tools that it needs

from mmap_conformance.errors import UsageError  # noqa: E402
from mutants import measure, report  # noqa: E402

EXIT_OK, EXIT_SURVIVORS, EXIT_USAGE = 0, 1, 2


def main() -> int:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="PATH", help="where to write the figures")
    parser.add_argument("--sample", type=int, metavar="N", help="so many mutants, by chance")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (default: 0)")
    parser.add_argument(
        "--source",
        type=Path,
        default=measure.SOURCE,
        metavar="DIR",
        help="the package whose C code is changed, or a folder of packages that each are a "
        "mutant of the reference already (default: the reference)",
    )
    parsed = parser.parse_args()
    try:
        if parsed.sample is not None and parsed.sample < 1:
            raise UsageError(f"--sample is the number of mutants, not {parsed.sample}")
        if parsed.json is not None and not parsed.json.absolute().parent.is_dir():
            raise UsageError(f"there is no folder for {parsed.json}")
        with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
            told = measure.measure(parsed.source, Path(folder), parsed.sample, parsed.seed)
        if parsed.json is not None:
            parsed.json.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    except UsageError as error:
        print(f"mutants: {error}", file=sys.stderr)
        return EXIT_USAGE
    except OSError as error:
        print(f"mutants: {error.filename}: {error.strerror}", file=sys.stderr)
        return EXIT_USAGE
    report.show(told, Console(width=None if sys.stdout.isatty() else 120))
    return EXIT_SURVIVORS if told["survivors"]["ci"] or told["stale"] else EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
