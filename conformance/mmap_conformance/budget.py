"""The seconds of searching that an implementation has."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Budget:
    """A clock that stands still while other implementations have their turn.

    Attributes:
        seconds: how long it may run.
    """

    def __init__(self, seconds: float) -> None:
        """Start it.

        Args:
            seconds: how long it may run.
        """
        self.seconds = seconds
        self._begun = time.monotonic()

    @property
    def spent(self) -> float:
        """Seconds since the start, but for the turns of others."""
        return time.monotonic() - self._begun

    @property
    def over(self) -> bool:
        """Whether all of it is spent."""
        return self.spent > self.seconds

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Others have their turn."""
        stopped = time.monotonic()
        yield
        self._begun += time.monotonic() - stopped
