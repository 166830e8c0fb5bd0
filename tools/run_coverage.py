"""Measures which lines of the reference the suite reaches, and holds them against a list.

    python tools/run_coverage.py [--budget SECONDS]

The extension is built for gcov, then the gate runs on both editions, the tests of the
reference run, and its calls fail one at a time. Each line that none of these reached must be
in ``safety/unreached.toml``, with the reason; one that is there and was reached is stale.
Either makes the exit code 1. Needs gcc, its gcov, and Linux.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from run_faults import inject
from safety.building import ROOT, build, run
from safety.programs import here, kept, special

from mmap_conformance import toml
from mmap_conformance.adapters import REFERENCES
from mmap_conformance.errors import UsageError
from mmap_spec_tests.clause import parse_edition

LIST = Path(__file__).with_name("safety") / "unreached.toml"
FLAGS = "--coverage -O0 -g"
EXIT_FAILED = 1
EXIT_USAGE = 2


class Line(NamedTuple):
    """A line of C, known by what it says: numbers change with every edit."""

    file: str
    function: str
    code: str


class Reached(NamedTuple):
    """How often each line ran, by file and number, and what it says."""

    counts: Counter[tuple[str, int]]
    lines: Mapping[tuple[str, int], Line]

    def never(self) -> list[tuple[int, Line]]:
        """The lines that never ran, with their numbers."""
        return sorted(
            (number, self.lines[file, number])
            for (file, number), count in self.counts.items()
            if not count
        )


def exercise(folder: Path, budget: str) -> None:
    """Let the gate and the tests of the reference run on the extension of a folder.

    Raises:
        UsageError: one of them fails.
    """
    environment = {"PYTHONPATH": str(folder / "reference")}
    gate = ["-m", "mmap_conformance", "run", *REFERENCES, "--budget", budget]
    gate += ["--isolation", "none"]  # what a worker counted is lost where it is killed
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "reference/tests"]
    for arguments in (gate, tests):
        run([sys.executable, *arguments], environment, ROOT)


def fail_calls(folder: Path) -> None:
    """Let calls of the extension of a folder fail.

    Raises:
        UsageError: that does not go well.
    """
    for module, _ in REFERENCES.values():
        result = inject(folder, module, [*special(), *kept(here())])
        if result["findings"]:
            raise UsageError(f"{module}: {result['findings'][0]}")


def read(objects: Path, sources: Path, gcov: str = "gcov") -> Reached:
    """What ran of an extension.

    Args:
        objects: the folder of what the compiler made, and of what the runs counted.
        sources: the folder of the C code; what is elsewhere does not count.
        gcov: the command that goes with the compiler.

    Raises:
        UsageError: there is no gcov, or nothing ran.
    """
    counts: Counter[tuple[str, int]] = Counter()
    lines: dict[tuple[str, int], Line] = {}
    data = sorted(path.name for path in objects.glob("*.gcda"))
    if not data:
        raise UsageError("nothing of the extension ran")
    told = run([gcov, "--json-format", "--stdout", *data], {}, objects)
    for file in (file for text in told.splitlines() for file in json.loads(text)["files"]):
        path = sources / Path(file["file"]).name
        if not path.exists():
            continue  # a header of Python's
        source = path.read_text("utf-8").splitlines()
        for line in file["lines"]:
            place = path.name, line["line_number"]
            counts[place] += line["count"]
            function = line.get("function_name", "")  # not told of a header where nobody calls it
            if function or place not in lines:
                lines[place] = Line(path.name, function, source[place[1] - 1].strip())
    return Reached(counts, lines)


def listed(platform: str, version: tuple[int, ...]) -> dict[Line, str]:
    """The lines that cannot be reached on ``unix`` or ``windows`` under a Python, and why."""
    return {
        Line(entry["file"], entry["function"], code): entry["reason"]
        for entry in toml.read(LIST, LIST.name)["lines"]
        for code in entry["code"]
        if entry.get("platform", platform) == platform
        and parse_edition(entry.get("since", "3.1")) <= version
    }


def compare(
    never: Sequence[tuple[int, Line]], known: Mapping[Line, str]
) -> tuple[list[tuple[int, Line]], list[Line]]:
    """Lines that never ran and are not listed, and those listed that are stale."""
    unlisted = [(number, line) for number, line in never if line not in known]
    unreached = {line for _, line in never}
    return unlisted, [line for line in known if line not in unreached]


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--budget", default="20", help="seconds of the gate for each edition")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mmap-coverage-") as name:
        folder = Path(name)
        try:
            build(folder, FLAGS)
            exercise(folder, parsed.budget)
            fail_calls(folder)
            package = Path("reference", "mmap_reference")
            reached = read(folder / "objects" / package, folder / package)
        except UsageError as error:
            print(f"run_coverage: {error}", file=sys.stderr)
            return EXIT_USAGE
    return report(reached, listed("unix", sys.version_info[:2]))


def report(reached: Reached, known: Mapping[Line, str]) -> int:
    """Print what never ran, against the lines that are known; the exit code."""
    never = reached.never()
    unlisted, stale = compare(never, known)
    for number, line in unlisted:
        print(f"NEVER RAN: {line.file}:{number}: {line.function}: {line.code}")
    for line in stale:
        print(f"STALE: {line.file}: {line.function}: {line.code}")
    total = len(reached.counts)
    print(f"{total - len(never)} of {total} lines ran, {len(never)} did not, ", end="")
    print(f"{len(unlisted)} of them unlisted; {len(stale)} stale in the list")
    return EXIT_FAILED if unlisted or stale else 0


if __name__ == "__main__":
    sys.exit(main())
