"""The model against a table of what is known of files, lengths, closed maps, constructors."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from typing import Any

import pytest

from mmap_spec_tests.model import Facts
from mmap_spec_tests.operations import (
    STRANGE,
    Operation,
    Program,
    Value,
    cut,
    descriptor,
    handle,
    index,
    octets,
    pattern,
    pattern_bytes,
    reentrant,
)
from mmap_spec_tests.programs import modelled

Row = tuple[list[Operation], dict[str, Any]]
PAGE = mmap.ALLOCATIONGRANULARITY


def row(*program: Operation, **known: Any) -> Row:
    """A program, and what its last operation is known to come to."""
    return list(program), known


def on(target: str, method: str, *arguments: Value, **keywords: Value) -> Operation:
    return Operation(target, method, list(arguments), keywords)


def m(method: str, *arguments: Value, **keywords: Value) -> Operation:
    return on("m0", method, *arguments, **keywords)


def made(name: str = "m0", length: Value = 0, fd: Value = "", **keywords: Value) -> Operation:
    """A map of the file, unless ``fd`` says otherwise; texts are names of constants."""
    fileno = descriptor("f0") if fd == "" else fd
    given = {k: {"constant": v} if type(v) is str else v for k, v in keywords.items()}
    return Operation(name, "mmap()", [fileno, length], given)


TEXT = b"Hello\nworld\n"
FILE, LOCKED = on("f0", "file()", octets(TEXT)), on("f0", "file()", octets(TEXT), "read")
LONG, CONTENT = on("f0", "file()", pattern(PAGE + 50, 5)), pattern_bytes(PAGE + 50, 5)
MAP, ANON = (FILE, made()), (made("m0", 12, -1),)
READ, COPY = (FILE, made(access="ACCESS_READ")), (FILE, made(access="ACCESS_COPY"))
TWO = (*MAP, made("m1"))
WINDOW = (LONG, made("m0", 40, offset=PAGE))
VIEW = (*MAP, on("v0", "memoryview()", handle("m0")))
SHRUNK, SHUT = (*MAP, m("seek", 10), m("resize", 5)), (*MAP, m("close"))
WHOLE, FIRST, SEEN = m("[]", cut(None, None)), m("[]", 0), on("f0", "contents")
SET, A = m("[]=", 0, 74), octets(b"a")
FLAGS = m("flush", flags=0)
JELLO = b"J" + TEXT[1:]
SYSTEM = (OSError, ValueError)

ACCESS = [
    row(*MAP, SET, SEEN, gives=JELLO),
    row(*COPY, SET, SEEN, gives=TEXT),
    row(*COPY, SET, FIRST, gives=74),
    row(*READ, SET, fails=TypeError),
    row(*READ, m("[]=", 99, 74), fails=TypeError),
    row(*READ, m("write", A), fails=TypeError),
    row(*READ, m("write_byte", 1), fails=TypeError),
    row(*READ, m("move", 0, 1, 1), fails=TypeError),
    row(*READ, m("move", 0, 1, 99), fails=TypeError),
    row(*READ, m("write", A), m("tell"), gives=0),
    row(*READ, m("write", A), SEEN, gives=TEXT),
    row(*READ, m("read", 5), gives=b"Hello"),
]

FLUSH = [
    row(*MAP, m("flush"), gives=0, until=(3, 8)),
    row(*MAP, m("flush"), gives=None, since=(3, 8)),
    row(*MAP, SET, m("flush"), SEEN, gives=JELLO),
    row(*MAP, m("flush", 0, 12), gives=None, since=(3, 8)),
    row(*MAP, m("flush", 0, 0), gives=None, since=(3, 8)),
    row(*MAP, m("flush", 0, 13), fails=ValueError),
    row(*MAP, m("flush", -1, 1), fails=ValueError),
    row(*MAP, m("flush", 0, -1), fails=ValueError, until=(3, 15)),
    row(*MAP, m("flush", 0, -1), gives=None, since=(3, 15)),
    row(*MAP, m("flush", 1, 1), fails=Exception),
    row(*MAP, m("flush", 13, 0), fails=ValueError),
    row(*MAP, m("flush", "a"), fails=TypeError),
    row(LONG, made(), m("flush", PAGE, 50), gives=None, since=(3, 8)),
    row(LONG, made(), m("flush", PAGE), gives=None, since=(3, 15)),
    row(*READ, m("flush", 1, 1), gives=None, since=(3, 8)),
    row(*READ, m("flush", 0, 13), fails=ValueError),
    row(*MAP, FLAGS, gives=None, since=(3, 15)),
    row(*MAP, FLAGS._replace(keywords={"flags": "1"}), fails=TypeError, since=(3, 15)),
    row(*MAP, FLAGS._replace(keywords={"sync": 0}), fails=TypeError),
    row(*MAP, FLAGS._replace(arguments=[0, 13]), fails=ValueError, since=(3, 15)),
    row(*SHUT, FLAGS, fails=ValueError, since=(3, 15)),
    *(row(*ANON, m("set_name", name), fails=TypeError, since=(3, 15)) for name in (1, None)),
    row(*ANON, m("set_name", "n" * 67), fails=ValueError, since=(3, 15)),
    row(*ANON, m("set_name", "\u00e9" * 34), fails=ValueError, since=(3, 15)),
    row(*ANON, m("set_name", "a\0b"), fails=ValueError, since=(3, 15)),
    row(*MAP, m("set_name", "n"), fails=ValueError, since=(3, 15)),
    row(*ANON, m("close"), m("set_name", "n"), fails=ValueError, since=(3, 15)),
]

RESIZE = [
    row(*MAP, m("size"), gives=12),
    row(LONG, made("m0", 5), m("size"), gives=PAGE + 50),
    row(*MAP, on("f0", "truncate", 40), m("size"), gives=40),
    row(*ANON, m("size"), gives=12, since=(3, 15)),
    row(*MAP, m("resize", 5), gives=None),
    row(*MAP, m("resize", 5), m("len()"), gives=5),
    row(*MAP, m("resize", 5), SEEN, gives=b"Hello"),
    row(*MAP, m("resize", 20), WHOLE, gives=TEXT + bytes(8)),
    row(*MAP, m("resize", 20), m("size"), gives=20),
    row(*MAP, m("resize", 0), fails=SYSTEM, witness=False),
    row(*MAP, m("resize", 0), SEEN, gives=TEXT, witness=False),
    row(*MAP, m("resize", -1), fails=ValueError),
    row(*MAP, m("resize", "5"), fails=TypeError),
    row(*MAP, m("resize", 2**70), fails=OverflowError),
    row(*READ, m("resize", 5), fails=TypeError),
    row(*COPY, m("resize", 5), fails=TypeError),
    row(*VIEW, m("resize", 5), fails=BufferError),
    row(*VIEW, on("v0", "release"), m("resize", 5), gives=None),
    row(*SHRUNK, m("tell"), gives=10),
    row(*SHRUNK, m("read", 3), gives=b""),
    row(*SHRUNK, m("readline"), gives=b""),
    row(*SHRUNK, m("read_byte"), fails=ValueError),
    row(*SHRUNK, m("write_byte", 1), fails=ValueError),
    row(*SHRUNK, m("write", octets(b"")), fails=ValueError),
    row(*SHRUNK, m("seek", 0, 1), fails=ValueError),
    row(*WINDOW, m("resize", 7), SEEN, gives=CONTENT[: PAGE + 7]),
    row(*WINDOW, m("resize", 60), WHOLE, gives=CONTENT[PAGE:] + bytes(10)),
    row(*ANON, m("resize", 5), WHOLE, gives=bytes(5)),
    row(*ANON, m("resize", 13), fails=ValueError, since=(3, 14)),
    row(*ANON, m("resize", 13), gives=None, fails=ValueError, until=(3, 13), witness=False),
]

LIFECYCLE = [
    row(*MAP, m("close"), gives=None),
    row(*SHUT, m("close"), gives=None),
    row(*MAP, m(".closed"), gives=False, since=(3, 2)),
    row(*SHUT, m(".closed"), gives=True, since=(3, 2)),
    row(*MAP, m("with"), gives=True, since=(3, 2)),
    row(*MAP, m("with"), m(".closed"), gives=True, since=(3, 2)),
    *(row(*SHUT, m(name), fails=ValueError) for name in ("tell", "readline", "size", "flush")),
    *(row(*SHUT, m(name), fails=ValueError) for name in ("len()", "bool()", "read_byte", "with")),
    row(*SHUT, FIRST, fails=ValueError),
    row(*SHUT, SET, fails=ValueError),
    row(*SHUT, m("move", 0, 0, 0), fails=ValueError),
    row(*SHUT, m("write", 5), fails=(ValueError, TypeError)),
    row(*SHUT, m("tell", 5), fails=(ValueError, TypeError)),
    row(*SHUT, on("v0", "memoryview()", handle("m0")), fails=ValueError),
    row(*MAP, SET, m("close"), SEEN, gives=JELLO),
    row(*MAP, SET, m("del"), SEEN, gives=JELLO),
    row(*VIEW, m("close"), fails=BufferError),
    row(*VIEW, m("close"), FIRST, gives=72),
    row(*VIEW, on("v0", "release"), m("close"), gives=None),
    row(*VIEW, SET, on("v0", "tobytes"), gives=JELLO),
    row(*VIEW, on("v0", "[]=", 0, 74), FIRST, gives=74),
    row(*READ, on("v0", "memoryview()", handle("m0")), on("v0", "[]=", 0, 1), fails=TypeError),
    row(*MAP, m("weakref()"), gives=True, since=(3, 4)),
    row(*MAP, m("tell", 5), fails=TypeError),
    row(*MAP, m("find"), fails=TypeError),
    row(*MAP, m("move", 0, 0), fails=TypeError),
    row(*MAP, m("seek", pos=0), fails=TypeError, until=(3, 14)),
]

CONSTRUCTOR = [
    row(FILE, made("m0", 5), m("len()"), gives=5),
    row(FILE, made("m0", 5), WHOLE, gives=b"Hello"),
    row(*MAP, m("len()"), gives=12),
    row(FILE, made("m0", 13), fails=ValueError),
    row(FILE, made("m0", -1), fails=OverflowError),
    row(FILE, made("m0", -1), SEEN, gives=TEXT),
    row(FILE, made("m0", 2**70), fails=OverflowError),
    row(FILE, made("m0", "12"), fails=TypeError),
    row(FILE, made("m0", 12, STRANGE), fails=TypeError),
    row(FILE, made("m0", index(5)), m("len()"), gives=5, since=(3, 8)),
    row(on("f0", "file()", octets(b"")), made(), fails=ValueError),
    row(*ANON, WHOLE, gives=bytes(12)),
    row(made("m0", 0, -1), fails=SYSTEM),
    row(made("m0", 12, -2), fails=OSError),
    row(FILE, on("f0", "close"), made("m0", 12), fails=OSError),
    row(*MAP, on("f0", "close"), FIRST, gives=72),
    row(FILE, made(access=9), fails=ValueError),
    row(FILE, made(access="ACCESS_READ", flags="MAP_PRIVATE"), fails=ValueError),
    row(FILE, made(access="ACCESS_READ", prot="PROT_READ"), fails=ValueError),
    row(LOCKED, made(), fails=Exception),
    row(LOCKED, made(access="ACCESS_READ"), m("read_byte"), gives=72),
    row(LOCKED, made(access="ACCESS_COPY"), SET, FIRST, gives=74),
    row(FILE, made(flags="MAP_PRIVATE"), SET, SEEN, gives=TEXT),
    row(FILE, made(prot="PROT_READ"), SET, fails=TypeError, since=(3, 3)),
    row(*MAP, m("read", 3), on("f0", "position"), gives=0),
    row(FILE, on("f0", "seek", 5), made(), m("read", 3), on("f0", "position"), gives=5),
    row(FILE, made(trackfd=False), gives=None, since=(3, 13)),
    row(FILE, made(trackfd=False), m("size"), fails=SYSTEM, since=(3, 13)),
    row(FILE, made(trackfd=False), m("resize", 5), fails=ValueError, since=(3, 13)),
]

OFFSET = [
    row(*WINDOW, WHOLE, gives=CONTENT[PAGE : PAGE + 40]),
    row(*WINDOW, m("seek", 0, 2), m("tell"), gives=40),
    row(*WINDOW, m("rfind", octets(CONTENT[PAGE + 3 : PAGE + 30])), gives=3),
    row(*WINDOW, SET, SEEN, gives=CONTENT[:PAGE] + b"J" + CONTENT[PAGE + 1 :]),
    row(LONG, made(offset=PAGE), m("len()"), gives=50),
    row(LONG, made("m0", 51, offset=PAGE), fails=ValueError),
    row(LONG, made(offset=-1), fails=OverflowError),
    row(LONG, made("m0", 5, offset=1), fails=SYSTEM),
    row(LONG, made(offset=2 * PAGE), fails=ValueError),
    row(on("f0", "file()", pattern(PAGE)), made(offset=PAGE), fails=ValueError),
]

CHILD = [["m0", "[]=", [0, 74], {}], ["m0", "seek", [7], {}], ["m0", "tell", [], {}]]
SHARING = [
    row(*TWO, SET, on("m1", "[]", 0), gives=74),
    row(*MAP, made("m1", access="ACCESS_COPY"), on("m1", "[]=", 0, 1), FIRST, gives=72),
    row(*MAP, on("f0", "pwrite", octets(b"ELL"), 1), WHOLE, gives=b"HELLo\nworld\n"),
    row(*MAP, on("f0", "truncate", 40), m("len()"), gives=12),
    row(*MAP, on("", "fork()", CHILD), FIRST, gives=74),
    row(*MAP, on("", "fork()", CHILD), m("tell"), gives=0),
    row(*MAP, on("", "fork()", CHILD), SEEN, gives=JELLO),
    row(*COPY, on("", "fork()", CHILD), FIRST, gives=72),
]

CLOSING, SHRINKING, MOVING = [m("close")], [m("resize", 5)], [m("seek", 3)]
LATE = {"since": (3, 8), "witness": False}  # __index__ is due everywhere from 3.8 on
REENTRANCY = [
    row(*MAP, m("[]", reentrant(0, CLOSING)), fails=Exception, **LATE),
    row(*MAP, m("write_byte", reentrant(0, CLOSING)), fails=Exception, **LATE),
    row(*MAP, m("[]=", 9, reentrant(1, SHRINKING)), fails=IndexError, **LATE),
    row(*MAP, m("[]=", 9, reentrant(1, SHRINKING)), m("len()"), gives=5, **LATE),
    row(*MAP, m("[]", cut(3, reentrant(9, SHRINKING))), gives=b"lo", **LATE),
    row(*MAP, m("seek", reentrant(1, MOVING), 1), m("tell"), gives=4, **LATE),
    row(*MAP, m("read", reentrant(4, MOVING)), gives=b"lo\nw", **LATE),
]

TABLE = {
    "access": ACCESS, "flush": FLUSH, "resize": RESIZE, "lifecycle": LIFECYCLE,
    "constructor": CONSTRUCTOR, "offset": OFFSET, "sharing": SHARING, "reentrancy": REENTRANCY,
}  # fmt: skip


@pytest.mark.parametrize(
    ("program", "known"),
    [
        pytest.param(*each, id=f"{area} {number} {each[0][-1].method}")
        for area, table in TABLE.items()
        for number, each in enumerate(table)
    ],
)
def test_the_model_knows(
    program: Program, known: dict[str, Any], agree: Callable[..., None]
) -> None:
    agree(program, **known)


@pytest.mark.parametrize("name", ["", "n", "n" * 66, "\u00e9" * 33])
def test_memory_gets_a_name_where_the_system_has_names(
    name: str, make_facts: Callable[..., Facts]
) -> None:
    *_, (_, expectation) = modelled([*ANON, m("set_name", name)], make_facts((3, 15)))
    ((clause, allowed),) = expectation.checks
    assert clause == "naming.returns-none"
    assert allowed.matches("None")
    assert allowed.matches([["OSError", "Exception"], 22, ""])
    assert not allowed.matches([["ValueError", "Exception"], None, ""])
