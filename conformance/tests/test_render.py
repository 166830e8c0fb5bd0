"""Rendering: every value and operation as Python text that means the same."""

from __future__ import annotations

import mmap
import random
from array import array
from typing import Any

import pytest

from mmap_conformance import worker
from mmap_conformance.render import CONSTRUCTORS, EXPRESSIONS, STATEMENTS, VALUES, Renderer, lines
from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.corpus import Entry, corpus
from mmap_spec_tests.draw import BytesDraw
from mmap_spec_tests.model import Facts
from mmap_spec_tests.operations import Operation, pattern_bytes
from mmap_spec_tests.programs import Generator
from mmap_spec_tests.rules import AREAS

SEEK = ["m0", "seek", [3], {}]

SAMPLES: dict[str, tuple[Any, str]] = {
    "bytes": ("a\xff'", 'b"a\\xff\'"'),
    "pattern": ([30, 7], "pattern(30, 7)"),
    "handle": ("m0", "m0"),
    "descriptor": ("f0", "f0.fd"),
    "constant": ("MAP_SHARED|MAP_PRIVATE", "mmap.MAP_SHARED | mmap.MAP_PRIVATE"),
    "bytearray": ("ab", "bytearray(b'ab')"),
    "memoryview": ("ab", "memoryview(b'ab')"),
    "array": ("ab", "array('B', b'ab')"),
    "slice": ([1, {"index": 2}, None], "slice(1, Index(2), None)"),
    "index": (5, "Index(5)"),
    "reentrant": ([5, [SEEK]], "Index(5, does=lambda: m0.seek(3))"),
    "reentrant_buffer": (
        ["ab", [SEEK, SEEK]],
        "Buffer(b'ab', does=lambda: (m0.seek(3), m0.seek(3)))",
    ),
    "tagname": ("zwei", "'zwei'"),
    "object": (None, "object()"),
}
"""For each tag a content, and how it is written."""


class File:
    fd = 77

    def fileno(self) -> int:
        return self.fd


class Index:
    def __init__(self, value: int, does: Any = None) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value

    def __eq__(self, other: object) -> bool:
        return hasattr(other, "__index__") and self.value == int(other)  # type: ignore[call-overload, no-any-return]


NAMES = {"m0": "a map", "f0": File(), "mmap": mmap, "array": array, "Index": Index}
NAMES["pattern"] = lambda length, seed=0: pattern_bytes(length, seed)


def test_every_tag_has_a_sample() -> None:
    assert SAMPLES.keys() == VALUES.keys()


@pytest.mark.parametrize("tag", SAMPLES)
def test_values_are_written_as_python(tag: str) -> None:
    content, text = SAMPLES[tag]
    assert Renderer().value({tag: content}) == text
    compile(text, tag, "eval")


NOT_EQUAL = ("object", "reentrant_", "tagname")  # other for every worker, or of no type of ours


@pytest.mark.parametrize("tag", [t for t in SAMPLES if not t.startswith(NOT_EQUAL)])
def test_values_mean_what_the_worker_makes_of_them(tag: str) -> None:
    session = worker.Session(mmap, "")
    session.handles = NAMES
    made = session.value({tag: SAMPLES[tag][0]})
    meant = eval(SAMPLES[tag][1], dict(NAMES))
    if tag == "slice":
        made, meant = [made.start, made.stop, made.step], [meant.start, meant.stop, meant.step]
    assert meant == made


@pytest.mark.parametrize(
    "value", [0, -5, 1 << 70, True, None, 1.5, "text", float("inf"), float("-inf")]
)
def test_scalars_are_written_as_python(value: object) -> None:
    assert eval(Renderer().value(value)) == value


def test_not_a_number_is_written_as_python() -> None:
    assert Renderer().value(float("nan")) == "float('nan')"


def test_a_module_may_have_another_name() -> None:
    assert lines([Operation("m0", "mmap()", [-1, 5])], "mine") == ["m0 = mine.mmap(-1, 5)"]
    assert Renderer("mine").value({"constant": "ACCESS_READ"}) == "mine.ACCESS_READ"


def test_every_operation_of_the_worker_can_be_written() -> None:
    assert EXPRESSIONS.keys() == worker.SPECIAL.keys()
    assert CONSTRUCTORS.keys() == worker.MAKERS.keys()
    assert STATEMENTS.keys() <= EXPRESSIONS.keys()


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (Operation("f0", "file()", [{"pattern": [5, 0]}, "update"]), "f0 = file(pattern(5))"),
        (Operation("f0", "file()", [{"bytes": ""}, "read"]), "f0 = file(b'', 'read')"),
        (Operation("m0", "mmap()", [-1, 5], {"access": 1}), "m0 = mmap.mmap(-1, 5, access=1)"),
        (Operation("v0", "memoryview()", [{"handle": "m0"}]), "v0 = memoryview(m0)"),
        (Operation("m0", "seek", [5, 2]), "m0.seek(5, 2)"),
        (Operation("m0", ".closed"), "m0.closed"),
        (Operation("m0", "[]", [-1]), "m0[-1]"),
        (Operation("m0", "[]", [{"slice": [1, None, 2]}]), "m0[1::2]"),
        (Operation("m0", "[]", [{"slice": [None, 5, None]}]), "m0[:5]"),
        (Operation("m0", "[]", [{"slice": [None, None, 0]}]), "m0[::0]"),
        (Operation("m0", "[]=", [3, 255]), "m0[3] = 255"),
        (Operation("m0", "[]=", [{"slice": [0, 2, None]}, {"bytes": "ab"}]), "m0[0:2] = b'ab'"),
        (Operation("m0", "del []", [0]), "del m0[0]"),
        (Operation("m0", "in", [{"bytes": "a"}]), "b'a' in m0"),
        (Operation("m0", "len()"), "len(m0)"),
        (Operation("m0", "bytes()"), "bytes(memoryview(m0))"),
        (Operation("m0", "list()", [3]), "list(islice(m0, 3))"),
        (Operation("m0", "re.search()", [{"bytes": "a."}]), "re.search(b'a.', m0)"),
        (Operation("m0", "with"), "with m0: pass"),
        (Operation("m0", "del"), "del m0"),
        (Operation("m0", "weakref()"), "weakref.ref(m0)() is m0"),
        (Operation("", "fork()", [[SEEK]]), "fork(lambda: m0.seek(3))"),
        (
            Operation("", "fork()", [[["m0", "[]=", [0, 1], {}], ["m1", "mmap()", [-1, 2], {}]]]),
            "fork(lambda: (m0.__setitem__(0, 1), (m1 := mmap.mmap(-1, 2))))",
        ),
        (Operation("", "exit()"), "exit()"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_operations_are_written_as_python(operation: Operation, text: str) -> None:
    assert lines([operation]) == [text]
    compile(text, "line", "exec")


@pytest.mark.parametrize(
    "operation",
    [Operation("m0", "no()"), Operation("m0", "read", [{"no": 1}]), Operation("m0", "")],
)
def test_what_is_not_known_is_refused(operation: Operation) -> None:
    with pytest.raises(LookupError, match="unknown"):
        lines([operation])


@pytest.mark.parametrize("entry", corpus(), ids=lambda entry: entry.clause)
def test_the_whole_corpus_can_be_written(entry: Entry) -> None:
    written = lines(entry.program)
    assert len(written) == len(entry.program)
    compile("\n".join(written), entry.clause, "exec")


@pytest.mark.parametrize("area", AREAS)
def test_whatever_is_generated_can_be_written(area: str) -> None:
    constants = {name: getattr(mmap, name) for name in dir(mmap) if name.isupper()}
    can = GRANTED | {"madvise", "seekable", "set_name", "fork", "python-buffers"}
    generator = Generator(Facts((3, 15), constants=constants, capabilities=can))
    choices = random.Random(7)
    for _ in range(10):
        steps = generator.program(BytesDraw(choices.randbytes(300)), area, 30)
        compile("\n".join(lines([operation for operation, _ in steps])), area, "exec")
