"""Measures which lines of the reference the suite reaches on Windows, which wine plays.

    python tools/windows/coverage.py FOLDER

What `run_coverage.py` does for Unix, with what there is under wine: the tests of the reference
run, then the corpus and generated programs on both editions. No system call is made to fail.
FOLDER is that of the gate on Windows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
from run_coverage import EXIT_USAGE, listed, read, report
from safety.programs import kept

import debian
import extension
import interpreters
import testing
import wine
from mmap_conformance.adapters import REFERENCES, WORKER, Adapter
from mmap_conformance.engine import scratch
from mmap_conformance.errors import UsageError
from mmap_conformance.introduction import introduce
from mmap_conformance.options import Options
from mmap_conformance.supply import Supply
from mmap_conformance.workers import Workers
from mmap_spec_tests.operations import Program

EXIT_MISSING = 77
VERSION = "3.13"
GCOV = "x86_64-w64-mingw32-gcov"
PROGRAMS = 1000
"""Generated programs for each edition."""
ROOT = Path(__file__).resolve().parents[2]


def programs(module: str, command: list[str], environment: Mapping[str, str]) -> list[Program]:
    """The corpus, and programs for one edition in the world that its worker tells of."""
    edition = dict(REFERENCES.values())[module]
    words = (*command, str(WORKER), module)
    adapter = Adapter(module, words, module, edition, environment)
    with scratch() as folder, Workers(adapter, Options(), folder) as workers:
        facts = introduce(adapter, Options(), workers).facts
    supply = Supply(facts, Options(), ())
    made = map(supply.program, range(PROGRAMS))
    return [*kept(facts), *([operation for operation, _ in steps] for steps in made)]


def exercise(python: Path, folder: Path, environment: Mapping[str, str]) -> None:
    """Let programs and tests run on the extension of a folder, in processes that end by themselves.

    Raises:
        UsageError: one fails.
    """
    tests = testing.run_tests(python, environment, [folder, testing.packages(folder.parent)])
    if tests.returncode:
        raise UsageError(f"the tests of the reference fail:\n{tests.stdout}{tests.stderr}")
    command = wine.command(str(python))
    suite = (ROOT / "tools", ROOT / "conformance", ROOT / "spec_tests")
    paths = ";".join(map(wine.path, (folder, *suite)))
    environment = {**environment, "PYTHONPATH": paths}
    for module, _ in REFERENCES.values():
        lines = json.dumps(programs(module, command, environment)) + "\n"
        with scratch() as files:
            words = [*command, "-S", "-m", "safety.replay", module, wine.path(Path(files)), "0"]
            _run(words, environment, lines)


def _run(words: list[str], environment: Mapping[str, str], text: str) -> None:
    done = subprocess.run(
        words, env=environment, cwd=ROOT, input=text, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        raise UsageError(f"{' '.join(words)} fails:\n{done.stdout}{done.stderr}")


def main(arguments: list[str]) -> int:
    """Measure and print; the exit code."""
    folder = Path(arguments[0]).resolve()
    built = folder / "coverage"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        debian.install()
        python = interpreters.interpreter(VERSION, folder)
        extension.build(VERSION, python.parent, built, ("-O0", "-g", "--coverage"))
        with wine.running(folder / "prefix") as environment:
            exercise(python, built, environment)
        reached = read(built / "mmap_reference", extension.SOURCES, GCOV)
    except (debian.Missing, subprocess.CalledProcessError) as error:
        print(f"coverage: {error}", file=sys.stderr)
        return EXIT_MISSING
    except UsageError as error:
        print(f"coverage: {error}", file=sys.stderr)
        return EXIT_USAGE
    version = tuple(int(part) for part in VERSION.split("."))
    return report(reached, listed("windows", version))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
