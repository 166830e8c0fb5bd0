"""Makes the system calls and allocations of the reference fail, one at a time.

    python tools/run_faults.py [--programs N] [--seed N]

A shim is preloaded into a process that runs the programs of the corpus and N generated
ones. For each of their operations, and each call that the extension makes in it: the call
fails, the operation must raise and change nothing, and nothing may be left behind. Both
editions. What does not hold makes the exit code 1. Needs a C compiler and Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

from safety.building import SOURCE, build, compiler, run
from safety.faults import CALLS
from safety.programs import generated, here, kept, special
from safety.replayer import paths

from mmap_conformance.adapters import REFERENCES
from mmap_conformance.engine import scratch
from mmap_conformance.errors import UsageError

SHIM = Path(__file__).with_name("safety") / "shim.c"
EXIT_FAILED = 1
EXIT_USAGE = 2
SHOWN = 20


def inject(folder: Path, module: str, programs: list[Any]) -> dict[str, Any]:
    """Run programs with faults on the extension of a folder; faults injected, and findings.

    Raises:
        UsageError: the shim cannot be compiled.
    """
    diary = folder / "diary.json"
    shim = folder / "shim.so"
    command = [compiler(), "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared"]
    run([*command, str(SHIM), "-o", str(shim), "-ldl"], {}, folder)
    with scratch() as directory:
        arguments = ["-X", "dev", "-W", "ignore", "-m", "safety.faults"]
        done = subprocess.run(
            [sys.executable, *arguments, str(shim), module, directory, str(diary)],
            env={**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": paths(folder)},
            input=json.dumps(programs),
            capture_output=True,
            text=True,
        )
    if done.returncode:
        last = json.loads(diary.read_text("utf-8").splitlines()[0])
        problem = f"ended with status {done.returncode}\n{done.stderr}"
        return {"injected": {}, "findings": [{**last, "problem": problem}]}
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def measure(source: Path, count: int, seed: int) -> tuple[Counter[str], list[dict[str, Any]]]:
    """Faults injected by kind, and what was found in a package of the reference.

    Raises:
        UsageError: it does not compile.
    """
    programs = [*special(), *kept(here()), *islice(generated(seed), count)]
    injected: Counter[str] = Counter()
    findings = []
    with tempfile.TemporaryDirectory(prefix="mmap-faults-") as name:
        build(Path(name), "-O1 -g", source=source)
        for module, _ in REFERENCES.values():
            result = inject(Path(name), module, programs)
            injected.update(result["injected"])
            findings += [{"module": module, **finding} for finding in result["findings"]]
    return injected, findings


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--programs", type=int, default=500, help="generated, besides the corpus")
    parser.add_argument("--seed", type=int, default=0)
    parsed = parser.parse_args()
    try:
        injected, findings = measure(SOURCE, parsed.programs, parsed.seed)
    except UsageError as error:
        print(f"run_faults: {error}", file=sys.stderr)
        return EXIT_USAGE
    for call in CALLS:
        print(f"{call:12} failed {injected[call]:8,} times")
    for finding in findings[:SHOWN]:
        print(f"{finding['module']}: {finding['fault']}: {finding['problem']}")
        for operation in finding["program"]:
            print(f"    {json.dumps(operation)}")
    missed = [call for call in CALLS if not injected[call]]
    print(f"{len(findings)} findings; never seen: {', '.join(missed) or 'nothing'}")
    return EXIT_FAILED if findings or missed else 0


if __name__ == "__main__":
    sys.exit(main())
