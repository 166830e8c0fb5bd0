"""What a newcomer to Hypothesis writes for mmap in an hour: a state machine, all defaults.

    python plain_machine.py MODULE

The exit code is 0 where it finds nothing. Something to measure against, not a part of the
suite: it knows no clauses, no closed maps, no access modes, and a crash ends it. What it
finds is told as it was found: shrinking takes ten times as long as finding.
"""

from __future__ import annotations

import importlib
import sys
import tempfile

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

module = importlib.import_module(sys.argv[1])


class PlainMachine(RuleBasedStateMachine):
    """A map of a file, and a bytearray that does the same."""

    @initialize(content=st.binary(min_size=1, max_size=200))
    def begin(self, content: bytes) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115
        self.file.write(content)
        self.file.flush()
        self.map = module.mmap(self.file.fileno(), 0)
        self.model = bytearray(content)
        self.position = 0

    @rule(count=st.integers(-1, 300))
    def read(self, count: int) -> None:
        end = len(self.model) if count < 0 else min(self.position + count, len(self.model))
        assert self.map.read(count) == self.model[self.position : end]
        self.position = max(end, self.position)

    @rule()
    def readline(self) -> None:
        end = self.model.find(b"\n", self.position) + 1 or len(self.model)
        assert self.map.readline() == self.model[self.position : end]
        self.position = max(end, self.position)

    @rule(data=st.binary(max_size=100))
    def write(self, data: bytes) -> None:
        end = self.position + len(data)
        if end > len(self.model):
            try:
                self.map.write(data)
            except ValueError:
                return
            raise AssertionError("write past the end")
        self.map.write(data)
        self.model[self.position : end] = data
        self.position = end

    @rule(place=st.integers(0, 250))
    def seek(self, place: int) -> None:
        try:
            self.map.seek(place)
        except ValueError:
            assert place > len(self.model)
        else:
            assert place <= len(self.model)
            self.position = place

    @rule(needle=st.binary(max_size=3), start=st.integers(0, 250))
    def find(self, needle: bytes, start: int) -> None:
        if start <= len(self.model):
            assert self.map.find(needle, start) == self.model.find(needle, start)
            assert self.map.rfind(needle, start) == self.model.rfind(needle, start)

    @rule(index=st.integers(0, 250), value=st.integers(0, 255))
    def assign(self, index: int, value: int) -> None:
        if index < len(self.model):
            self.map[index] = self.model[index] = value

    @rule(start=st.integers(-250, 250), stop=st.integers(-250, 250))
    def get_slice(self, start: int, stop: int) -> None:
        assert self.map[start:stop] == self.model[start:stop]

    @rule(size=st.integers(1, 9000))
    def resize(self, size: int) -> None:
        self.map.resize(size)
        del self.model[size:]
        self.model.extend(bytes(size - len(self.model)))
        self.map.seek(0)
        self.position = 0

    @rule()
    def flush(self) -> None:
        self.map.flush()
        self.file.seek(0)
        assert self.file.read() == self.model

    @invariant()
    def same(self) -> None:
        if hasattr(self, "model"):
            assert self.map.tell() == self.position
            assert len(self.map) == len(self.model)
            assert self.map[:] == self.model

    def teardown(self) -> None:
        if hasattr(self, "map"):
            self.map.close()
            self.file.close()


if __name__ == "__main__":
    run(PlainMachine, settings=settings(phases=[Phase.generate]))
