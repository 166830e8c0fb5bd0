"""How a method converts its arguments: what comes out, or what is raised."""

from __future__ import annotations

from typing import Any

from mmap_spec_tests.expectation import Raises
from mmap_spec_tests.model.state import World
from mmap_spec_tests.operations import Value, data_of, tag_of

TYPE_ERROR = Raises(("TypeError",))
VALUE_ERROR = Raises(("ValueError",))
INDEX_ERROR = Raises(("IndexError",))
BUFFER_ERROR = Raises(("BufferError",))
OVERFLOW_ERROR = Raises(("OverflowError",))
LARGE = 2**28
"""Bytes that a process can be trusted to get."""
CONVERSION_ERRORS = frozenset(("TypeError", "OverflowError", "BufferError"))


def whole(value: Value) -> int | None:
    """The integer that ``__index__`` gives, of any size; None where there is none."""
    if type(value) is int:
        return value
    if type(value) is bool:
        return int(value)
    if type(value) is dict and "index" in value:
        return value["index"]  # type: ignore[no-any-return]
    return None


def size_of(world: World, value: Value) -> int | Raises:
    """An argument that is a ``ssize_t``."""
    number = whole(value)
    if number is None:
        return TYPE_ERROR
    if not -world.facts.largest - 1 <= number <= world.facts.largest:
        return OVERFLOW_ERROR
    return number


def data(world: World, value: Value) -> bytes | None:
    """The bytes of an argument that is a contiguous buffer; None where it is none."""
    if tag_of(value) == "handle":
        name = value["handle"]
        if name in world.views:
            view = world.views[name]
            if view.released:
                raise LookupError(f"{name} is released: what it is good for is Python's business")
            return view.bytes
        if name in world.buffers:
            return bytes(world.buffers[name])
        map = world.maps[name]
        if map.closed:
            raise LookupError(f"{name} is closed: which error comes first is not said")
        if not map.certain:
            raise LookupError(f"what the bytes of {name} are is the platform's business")
        return map.bytes
    return data_of(value)


def bound(value: Value) -> int | Raises | None:
    """A slice bound: any integer, None, or a TypeError."""
    if value is None:
        return None
    number = whole(value)
    return TYPE_ERROR if number is None else number


def merge(*errors: Any) -> Raises:
    """Any of several refusals: which one is checked first is the implementation's."""
    names: list[str] = []
    for error in errors:
        names.extend(name for name in error.names if name not in names)
    return Raises(tuple(names))
