"""What the model allows for an operation, clause by clause.

Outcomes travel as JSON: a returned value as the text of its ``repr`` (see
``represent``), an exception as ``[names of the MRO, errno, message]``.
"""

from __future__ import annotations

import re
from binascii import crc32
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from mmap_spec_tests.operations import Operation

Outcome = Any
LONGEST = 96
"""Bytes shown in full; longer values are represented by length and checksum."""


def represent(value: Any) -> str:
    """The text that stands for a returned value; ``worker.py`` has the same."""
    if type(value) is bytes and len(value) > LONGEST:
        return f"<{len(value)} bytes, crc32 {crc32(value):08x}>"
    return repr(value)


class Allowed(Protocol):
    """A set of outcomes that can be tested and told to a person."""

    def matches(self, outcome: Outcome) -> bool:
        """Whether the outcome is one of the set."""

    def describe(self) -> str:
        """The set in words: ``returns 5``, ``raises ValueError``."""


class Returns(NamedTuple):
    """The one value, of exactly this type."""

    text: str

    def matches(self, outcome: Outcome) -> bool:
        return bool(outcome == self.text)

    def describe(self) -> str:
        return f"returns {self.text}"


class ReturnsLike(NamedTuple):
    """Any value whose ``repr`` matches a pattern."""

    pattern: str
    words: str

    def matches(self, outcome: Outcome) -> bool:
        return type(outcome) is str and re.fullmatch(self.pattern, outcome) is not None

    def describe(self) -> str:
        return f"returns {self.words}"


class Raises(NamedTuple):
    """An exception of one of the named classes or of a subclass of one."""

    names: tuple[str, ...]
    errno: int | None = None

    def matches(self, outcome: Outcome) -> bool:
        if type(outcome) is not list:
            return False
        mro, errno = outcome[0], outcome[1]
        return any(name in mro for name in self.names) and self.errno in (None, errno)

    def describe(self) -> str:
        names = " or ".join(self.names) if self.names != ANY_ERROR else "an exception"
        return f"raises {names}" + (f" with errno {self.errno}" if self.errno else "")


class Either(NamedTuple):
    """The union of several sets."""

    options: tuple[Allowed, ...]

    def matches(self, outcome: Outcome) -> bool:
        return any(option.matches(outcome) for option in self.options)

    def describe(self) -> str:
        return " or ".join(option.describe() for option in self.options)


class Shows(NamedTuple):
    """What a look at earlier changes must return, if it returns: else the fault is its own."""

    value: Allowed

    def matches(self, outcome: Outcome) -> bool:
        return type(outcome) is not str or self.value.matches(outcome)

    def describe(self) -> str:
        return self.value.describe()


class Accepts(NamedTuple):
    """Anything but a TypeError."""

    def matches(self, outcome: Outcome) -> bool:
        return type(outcome) is not list or "TypeError" not in outcome[0]

    def describe(self) -> str:
        return "does not raise TypeError"


ANY_ERROR = ("Exception",)
RAISES = Raises(ANY_ERROR)
RETURNS = ReturnsLike("(?s).*", "anything")


class Survives(NamedTuple):
    """Any outcome but a death."""

    def matches(self, outcome: Outcome) -> bool:
        return type(outcome) is not dict or "forked" in outcome

    def describe(self) -> str:
        return "returns or raises"


ANYTHING = Survives()
NONE = Returns("None")


def returned(value: Any) -> Returns:
    """Returns exactly this value."""
    return Returns(represent(value))


def raised(*names: str, errno: int | None = None) -> Raises:
    """Raises one of these exceptions."""
    return Raises(names, errno)


class Expectation(NamedTuple):
    """What the model allows.

    Attributes:
        checks: clauses with the outcomes that each allows, most telling first: the
            first that fails is the clause to blame.
        effect: what the operation does to the model's world if it is carried out.
        assumed: where several outcomes are lawful, the one that ``effect`` stands
            for; after any other the rest of the program is not judged.
        marks: clauses that later operations speak for because of this one.
        risks: those of them whose failure makes the map or the file unusable.
        meanwhile: operations that run while the arguments are converted, and what is
            expected of them.
        looks: the operation changes nothing, whatever comes of it; ``effect`` only notes
            what is to be blamed from then on.
    """

    checks: tuple[tuple[str, Allowed], ...]
    effect: Callable[[], None] | None = None
    assumed: Allowed | None = None
    marks: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    meanwhile: tuple[tuple[Operation, Expectation], ...] = ()
    looks: bool = False

    @property
    def lawful(self) -> Allowed:
        """What the operation itself may come to, whatever state it looks at.

        Raises:
            IndexError: no clause speaks of the operation.
        """
        own = [allowed for _, allowed in self.checks if type(allowed) is not Shows]
        return own[-1] if own else self.checks[-1][1]

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses the expectation rests on."""
        return tuple(clause for clause, _ in self.checks)
