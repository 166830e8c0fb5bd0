"""Replays the corpus and generated programs on the reference under valgrind.

    python tools/run_valgrind.py [--operations N] [--seed N]

Memory that is read before it is written, or lies outside of what was asked for, is a finding
where the extension has a part in it: where its code is among the callers of what valgrind
complains of, or of the allocation that the bytes come from. What is between Python and
valgrind alone is passed over. Findings make the exit code 1. Needs gcc, valgrind, and Linux.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from safety.building import SOURCE, build
from safety.programs import generated, here, kept, special
from safety.replayer import Replayer, chunks

from mmap_conformance.adapters import REFERENCES
from mmap_conformance.errors import UsageError
from mmap_spec_tests.operations import Program

FLAGS = "-O1 -g"
FRAME = re.compile(r"\((\w+\.[ch]):\d+\)")
OWN = frozenset(path.name for path in SOURCE.glob("*.[ch]"))
EXIT_FAILED = 1
EXIT_USAGE = 2


def complaints(folder: Path) -> Iterator[str]:
    """What valgrind wrote in a folder that the extension has a part in."""
    for path in sorted(folder.iterdir()):
        # An error is some lines, the one after it begins after an empty one.
        for error in re.split(r"\n==\d+== \n", path.read_text("utf-8")):
            if any(file in OWN for file in FRAME.findall(error)):
                yield error


def replay(folder: Path, module: str, programs: Iterable[list[Program]]) -> tuple[int, list[str]]:
    """Operations that ran on the extension of a folder under valgrind, and the complaints.

    Raises:
        UsageError: it died.
    """
    done = 0
    told = folder / f"valgrind-{module}"
    told.mkdir()
    command = ["valgrind", "-q", "--leak-check=no", "--track-origins=yes", "--num-callers=20"]
    command += [f"--log-file={told}/%p", sys.executable]
    replayer = Replayer(command, folder, module, environment={"PYTHONMALLOC": "malloc"})
    try:
        for chunk in programs:
            replayer.send(chunk)
            replayer.receive()
            done += sum(map(len, chunk))
    except EOFError:
        raise UsageError(f"{module}: status and errors {replayer.end()}") from None
    replayer.end()
    return done, list(complaints(told))


def main() -> int:
    """Replay and print; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--operations", type=int, default=50_000, help="to be generated")
    parser.add_argument("--seed", type=int, default=0)
    parsed = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("run_valgrind: there is no valgrind", file=sys.stderr)
        return EXIT_USAGE
    found = 0
    with tempfile.TemporaryDirectory(prefix="mmap-valgrind-") as name:
        try:
            build(Path(name), FLAGS, source=SOURCE)
            for module, _ in REFERENCES.values():
                made = chunks(generated(parsed.seed), parsed.operations)
                done, errors = replay(
                    Path(name), module, chain([[*special(), *kept(here())]], made)
                )
                for error in errors:
                    print(f"{module}: {error}")
                print(f"{module}: {done:,} operations, {len(errors)} findings")
                found += len(errors)
        except UsageError as error:
            print(f"run_valgrind: {error}", file=sys.stderr)
            return EXIT_USAGE
    return EXIT_FAILED if found else 0


if __name__ == "__main__":
    sys.exit(main())
