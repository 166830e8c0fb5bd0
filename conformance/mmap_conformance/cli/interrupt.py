"""Ctrl-C: the first time a run ends in good order, the second time at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

_TOLD = b"\nmmap-conformance: ending the run, with a report of what was done; again to end it now\n"


@contextmanager
def interruptible() -> Iterator[Event]:
    """While it lasts, an interrupt sets the event; a second one is a KeyboardInterrupt."""
    event = Event()

    def note(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.write(2, _TOLD)  # a stream may be in the middle of something
        event.set()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)
