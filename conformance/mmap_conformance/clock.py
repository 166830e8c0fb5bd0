"""The time that a run has."""

from __future__ import annotations

import time
from collections.abc import Callable


def never() -> bool:
    """Nobody interrupts."""
    return False


class Clock:
    """The time that one implementation has: its budget, or less if somebody interrupts."""

    def __init__(self, seconds: float, interrupted: Callable[[], bool] = never) -> None:
        """Start it.

        Args:
            seconds: the budget.
            interrupted: whether the run is to end now.
        """
        self._begun = time.monotonic()
        self._seconds = seconds
        self.interrupted = interrupted

    @property
    def elapsed(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._begun

    @property
    def done(self) -> float:
        """The fraction of the budget that is used, 1 at most."""
        return min(self.elapsed / self._seconds, 1.0)

    @property
    def is_up(self) -> bool:
        """Whether nothing new may be begun."""
        return self.elapsed >= self._seconds or self.interrupted()
