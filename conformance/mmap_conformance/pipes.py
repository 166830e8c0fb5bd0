"""Reading from a pipe for a limited time, which differs between systems."""

from __future__ import annotations

import os
import selectors
import sys
from queue import Empty, SimpleQueue
from threading import Thread

_LARGEST = 1 << 16


class SelectedPipe:
    """Where the system waits for pipes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._selector = selectors.DefaultSelector()
        self._selector.register(descriptor, selectors.EVENT_READ)

    def read(self, seconds: float) -> bytes | None:
        """What comes in that time, empty at the end; None when nothing comes."""
        if not self._selector.select(max(seconds, 0)):
            return None
        return os.read(self._descriptor, _LARGEST)

    def close(self) -> None:
        """Free what waiting needs; the pipe stays."""
        self._selector.close()


class ThreadedPipe:
    """Windows waits for sockets alone: a thread waits for the pipe, and ends with it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._chunks: SimpleQueue[bytes] = SimpleQueue()
        Thread(target=self._read_all, daemon=True).start()

    def _read_all(self) -> None:
        chunk = b"something"
        while chunk:
            try:
                chunk = os.read(self._descriptor, _LARGEST)
            except OSError:  # the writer died
                chunk = b""
            self._chunks.put(chunk)

    def read(self, seconds: float) -> bytes | None:
        """What comes in that time, empty at the end; None when nothing comes."""
        try:
            return self._chunks.get(timeout=max(seconds, 0))
        except Empty:
            return None

    def close(self) -> None:
        """Nothing is held."""


Pipe = ThreadedPipe if sys.platform == "win32" else SelectedPipe
