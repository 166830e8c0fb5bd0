"""An implementation in the driver's own process: for debuggers, coverage and speed.

A crash of the implementation is a crash of the driver here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from mmap_conformance import worker
from mmap_conformance.channel import Answer
from mmap_conformance.errors import StartError
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clause import Edition
from mmap_spec_tests.expectation import Outcome
from mmap_spec_tests.model import Facts
from mmap_spec_tests.operations import Operation


class InProcess:
    """The worker's code without a worker.

    Attributes:
        facts: what the model must know.
        timeout: of no effect here.
    """

    def __init__(self, module: str, scratch: str, edition: Edition | None = None) -> None:
        """Load an implementation.

        Args:
            module: the name of the module with the type ``mmap``.
            scratch: a folder for files, which exists.
            edition: to be held to; None for the interpreter's version.

        Raises:
            StartError: it cannot be loaded.
        """
        self.timeout = 0.0
        self._program: Sequence[Operation] = ()
        if "" not in sys.path:  # a worker finds modules of the current directory as well
            sys.path.insert(0, "")
        loaded, problem = worker.load(module)
        if problem:
            raise StartError(problem)
        self._session = worker.Session(loaded, scratch)
        self._hello: dict[str, Any] = worker.facts(loaded)
        self.facts = model_facts(self._hello, edition or tuple(self._hello["version"]))

    def hello(self) -> dict[str, Any]:
        """What the implementation says of itself."""
        return self._hello

    def reset(self) -> None:
        """Forget all files and maps."""
        self._session.reset()

    def outcome(self, operation: Operation) -> Outcome:
        """Carry out one operation."""
        return self._session.outcome(operation)

    def send(self, program: Sequence[Operation], *, full: bool = False) -> None:
        """Have a program run when its outcomes are asked for."""
        self._session.full = full
        self._program = program

    def receive(self) -> Answer:
        """Outcomes of the program, run in a fresh session."""
        self._session.reset()
        program = self._program
        leaves = bool(program) and program[-1].method == "exit()"
        # There is no interpreter of its own that could end.
        outcomes = self._session.run(program[:-1] if leaves else program)
        return Answer(outcomes + ["None"] * leaves, None, self._session.meanwhile)

    def stderr(self) -> str:
        """Nothing: what the implementation writes goes where the driver's own output goes."""
        return ""

    def close(self) -> None:
        """Forget all files and maps."""
        self._session.reset()


def model_facts(hello: dict[str, Any], edition: Edition) -> Facts:
    """What the model must know, from what a worker says of itself and is known to lack."""
    return Facts(
        edition,
        hello["platform"],
        hello["page"],
        hello["granularity"],
        hello["largest"],
        hello["constants"],
        GRANTED - frozenset(hello.get("lacks", ())) | frozenset(hello["capabilities"]),
    )
