"""Starts processes that replay programs, under whatever watches them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import mmap_conformance
from mmap_spec_tests.operations import Program

TOOLS = Path(__file__).parents[1]
TOGETHER = 200
"""Programs in one message."""


def paths(folder: Path) -> str:
    """Where an interpreter finds the extension of a folder, these tools, and the worker."""
    suite = Path(mmap_conformance.__path__[0]).parent
    return os.pathsep.join(map(str, (folder / "reference", TOOLS, suite)))


class Replayer:
    """A process in which ``safety.replay`` runs."""

    def __init__(
        self,
        interpreter: Sequence[str],
        folder: Path,
        module: str,
        rounds: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it.

        Args:
            interpreter: the command of Python, or of what runs it.
            folder: where the extension was built.
            module: with the type ``mmap``.
            rounds: how often to look for leaks.
            environment: further variables.
        """
        scratch = folder / f"scratch-{module}"
        scratch.mkdir(exist_ok=True)
        self._errors = (folder / f"errors-{module}").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [*interpreter, "-S", "-m", "safety.replay", module, str(scratch), str(rounds)],
            env={**os.environ, **(environment or {}), "PYTHONPATH": paths(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def send(self, programs: Sequence[Program]) -> None:
        """Have programs run."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(programs) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it died: receive() tells

    def receive(self) -> tuple[dict[str, int], Program | None] | None:
        """What the programs leak together, and the first that does.

        Raises:
            EOFError: the process died.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise EOFError
        answer: tuple[dict[str, int], Program | None] | None = json.loads(line)
        return answer

    def end(self) -> tuple[int, str]:
        """Let the process end; its exit status, and what it wrote of errors."""
        self._process.communicate()
        self._errors.seek(0)
        with self._errors:
            return self._process.returncode, self._errors.read()


def chunks(programs: Iterable[Program], operations: int) -> Iterator[list[Program]]:
    """So many operations or a few more, some programs at a time."""
    remaining = iter(programs)
    while operations > 0:
        chunk = list(islice(remaining, TOGETHER))
        yield chunk
        operations -= sum(map(len, chunk))
