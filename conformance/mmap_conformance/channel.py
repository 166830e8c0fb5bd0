"""The worker's process seen from the driver: messages, deaths, deadlines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from mmap_conformance.errors import StartError
from mmap_conformance.pipes import Pipe
from mmap_spec_tests.expectation import Outcome
from mmap_spec_tests.operations import Operation

PROTOCOL = 1
MEMORY = 1 << 30
"""Bytes a worker may grow by."""
_START = 40.0
"""Seconds a worker may take to answer hello."""


class Answer(NamedTuple):
    """Outcomes of a program, and whether the worker lives to run another.

    Attributes:
        outcomes: of the operations that were answered; where the worker died, the one
            it died in comes last and those before it are missing.
        died_in: the number of that operation, -1 for what came before the first: the worker
            was cleaning up; None when the worker lives.
        meanwhile: by number of an operation, the outcomes of those that ran while its
            arguments were converted.
    """

    outcomes: list[Outcome]
    died_in: int | None = None
    meanwhile: Mapping[int, list[Outcome]] = {}


class Channel:
    """One worker process. Not to be used after it died.

    Attributes:
        timeout: seconds that one operation may take.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        timeout: float,
        directory: str | None = None,
    ) -> None:
        """Start the worker.

        Args:
            command: the worker's command line.
            environment: its environment variables.
            timeout: seconds that one operation may take.
            directory: its current directory.

        Raises:
            StartError: the command cannot be run.
        """
        self.timeout = timeout
        self._buffer = b""
        self._next = 0
        self._mark = 0
        self._sent: Sequence[Operation] = ()
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env=dict(environment),
                cwd=directory,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            self._stderr.close()
            raise StartError(f"cannot start {command[0]}: {error.strerror}") from error
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self._pipe = Pipe(self._out.fileno())

    def hello(self) -> dict[str, Any]:
        """Ask what the implementation is.

        Raises:
            StartError: it does not answer, or says why it cannot be tested.
        """
        timeout, self.timeout = self.timeout, _START
        try:
            reply = self._ask({"do": "hello", "protocol": PROTOCOL, "memory": MEMORY})
        finally:
            self.timeout = timeout
        if isinstance(reply, _Death):
            told = self.stderr().strip().splitlines()
            why = told[-1] if told else describe_death(reply.outcome)
            raise StartError(f"the worker did not start: {why}")
        if "problem" in reply:
            raise StartError(str(reply["problem"]))
        if reply.get("protocol") != PROTOCOL:
            raise StartError(f"the worker speaks protocol {reply.get('protocol')}, not {PROTOCOL}")
        sizes = [reply.get(name, 1) for name in ("page", "granularity")]
        if not all(type(size) is int and size > 0 for size in sizes):
            raise StartError(f"PAGESIZE or ALLOCATIONGRANULARITY is no size: {sizes}")
        return dict(reply)

    def send(self, program: Sequence[Operation], *, full: bool = False) -> None:
        """Have a program run in a fresh session of the worker.

        Args:
            program: the operations.
            full: have long bytes represented in full.
        """
        self._mark = -1
        self._sent = program
        self._tell({"do": "program", "operations": program, "full": full})

    def receive(self) -> Answer:
        """The outcomes of the program that was sent."""
        program, reply = self._sent, self._reply()
        if isinstance(reply, _Death):
            left = self._mark >= 0 and program[self._mark].method == "exit()"
            if left and reply.outcome == {"crashed": "exit code 0"}:
                return Answer(["None"], self._mark)
            return Answer([reply.outcome], self._mark)
        outcomes, inner = reply.get("outcomes"), reply.get("meanwhile")
        whole = isinstance(outcomes, list) and len(outcomes) == len(program)
        if (
            not (whole and all(map(_is_outcome, outcomes)))
            or not isinstance(inner, dict)
            or not all(map(str.isdecimal, inner))
        ):
            self.kill()
            return Answer([{"protocol": "an answer without its outcomes"}], max(self._mark, 0))
        return Answer(outcomes, None, {int(number): each for number, each in inner.items()})

    def _ask(self, message: dict[str, Any]) -> Any:
        self._tell(message)
        return self._reply()

    def _tell(self, message: dict[str, Any]) -> None:
        self._next += 1
        message["id"] = self._next
        with suppress(OSError):  # it is dead; reading tells how it died
            self._in.write(json.dumps(message).encode("ascii") + b"\n")

    def _reply(self) -> Any:
        line = self._line()
        if isinstance(line, _Death):
            return line
        try:
            reply = json.loads(line)
        except ValueError:
            reply = None
        if not isinstance(reply, dict) or reply.get("id") != self._next:
            self.kill()
            return _Death({"protocol": line[:80].decode("latin-1")})
        return reply

    def _line(self) -> bytes | _Death:
        """The next line that is no progress mark, or what became of the worker."""
        deadline = time.monotonic() + self.timeout
        while True:
            line, newline, rest = self._buffer.partition(b"\n")
            if newline:
                self._buffer = rest
                if line[:1] != b"@" or not line[1:].isdigit():
                    return line
                self._mark = int(line[1:])
                deadline = time.monotonic() + self.timeout
                continue
            chunk = self._pipe.read(deadline - time.monotonic())
            if chunk is None:
                self.kill()
                return _Death({"hung": self.timeout})
            if not chunk:
                return _Death(self._ended())
            self._buffer += chunk

    def _ended(self) -> Outcome:
        try:
            code = self._process.wait(self.timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            return {"hung": self.timeout}
        if code < 0:
            with suppress(ValueError):
                return {"crashed": signal.Signals(-code).name}
        return {"crashed": f"exit code {code}"}

    def stderr(self) -> str:
        """The last of what the worker has written on its standard error."""
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(size - 4000, 0))
        return self._stderr.read().decode("utf-8", "replace")

    def signal(self, number: signal.Signals) -> None:
        """Send the worker a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """End the worker and all processes it started."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """End the worker and free everything it held."""
        self.kill()
        self._pipe.close()
        self._in.close()
        self._out.close()
        self._stderr.close()

    def __enter__(self) -> Channel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _is_outcome(outcome: object) -> bool:
    if isinstance(outcome, list):
        return len(outcome) == 3 and isinstance(outcome[0], list) and bool(outcome[0])
    return isinstance(outcome, str | dict)


class _Death(NamedTuple):
    outcome: Outcome


def describe_death(outcome: Outcome) -> str:
    """What became of a worker, in words."""
    if "crashed" in outcome:
        return f"crashed with {outcome['crashed']}"
    if "hung" in outcome:
        return f"gave no answer in {outcome['hung']:g} s"
    return f"broke the protocol with {outcome.get('protocol')!r}"
