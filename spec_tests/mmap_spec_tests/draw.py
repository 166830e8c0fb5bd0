"""Where the choices of a program come from.

One table of rules, several drivers: a draw backed by bytes is fast and what the engine
uses; one backed by Hypothesis makes the state machines; one that enumerates gives every
program of a tiny world.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Draw(Protocol):
    """A source of choices."""

    def integer(self, low: int, high: int) -> int:
        """An integer from ``low`` to ``high``, both included."""

    def choice(self, options: Sequence[T]) -> T:
        """One of the options."""


class BytesDraw:
    """Choices from a string of bytes; zeros once it is used up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._next = 0
        self._size = len(data)

    @property
    def exhausted(self) -> bool:
        """Whether the bytes are used up."""
        return self._next >= self._size

    def integer(self, low: int, high: int) -> int:
        span = high - low + 1
        place = self._next
        if span <= 256:
            self._next = place + 1
            return low + (self._data[place] % span if place < self._size else 0)
        width = (span.bit_length() + 7) // 8
        self._next = place + width
        return low + int.from_bytes(self._data[place : place + width], "little") % span

    def choice(self, options: Sequence[T]) -> T:
        place = self._next
        count = len(options)
        if count > 256:
            return options[self.integer(0, count - 1)]
        self._next = place + 1
        return options[self._data[place] % count if place < self._size else 0]


class EnumeratingDraw:
    """Choices that follow a script, first options after its end; see ``every``."""

    def __init__(self, script: Sequence[int]) -> None:
        self._script = script
        self.made: list[tuple[int, int]] = []

    def integer(self, low: int, high: int) -> int:
        taken = self._script[len(self.made)] if len(self.made) < len(self._script) else 0
        self.made.append((taken, high - low + 1))
        return low + taken

    def choice(self, options: Sequence[T]) -> T:
        return options[self.integer(0, len(options) - 1)]


def every(make: Callable[[Draw], T]) -> Iterator[T]:
    """Every value that ``make`` can make, by all choices it asks for, in order."""
    script: list[int] | None = []
    while script is not None:
        draw = EnumeratingDraw(script)
        yield make(draw)
        made = draw.made
        while made and made[-1][0] + 1 >= made[-1][1]:
            made.pop()
        script = [taken for taken, _ in made[:-1]] + [made[-1][0] + 1] if made else None
