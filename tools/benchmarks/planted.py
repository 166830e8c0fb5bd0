"""The reference with one fault planted in it: a module for a worker to test.

Which one says the variable ``MMAP_PLANTED``: ``METHOD-WHEN-FAULT``, of the names below.
"""

import os

from mmap_reference import *  # noqa: F403
from mmap_reference import mmap as right

BYTES = ("read", "readline")
NUMBERS = ("read_byte", "tell", "find", "rfind", "size", "__len__")
CHANGES = ("write", "write_byte", "move", "__setitem__")
MOVES = ("read", "readline", "read_byte", "write", "write_byte", "seek")

WHEN = {
    "always": lambda map: True,
    "later": lambda map: map.calls > 2,
    "moved": lambda map: right.tell(map) > 3,
    "written": lambda map: map.written,
}
"""In which state a fault shows."""


def lies(map, method, arguments):
    value = method(map, *arguments)
    return value[::-1] + b"?" if isinstance(value, bytes) else value + 1


def breaks(map, method, arguments):
    method(map, *arguments)
    raise RuntimeError("planted")


def stays(map, method, arguments):
    position = right.tell(map)
    value = method(map, *arguments)
    right.seek(map, position)
    return value


def forgets(map, method, arguments):
    content = bytes(memoryview(map))
    value = method(map, *arguments)
    memoryview(map)[:] = content
    return value


def dies(map, method, arguments):
    method(map, *arguments)
    os.abort()


FAULTS = {
    "lies": (lies, BYTES + NUMBERS),
    "breaks": (breaks, (*MOVES, "find", "rfind", "flush", "resize", "size")),
    "stays": (stays, MOVES),
    "forgets": (forgets, CHANGES),
    "dies": (dies, ("move", "flush")),
}
"""What goes wrong, and in which methods."""


def names():
    """Every fault that can be planted."""
    return [
        f"{method}-{when}-{fault}"
        for fault, (_, methods) in FAULTS.items()
        for method in methods
        for when in WHEN
        if not (fault == "dies" and when == "always")
    ]


def planted(name):
    """A type with this fault.

    Raises:
        KeyError, ValueError: there is none of this name.
    """
    which, when, fault = name.split("-")
    shows, (wrong, _), method = WHEN[when], FAULTS[fault], getattr(right, which)

    class mmap(right):
        calls = written = 0

    def counted(name, usual):
        def call(self, *arguments):
            self.calls += 1
            try:
                return usual(self, *arguments)
            finally:
                self.written |= name in CHANGES

        return call

    def faulty(self, *arguments):
        try:
            now = shows(self)
        except ValueError:  # it is closed
            now = False
        return wrong(self, method, arguments) if now else method(self, *arguments)

    for name in {*BYTES, *NUMBERS, *CHANGES, *MOVES, "flush", "resize"}:
        setattr(mmap, name, counted(name, faulty if name == which else getattr(right, name)))
    return mmap


if os.environ.get("MMAP_PLANTED"):
    mmap = planted(os.environ["MMAP_PLANTED"])
