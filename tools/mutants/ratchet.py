"""Which clauses the corpus finds broken by which known bugs: what may not become less.

    python tools/mutants/ratchet.py

Writes ``ratchet.toml``, which the tests hold the suite to, anew: after the corpus was built
anew, or bugs or clauses were added. It has as few bugs as cover all clauses that any breaks.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])

from mutants.building import Builder, native
from mutants.gate import adapters, failing_clauses
from mutants.historical import FAULTS
from mutants.running import JOBS, plant

FILE = Path(__file__).with_name("ratchet.toml")
SOURCE = Path(__file__).parents[2] / "reference" / "mmap_reference"
_HEAD = """\
# The ratchet of the tests, written by ratchet.py: known bugs, and clauses that the corpus finds
# broken by each. Where one is found broken no more, a check has become weaker.
"""


def broken(names: Iterable[str], builder: Builder, folder: Path) -> dict[str, set[str]]:
    """By name of a known bug, the clauses that the corpus finds broken by it."""
    with ProcessPoolExecutor(JOBS) as pool:
        jobs = {name: pool.submit(broken_by, name, builder, folder / name) for name in names}
        return {name: job.result() for name, job in jobs.items()}


def broken_by(name: str, builder: Builder, folder: Path) -> set[str]:
    """The clauses that the corpus finds broken by one known bug."""
    plant(builder, name, folder)
    return set().union(*map(failing_clauses, adapters(folder)))


def cover(clauses: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """A few bugs that break all clauses that any does, each with those no other stands for."""
    left = set().union(*clauses.values())
    chosen: dict[str, list[str]] = {}
    while left:
        name = max(clauses, key=lambda name: len(clauses[name] & left))
        chosen[name] = sorted(clauses[name] & left)
        left -= clauses[name]
    return dict(sorted(chosen.items()))


def main() -> int:
    """Measure and write."""
    with tempfile.TemporaryDirectory(prefix="ratchet-") as name:
        folder = Path(name)
        chosen = cover(broken(FAULTS, Builder(SOURCE, native(), folder / "objects"), folder))
    entries = (
        f"{name} = [\n" + "".join(f"    {json.dumps(clause)},\n" for clause in clauses) + "]\n"
        for name, clauses in chosen.items()
    )
    FILE.write_text(_HEAD + "".join(entries), "utf-8")
    print(f"{len(chosen)} bugs, {sum(map(len, chosen.values()))} clauses")
    return 0


if __name__ == "__main__":
    sys.exit(main())
