"""Operations and programs as plain data.

An operation is one call, a program a list of them. Both are JSON as they stand:
the record of a run, the report and the input of a replay are the same thing.

Arguments are JSON scalars or one-key objects, the tagged values made by the
functions below. A method whose name is a Python identifier is called on the
target; any other name is an operation of the worker's own:

==================  ========================================================
``file()``          create a file and open it; the target is its new handle
``mmap()``          construct a map; the target is its new handle
``memoryview()``    export a buffer of a map; the target is its new handle
``bytearray()``     a buffer to be given to methods; the target is its new handle
``[]`` ``[]=``      subscription and assignment, in Python's own syntax
``del []`` ``in``   deletion and membership, in Python's own syntax
``fork()``          run operations in a forked child, wait, return outcomes
``leaked()``        close everything; how many descriptors are open then that were not
                    when the program began
``len()`` ...       the built-in function of that name, or see ``worker.py``
==================  ========================================================
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Value = Any
"""An argument: a JSON scalar or a tagged value."""

NO_KEYWORDS: Mapping[str, Value] = {}


class Operation(NamedTuple):
    """One call as data: target handle, method, arguments."""

    target: str
    method: str
    arguments: Sequence[Value] = ()
    keywords: Mapping[str, Value] = NO_KEYWORDS


Program = list[Operation]


def program_of(data: object) -> Program:
    """The program that a list of operations as JSON has them is.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(data, list) or not data:
        raise ValueError("a program is a list of operations")
    return [_operation_of(item) for item in data]


def _operation_of(item: object) -> Operation:
    if isinstance(item, list) and 2 <= len(item) <= 4:
        parts: list[Any] = [*item, *([], {})[len(item) - 2 :]]
        if tuple(map(type, parts)) == (str, str, list, dict):
            return Operation(*parts)
    raise ValueError(
        f"an operation is [target, method, arguments, keywords], not {json.dumps(item)[:60]}"
    )


def octets(data: bytes) -> Value:
    """A ``bytes`` argument."""
    return {"bytes": data.decode("latin-1")}


def buffer(kind: str, data: bytes) -> Value:
    """A buffer that is not ``bytes``: kind is ``bytearray``, ``memoryview`` or ``array``."""
    return {kind: data.decode("latin-1")}


def pattern(length: int, seed: int = 0) -> Value:
    """``length`` bytes of text with line ends, a different one for each ``seed``."""
    return {"pattern": [length, seed]}


def handle(name: str) -> Value:
    """The object bound to a handle: a map or a view."""
    return {"handle": name}


def descriptor(name: str) -> Value:
    """The file descriptor of a file handle."""
    return {"descriptor": name}


def index(value: int) -> Value:
    """An object that is no ``int`` and whose ``__index__`` returns ``value``."""
    return {"index": value}


def reentrant(value: int, does: Iterable[Operation]) -> Value:
    """An object whose ``__index__`` runs operations, then returns ``value``."""
    return {"reentrant": [value, [list(operation) for operation in does]]}


def reentrant_buffer(data: bytes, does: Iterable[Operation]) -> Value:
    """An object whose ``__buffer__`` (PEP 688) runs operations, then exports ``data``."""
    return {"reentrant_buffer": [data.decode("latin-1"), [list(operation) for operation in does]]}


def cut(start: Value, stop: Value, step: Value = None) -> Value:
    """A slice."""
    return {"slice": [start, stop, step]}


def tag_name(name: str) -> Value:
    """A name for a mapping on Windows, which no other worker uses."""
    return {"tagname": name}


STRANGE: Value = {"object": None}
"""An object of no use to any method."""

_PERIOD = 251  # prime, so that no two pages hold the same bytes
_TEXT = bytes((i * 7 + 97) % 256 if i % 23 else 10 for i in range(_PERIOD))


def pattern_bytes(length: int, seed: int) -> bytes:
    """The bytes that ``pattern(length, seed)`` stands for; ``worker.py`` has the same."""
    start = seed % _PERIOD
    turned = _TEXT[start:] + _TEXT[:start]
    return (turned * (length // _PERIOD + 1))[:length]


def tag_of(value: Value) -> str:
    """The tag of a tagged value; empty for a JSON scalar."""
    return next(iter(value)) if type(value) is dict else ""


def data_of(value: Value) -> bytes | None:
    """The bytes of a tagged value that is a buffer known in advance, else None."""
    if type(value) is not dict:
        return None
    ((tag, content),) = value.items()
    if tag in ("bytes", "bytearray", "memoryview", "array"):
        return content.encode("latin-1")  # type: ignore[no-any-return]
    if tag == "pattern":
        return pattern_bytes(*content)
    if tag == "reentrant_buffer":
        return content[0].encode("latin-1")  # type: ignore[no-any-return]
    return None


def runs_operations(value: Value) -> bool:
    """Whether converting a tagged value runs operations."""
    if "slice" in value:
        for part in value["slice"]:
            if type(part) is dict and runs_operations(part):
                return True
        return False
    return bool(value.get("reentrant", value.get("reentrant_buffer", ("", ())))[1])


def nested_operations(operation: Operation) -> list[Operation]:
    """The operations that converting the arguments of this one runs, in order."""
    found: list[Operation] = []
    pending = list(operation.arguments) + list(operation.keywords.values())
    while pending:
        value = pending.pop(0)
        tag = tag_of(value)
        if tag in ("reentrant", "reentrant_buffer"):
            found.extend(Operation(*item) for item in value[tag][1])
        elif tag == "slice":
            pending[:0] = value["slice"]
    return found


def without_nesting(value: Value) -> Value:
    """The same argument, converted already: what is left once its operations have run."""
    tag = tag_of(value)
    if tag == "reentrant":
        return {"index": value[tag][0]}
    if tag == "reentrant_buffer":
        return {"bytes": value[tag][0]}
    if tag == "slice":
        return {"slice": [without_nesting(part) for part in value["slice"]]}
    return value
