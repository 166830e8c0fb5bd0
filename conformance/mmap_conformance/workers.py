"""A supply of live workers for one implementation."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import Any

from mmap_conformance.adapters import Adapter
from mmap_conformance.channel import Answer, Channel, describe_death
from mmap_conformance.errors import StartError
from mmap_conformance.inprocess import InProcess
from mmap_conformance.judge import describe
from mmap_conformance.options import Options
from mmap_spec_tests.expectation import represent
from mmap_spec_tests.operations import Operation, descriptor, octets, pattern, pattern_bytes


class Workers:
    """Executes programs, with a fresh worker after each death.

    Attributes:
        timeout: seconds that one operation may take.
        restarts: how often a worker had to be replaced because it died.
        last_death: how the last one died, in words.
        last_words: the end of what it wrote on its standard error.
    """

    def __init__(self, adapter: Adapter, options: Options, directory: str) -> None:
        self._adapter = adapter
        self.timeout = options.timeout
        self._environment = {**os.environ, **adapter.environment, "TMPDIR": directory}
        self._in_process = options.isolation == "none"
        self._directory = directory
        self._channel: Channel | InProcess | None = None
        self._hello: dict[str, Any] | None = None
        self._under_way = False
        self._early: Answer | None = None
        self._sent: tuple[Sequence[Operation], bool] = ((), False)
        self.restarts = 0
        self.last_death = self.last_words = ""

    def hello(self) -> dict[str, Any]:
        """What the implementation says of itself.

        Raises:
            StartError: it does not start.
        """
        self._live()
        assert self._hello is not None
        return self._hello

    def self_test(self) -> None:
        """See that the channel carries values and errors unchanged.

        Raises:
            StartError: it does not.
        """
        program = [
            Operation("f", "file()", [pattern(5000, 7)]),
            Operation("f", "pwrite", [octets(bytes(range(256))), 4000]),
            Operation("f", "contents"),
            Operation("f", "no such method"),
        ]
        content = bytearray(pattern_bytes(5000, 7))
        content[4000:4256] = bytes(range(256))
        outcomes = self.execute(program).outcomes
        right = ["None", "None", represent(bytes(content))]
        if outcomes[:3] != right or type(outcomes[3]) is not list:
            raise StartError("the worker failed the self-test of the channel")

    def see_map(self) -> None:
        """See that the implementation maps a file, right or wrong.

        Raises:
            StartError: it does not.
        """
        program = [
            Operation("f", "file()", [pattern(13)]),
            Operation("m", "mmap()", [descriptor("f"), 13]),
            Operation("m", "len()"),
        ]
        outcomes = self.execute(program, complete=True).outcomes
        for operation, outcome in zip(program, outcomes, strict=False):
            if type(outcome) is not str:
                told = describe(outcome)
                raise StartError(f"it maps no file: {operation.method} {told}")

    def see_death(self, number: signal.Signals, kind: str) -> None:
        """Send the worker a signal and see that the next program tells of it.

        Args:
            number: the signal.
            kind: the outcome that must come of it: ``crashed`` or ``hung``.

        Raises:
            StartError: it does not.
        """
        channel = self._live()
        assert isinstance(channel, Channel)
        channel.signal(number)
        channel.timeout = self.timeout
        channel.send([Operation("f", "file()", [pattern(1)])])
        answer = channel.receive()
        self._bury(answer)
        outcome = answer.outcomes[-1]
        if type(outcome) is not dict or kind not in outcome:
            raise StartError(f"{number.name} of the worker was taken for {outcome}")

    def submit(self, program: Sequence[Operation]) -> None:
        """Have a program run while the driver does something else; see ``collect``."""
        self._send(program, full=False)
        self._under_way = True

    def collect(self) -> Answer:
        """The outcomes of the program that was submitted."""
        early, self._early = self._early, None
        return early or self._received()

    def execute(
        self, program: Sequence[Operation], *, complete: bool = False, full: bool = False
    ) -> Answer:
        """Run a program and wait for its outcomes.

        Args:
            program: the operations.
            complete: after a death run what came before it again, for its outcomes.
            full: have long bytes represented in full.
        """
        if self._under_way:
            self._early = self._received()
        self._send(program, full=full)
        answer = self._received()
        return self.completed(program, answer, full=full) if complete else answer

    def completed(
        self, program: Sequence[Operation], answer: Answer, *, full: bool = False
    ) -> Answer:
        """An answer with the outcomes that went down with the worker.

        Args:
            program: the operations that were run; what came before the death runs again.
            answer: what came of it.
            full: have long bytes represented in full.
        """
        if answer.died_in is None or len(answer.outcomes) > answer.died_in:
            return answer
        before = self.execute(program[: answer.died_in], complete=True, full=full)
        if before.died_in is not None:  # it does not always die at the same place
            return before
        return Answer([*before.outcomes, *answer.outcomes], answer.died_in, before.meanwhile)

    def _received(self) -> Answer:
        assert self._channel is not None
        self._under_way = False
        answer = self._channel.receive()
        if answer.died_in is not None:
            self._bury(answer)
        if answer.died_in == -1:  # of what the program before had left: this one is yet to run
            program, full = self._sent
            self._send(program, full=full)
            answer = self._channel.receive()
            if answer.died_in is not None:
                self._bury(answer)
                answer = answer._replace(died_in=max(answer.died_in, 0))
        return answer

    def _send(self, program: Sequence[Operation], *, full: bool) -> None:
        channel = self._live()
        channel.timeout = self.timeout
        channel.send(program, full=full)
        self._sent = program, full

    def refresh(self) -> None:
        """Give the next program a fresh worker."""
        if self._under_way:
            self._early = self._received()
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def close(self) -> None:
        """End the worker."""
        self._under_way = False
        self.refresh()

    def _live(self) -> Channel | InProcess:
        if self._channel is None and self._in_process:
            self._channel = InProcess(self._adapter.module, self._directory)
            self._hello = self._channel.hello()
        elif self._channel is None:
            adapter = self._adapter
            channel = Channel(adapter.command, self._environment, self.timeout, adapter.directory)
            try:
                self._hello = channel.hello()
            except BaseException:
                channel.close()
                raise
            self._channel = channel
        assert self._channel is not None
        return self._channel

    def _bury(self, answer: Answer) -> None:
        assert self._channel is not None
        if answer.outcomes[-1] != "None":  # it was not asked to leave
            self.restarts += 1
            self.last_death = describe_death(answer.outcomes[-1])
            self.last_words = self._channel.stderr()
        self.refresh()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
