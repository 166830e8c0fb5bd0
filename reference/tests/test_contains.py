"""`in` must be what the loop over the items makes of it, though it seldom runs one."""

from __future__ import annotations

import array
import mmap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

ref: Any = pytest.importorskip("mmap_reference")

CONTENT = b"abc\0\xff"


class Loud(bytes):
    """Bytes that tell whom they are compared with."""

    def __new__(cls, content: bytes, told: list[object]) -> Loud:
        self = super().__new__(cls, content)
        self.told = told
        return self

    def __eq__(self, other: object) -> bool:
        self.told.append(other)
        return False

    __hash__ = None  # type: ignore[assignment]


class Equal:
    """Equal to one thing, though not of its type."""

    def __init__(self, wanted: object, told: list[object]) -> None:
        self.wanted, self.told = wanted, told

    def __eq__(self, other: object) -> bool:
        self.told.append(other)
        return other == self.wanted

    __hash__ = None  # type: ignore[assignment]


class Broken:
    """Cannot be compared with everything."""

    def __eq__(self, other: object) -> bool:
        if other == b"b":
            raise KeyError("broken")
        return False

    __hash__ = None  # type: ignore[assignment]


class Plain(bytes):
    """A subclass that changes nothing."""


class Numpyish:
    """Answers with something whose truth is asked for in turn."""

    def __init__(self, told: list[object]) -> None:
        self.told = told

    def __eq__(self, other: object) -> Any:
        return Truth(other == b"c", self.told)

    __hash__ = None  # type: ignore[assignment]


class Truth:
    def __init__(self, value: bool, told: list[object]) -> None:
        self.value, self.told = value, told

    def __bool__(self) -> bool:
        self.told.append(self.value)
        return self.value


ODD: dict[str, Callable[[list[object]], object]] = {
    "a byte": lambda told: b"a",
    "the last byte": lambda told: b"\xff",
    "a null byte": lambda told: b"\0",
    "another byte": lambda told: b"x",
    "two bytes": lambda told: b"ab",
    "no bytes": lambda told: b"",
    "all bytes": lambda told: CONTENT,
    "an integer": lambda told: 97,
    "a large integer": lambda told: 1 << 80,
    "a truth value": lambda told: True,
    "a float": lambda told: 97.0,
    "a string": lambda told: "a",
    "None": lambda told: None,
    "a bytearray": lambda told: bytearray(b"b"),
    "a longer bytearray": lambda told: bytearray(b"bc"),
    "a memoryview": lambda told: memoryview(b"c"),
    "a released memoryview": lambda told: released(),
    "an array": lambda told: array.array("B", b"a"),
    "bytes of a subclass": lambda told: Plain(b"a"),
    "absent bytes of a subclass": lambda told: Plain(b"x"),
    "bytes that are equal to nothing": lambda told: Loud(b"a", told),
    "equal to a byte": lambda told: Equal(b"c", told),
    "equal to a number": lambda told: Equal(99, told),
    "cannot be compared": lambda told: Broken(),
    "a truth of its own": lambda told: Numpyish(told),
    "a map": lambda told: mmap.mmap(-1, 1),
}


def released() -> memoryview:
    view = memoryview(b"a")
    view.release()
    return view


def answer(map: Any, make: Callable[[list[object]], object]) -> tuple[object, list[object]]:
    """What `in` answers or raises, and what the object was asked meanwhile."""
    told: list[object] = []
    thing = make(told)
    try:
        return thing in map, told
    except Exception as error:
        return type(error), told


def both(kind: Callable[[Any], Any]) -> Iterator[Any]:
    """A map of the reference and one of the stdlib, or of a subclass of theirs."""
    for module in (ref, mmap):
        map = kind(module)(-1, len(CONTENT))
        map[:] = CONTENT
        yield map


def overriding(name: str, method: Any) -> Callable[[Any], Any]:
    return lambda module: type("Subclass", (module.mmap,), {name: method})


KINDS: dict[str, Callable[[Any], Any]] = {
    "the type": lambda module: module.mmap,
    "a subclass": lambda module: type("Subclass", (module.mmap,), {}),
    "its own items": overriding("__getitem__", lambda map, i: [b"x", 97, b"ab"][i]),
    "its own iteration": overriding("__iter__", lambda map: iter([b"x", 97, b"ab"])),
    "no iteration": overriding("__iter__", None),
    "its own answer": overriding("__contains__", lambda map, thing: thing == 97),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ODD)
def test_same_answer_as_the_stdlib(kind: str, name: str) -> None:
    ours, theirs = both(KINDS[kind])
    assert answer(ours, ODD[name]) == answer(theirs, ODD[name])


@pytest.mark.parametrize("name", ODD)
def test_closed_map(name: str) -> None:
    ours, theirs = both(KINDS["the type"])
    ours.close()
    theirs.close()
    assert answer(ours, ODD[name]) == answer(theirs, ODD[name]) == (ValueError, [])


def test_comparison_that_closes_the_map() -> None:
    class Closes:
        def __init__(self, map: Any) -> None:
            self.map = map

        def __eq__(self, other: object) -> bool:
            self.map.close()
            return False

        __hash__ = None  # type: ignore[assignment]

    for map in both(KINDS["the type"]):
        with pytest.raises(ValueError, match="mmap closed or invalid"):
            assert Closes(map) in map
