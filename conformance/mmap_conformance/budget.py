"""The seconds of searching that an implementation has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def never() -> bool:
    """Nobody interrupts."""
    return False


class Budget:
    """A clock that stands still while there is no searching.

    Attributes:
        seconds: how long it may run.
        interrupted: whether it is to end now, with what has been done.
    """

    def __init__(self, seconds: float, interrupted: Callable[[], bool] = never) -> None:
        """Start it.

        Args:
            seconds: how long it may run.
            interrupted: whether it is to end now, with what has been done.
        """
        self.seconds = seconds
        self.interrupted = interrupted
        self._begun = time.monotonic()

    @property
    def spent(self) -> float:
        """Seconds since the start, but for those it stood still."""
        return time.monotonic() - self._begun

    @property
    def over(self) -> bool:
        """Whether all of it is spent, or nothing new may be begun for another reason."""
        return self.spent > self.seconds or self.interrupted()

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Others have their turn, or findings that are known are replayed."""
        stopped = time.monotonic()
        yield
        self._begun += time.monotonic() - stopped
