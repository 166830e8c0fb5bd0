"""Pipes are read for a limited time, in the way of either system."""

from __future__ import annotations

import os
import time

import pytest

from mmap_conformance.pipes import SelectedPipe, ThreadedPipe


@pytest.mark.parametrize("kind", [SelectedPipe, ThreadedPipe])
def test_what_comes_nothing_and_the_end(kind: type[SelectedPipe] | type[ThreadedPipe]) -> None:
    reading, writing = os.pipe()
    pipe = kind(reading)
    assert pipe.read(-1) is None
    for chunk in (b"one", b"x" * 10_000):
        os.write(writing, chunk)
        assert pipe.read(5) == chunk
    begun = time.monotonic()
    assert pipe.read(0.1) is None
    assert 0.05 < time.monotonic() - begun < 3
    os.write(writing, b"last")
    os.close(writing)
    assert pipe.read(5) == b"last"
    assert pipe.read(5) == b""
    pipe.close()
    os.close(reading)
