"""The model against a table of what is known of an open map: position, items, search, move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mmap_spec_tests.operations import (
    Operation,
    Program,
    Value,
    buffer,
    cut,
    descriptor,
    handle,
    index,
    octets,
)

Row = tuple[list[Operation], dict[str, Any]]


def row(*program: Operation, **known: Any) -> Row:
    """A program, and what its last operation is known to come to."""
    return list(program), known


def m(method: str, *arguments: Value) -> Operation:
    return Operation("m0", method, list(arguments))


TEXT = b"Hello\nworld\n"
MAP = (
    Operation("f0", "file()", [octets(TEXT)]),
    Operation("m0", "mmap()", [descriptor("f0"), 0]),
)
ANON = (Operation("m0", "mmap()", [-1, 12]),)
SHUT = (*MAP, m("close"))
WHOLE, FIRST = m("[]", cut(None, None)), m("[]", 0)
JELLO = octets(b"JELLO")

POSITION = [
    row(*MAP, m("tell"), gives=0),
    row(*MAP, m("read", 5), gives=b"Hello"),
    row(*MAP, m("read", 5), m("tell"), gives=5),
    row(*MAP, m("read", 500), gives=TEXT),
    row(*MAP, m("seek", 6), m("read", 500), m("tell"), gives=12),
    row(*MAP, m("read", 0), gives=b""),
    row(*MAP, m("seek", 6), m("read", -1), gives=b"world\n", since=(3, 3)),
    row(*MAP, m("seek", 6), m("read", None), gives=b"world\n", since=(3, 3)),
    row(*MAP, m("seek", 6), m("read"), gives=b"world\n", since=(3, 3)),
    row(*MAP, m("read", "1"), fails=TypeError, since=(3, 3)),
    row(*MAP, m("read", 2**63), fails=OverflowError, since=(3, 3)),
    row(*MAP, m("readline"), gives=b"Hello\n"),
    row(*MAP, m("readline"), m("readline"), gives=b"world\n"),
    row(*MAP, m("readline"), m("tell"), gives=6),
    row(*MAP, m("seek", 12), m("readline"), gives=b""),
    row(*ANON, m("seek", 3), m("readline"), gives=bytes(9)),
    row(*MAP, m("read_byte"), gives=72),
    row(*MAP, m("read_byte"), m("tell"), gives=1),
    row(*MAP, m("seek", 12), m("read_byte"), fails=ValueError),
    row(*MAP, m("seek", 12), m("read_byte"), m("tell"), gives=12),
    row(*MAP, m("seek", 12), m("tell"), gives=12),
    row(*MAP, m("seek", 13), fails=ValueError),
    row(*MAP, m("seek", -1), fails=ValueError),
    row(*MAP, m("seek", 3), m("seek", -4, 1), fails=ValueError),
    row(*MAP, m("seek", 3), m("seek", -3, 1), m("tell"), gives=0),
    row(*MAP, m("seek", -2, 2), m("tell"), gives=10),
    row(*MAP, m("seek", 1, 2), fails=ValueError),
    row(*MAP, m("seek", 0, 3), fails=ValueError),
    row(*MAP, m("seek", 0, -(2**31)), fails=ValueError),
    row(*MAP, m("seek", 0, 2**31), fails=(OverflowError, ValueError)),
    row(*MAP, m("seek", 2**70), fails=OverflowError),
    row(*MAP, m("seek", 2**63 - 1), fails=ValueError),
    row(*MAP, m("seek", 1.5), fails=TypeError),
    row(*MAP, m("seek", index(4)), m("tell"), gives=4, since=(3, 8)),
    row(*MAP, m("seek", 4), m("seek", 99), m("tell"), gives=4),
    row(*MAP, m("seek", 4), gives=4, since=(3, 13)),
    row(*MAP, m("seek", 4), gives=..., until=(3, 13)),
    row(*MAP, m("seekable"), gives=True, since=(3, 13)),
    row(*SHUT, m("seekable"), gives=True, since=(3, 13)),
    row(*MAP, m("write", JELLO), gives=5, since=(3, 6)),
    row(*MAP, m("write", JELLO), gives=..., until=(3, 6)),
    row(*MAP, m("write", JELLO), WHOLE, gives=b"JELLO\nworld\n"),
    row(*MAP, m("write", JELLO), m("tell"), gives=5),
    row(*MAP, m("seek", 6), m("write", octets(b"1234567")), fails=ValueError),
    row(*MAP, m("seek", 6), m("write", octets(b"1234567")), WHOLE, gives=TEXT),
    row(*MAP, m("seek", 12), m("write", octets(b"")), gives=0, since=(3, 6)),
    row(*MAP, m("write", octets(b"")), m("tell"), gives=0),
    row(*MAP, m("write", buffer("array", b"ab")), m("read", 1), gives=b"l", since=(3, 5)),
    row(*MAP, m("write", "text"), fails=TypeError),
    row(*MAP, m("write_byte", 65), gives=None),
    row(*MAP, m("write_byte", 255), FIRST, gives=255),
    row(*MAP, m("write_byte", index(7)), m("tell"), gives=1, since=(3, 8)),
    row(*MAP, m("write_byte", 256), fails=OverflowError),
    row(*MAP, m("write_byte", -1), FIRST, gives=72),
    row(*MAP, m("write_byte", octets(b"a")), fails=TypeError),
    row(*MAP, m("seek", 12), m("write_byte", 1), fails=ValueError),
]

ITEMS = [
    row(*MAP, FIRST, gives=72),
    row(*MAP, m("[]", -12), gives=72),
    row(*MAP, m("[]", 12), fails=IndexError),
    row(*MAP, m("[]", -13), fails=IndexError),
    row(*MAP, m("[]", 2**70), fails=IndexError),
    row(*MAP, m("[]", "0"), fails=TypeError),
    row(*MAP, m("[]", index(-1)), gives=10, since=(3, 8)),
    row(*MAP, m("[]=", 0, 74), gives=None),
    row(*MAP, m("[]=", -12, 74), FIRST, gives=74),
    row(*MAP, m("[]=", 0, 256), fails=ValueError),
    row(*MAP, m("[]=", 0, -1), FIRST, gives=72),
    row(*MAP, m("[]=", 0, octets(b"J")), fails=TypeError),
    row(*MAP, m("[]=", 12, 1), fails=IndexError),
    row(*MAP, m("del []", 0), fails=TypeError),
    row(*MAP, m("del []", cut(0, 2)), fails=TypeError),
    row(*MAP, m("len()"), gives=12),
    row(*MAP, m("bool()"), gives=True),
    row(*MAP, m("list()", 2), gives=[b"H", b"e"]),
    row(*MAP, m("in", octets(b"w")), gives=True),
    row(*MAP, m("in", octets(b"W")), gives=False),
    row(*MAP, m("bytes()"), gives=TEXT),
    row(*MAP, m("re.search()", octets(b"w.")), gives=[6, 8]),
    row(*MAP, m("re.search()", octets(b"x")), gives=None),
]

SLICES = [
    row(*MAP, m("[]", cut(None, 5)), gives=b"Hello"),
    row(*MAP, m("[]", cut(-6, -1)), gives=b"world"),
    row(*MAP, m("[]", cut(5, 2)), gives=b""),
    row(*MAP, m("[]", cut(6, 2**70)), gives=b"world\n"),
    row(*MAP, m("[]", cut(None, None, 5)), gives=b"H\nd"),
    row(*MAP, m("[]", cut(4, None, -1)), gives=b"olleH"),
    row(*MAP, m("[]", cut(0, 5, 0)), fails=ValueError),
    row(*MAP, m("[]", cut("0", 5)), fails=TypeError),
    row(*MAP, m("[]=", cut(6, None), octets(b"Earth.")), WHOLE, gives=b"Hello\nEarth."),
    row(*MAP, m("[]=", cut(0, 2), octets(b"abc")), fails=IndexError),
    row(*MAP, m("[]=", cut(0, 2), octets(b"abc")), WHOLE, gives=TEXT),
    row(*MAP, m("[]=", cut(None, None, 5), octets(b"xyz")), WHOLE, gives=b"xelloyworlz\n"),
    row(*MAP, m("[]=", cut(None, 2, -9), octets(b"!")), m("[]", 11), gives=33),
    row(*MAP, m("[]=", cut(0, 2), buffer("bytearray", b"__")), m("[]", 1), gives=95),
    row(*MAP, m("[]=", cut(5, 2), octets(b"")), gives=None),
    row(*MAP, m("[]=", cut(0, 2), None), fails=TypeError),
    row(*MAP, m("[]=", cut(None, None), handle("m0")), WHOLE, gives=TEXT),
]

LATER = m("seek", 5)
SEARCH = [
    row(*MAP, m("find", octets(b"o")), gives=4),
    row(*MAP, m("rfind", octets(b"o")), gives=7),
    row(*MAP, LATER, m("find", octets(b"o")), gives=7),
    row(*MAP, m("find", octets(b""), 13), gives=-1, since=(3, 15)),
    row(*MAP, m("rfind", octets(b""), 13), gives=-1, since=(3, 15)),
    row(*MAP, LATER, m("find", octets(b"o"), 0), gives=4),
    row(*MAP, LATER, m("rfind", octets(b"o"), 0, 7), gives=4),
    row(*MAP, m("find", octets(b"world"), 0, 10), gives=-1),
    row(*MAP, m("find", octets(b"world"), 0, 11), gives=6),
    row(*MAP, m("find", octets(b"l"), -3), gives=9),
    row(*MAP, m("find", octets(b"r"), -3), gives=-1),
    row(*MAP, m("find", octets(b"r"), -4), gives=8),
    row(*MAP, m("find", octets(b"l"), -100), gives=2),
    row(*MAP, m("find", octets(b"l"), 0, -1000), gives=-1),
    row(*MAP, m("find", octets(b"z")), gives=-1),
    row(*MAP, m("find", octets(TEXT + b"x")), gives=-1),
    row(*MAP, LATER, m("find", octets(b"")), gives=5),
    row(*MAP, m("rfind", octets(b""), 0, 5), gives=5),
    row(*MAP, m("find", octets(b""), 5, 3), gives=-1),
    row(*MAP, m("find", octets(b""), 5, 5), gives=5),
    row(*MAP, m("find", octets(b"w"), 0, 2**70), gives=6, witness=False),
    row(*MAP, m("find", octets(b"w"), -(2**70)), gives=6, witness=False),
    row(*MAP, m("find", buffer("bytearray", b"w")), gives=6, since=(3, 5)),
    row(*MAP, m("find", octets(b"w"), None), gives=6, since=(3, 14, 1)),
    row(*MAP, m("find", "w"), fails=TypeError),
    row(*MAP, m("rfind", octets(b"w"), 1.5), fails=TypeError),
    row(*MAP, LATER, m("find", octets(b"w")), m("tell"), gives=5),
]

MOVE = [
    row(*MAP, m("move", 0, 6, 5), gives=None),
    row(*MAP, m("move", 0, 6, 5), WHOLE, gives=b"world\nworld\n"),
    row(*MAP, m("move", 1, 0, 5), WHOLE, gives=b"HHelloworld\n"),
    row(*MAP, m("move", 0, 1, 5), WHOLE, gives=b"ello\n\nworld\n"),
    row(*MAP, m("move", 12, 12, 0), gives=None),
    row(*MAP, m("move", 0, 0, 13), fails=ValueError),
    row(*MAP, m("move", 1, 0, 12), WHOLE, gives=TEXT),
    row(*MAP, m("move", -1, 0, 1), fails=ValueError),
    row(*MAP, m("move", 0, 0, -1), fails=ValueError),
    row(*MAP, m("move", 13, 0, 0), fails=ValueError),
    row(*MAP, m("move", 0, "1", 1), fails=TypeError),
    row(*MAP, m("move", 0, 2**70, 1), fails=OverflowError),
    row(*MAP, LATER, m("move", 0, 6, 5), m("tell"), gives=5),
]


def named(table: list[Row]) -> list[Any]:
    """Rows with ids that tell the operations after those that make the map."""

    def name(program: Program) -> str:
        told = [f"{each.method}{list(each.arguments)}" for each in program[len(MAP) :]]
        return " ".join(told) or program[-1].method

    return [pytest.param(*each, id=name(each[0])) for each in table]


@pytest.mark.parametrize(("program", "known"), named([*POSITION, *ITEMS, *SLICES, *SEARCH, *MOVE]))
def test_the_model_knows(
    program: Program, known: dict[str, Any], agree: Callable[..., None]
) -> None:
    agree(program, **known)
