"""Operations as data: JSON there and back, and what tagged values stand for."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmap_conformance import worker
from mmap_spec_tests.model import Facts, World, follow
from mmap_spec_tests.operations import (
    STRANGE,
    Operation,
    Value,
    buffer,
    cut,
    data_of,
    descriptor,
    handle,
    index,
    nested_operations,
    octets,
    pattern,
    pattern_bytes,
    reentrant,
    reentrant_buffer,
    tag_of,
    without_nesting,
)
from mmap_spec_tests.rules import AREAS

ALL = bytes(range(256))
CLOSE, TELL = Operation("m0", "close", []), Operation("m0", "tell", [1], {"a": 2})
TAGGED: dict[str, Value] = {
    "bytes": octets(ALL),
    "bytearray": buffer("bytearray", ALL),
    "memoryview": buffer("memoryview", b"\xff\0"),
    "array": buffer("array", b"abc"),
    "pattern": pattern(300, 7),
    "handle": handle("m0"),
    "descriptor": descriptor("f0"),
    "index": index(2**70),
    "reentrant": reentrant(-5, [CLOSE, TELL]),
    "reentrant_buffer": reentrant_buffer(ALL, [TELL]),
    "slice": cut(None, index(3), -1),
    "object": STRANGE,
}


def again(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("tag", TAGGED)
def test_tagged_values_are_json_as_they_stand(tag: str) -> None:
    value = TAGGED[tag]
    assert again(value) == value
    assert tag_of(value) == tag
    assert list(value) == [tag]


@pytest.mark.parametrize("value", [None, True, 5, -(2**70), 1.5, "text", "", [["m0", "tell"]]])
def test_other_values_have_no_tag(value: Value) -> None:
    assert again(value) == value
    assert tag_of(value) == ""
    assert data_of(value) is None
    assert without_nesting(value) == value


def test_an_operation_is_json_and_back() -> None:
    operation = Operation("m0", "find", list(TAGGED.values()), {"start": index(1)})
    assert Operation(*again(operation)) == operation
    assert Operation(*again(Operation("m0", "tell"))) == Operation("m0", "tell", [], {})
    assert Operation("m0", "tell", []) == Operation("m0", "tell", [], {})


@pytest.mark.parametrize("area", AREAS)
def test_programs_are_json_and_back(
    area: str, programs: Callable[..., Any], make_facts: Callable[..., Facts]
) -> None:
    """What is read back from JSON means the same to the model."""
    for steps in programs(area, (3, 15), 20):
        text = json.dumps([operation for operation, _ in steps])
        program = [Operation(*item) for item in json.loads(text)]
        assert json.dumps(program) == text
        world = World(make_facts((3, 15)))
        assert [follow(world, operation).checks for operation in program] == [
            expectation.checks for _, expectation in steps
        ]


@pytest.mark.parametrize(
    ("tag", "data"),
    [
        ("bytes", ALL), ("bytearray", ALL), ("memoryview", b"\xff\0"), ("array", b"abc"),
        ("reentrant_buffer", ALL), ("pattern", pattern_bytes(300, 7)), ("handle", None),
        ("descriptor", None), ("index", None), ("reentrant", None), ("slice", None),
        ("object", None),
    ],
)  # fmt: skip
def test_bytes_of_a_value(tag: str, data: bytes | None) -> None:
    assert data_of(TAGGED[tag]) == data


@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview", "array", "pattern"])
def test_the_worker_makes_the_bytes_that_the_model_knows(kind: str, tmp_path: Path) -> None:
    import mmap

    made = worker.Session(mmap, str(tmp_path)).value(TAGGED[kind])
    types = {"bytearray": bytearray, "memoryview": memoryview, "array": array}
    assert type(made) is types.get(kind, bytes)
    assert bytes(made) == data_of(TAGGED[kind])


def test_the_worker_makes_the_objects_that_the_model_thinks_of(tmp_path: Path) -> None:
    import mmap

    session = worker.Session(mmap, str(tmp_path))
    number = session.value(TAGGED["index"])
    assert not isinstance(number, int)
    assert number.__index__() == 2**70
    bounds = session.value(TAGGED["slice"])
    assert type(bounds) is slice
    assert (bounds.start, bounds.stop.__index__(), bounds.step) == (None, 3, -1)
    with pytest.raises(LookupError, match="unknown tag"):
        session.value({"no such tag": 1})


def test_the_worker_runs_what_is_nested_before_it_converts(tmp_path: Path) -> None:
    import mmap

    session = worker.Session(mmap, str(tmp_path))
    session.perform("m0", "mmap()", [-1, 5])
    session.perform("m0", "seek", [reentrant(1, [Operation("m0", "seek", [3]), TELL]), 1])
    assert session.perform("m0", "tell") == 3 + 1
    assert session.inner[0] in ("None", "3")  # which it returns since 3.13
    assert session.inner[1][0][0] == "TypeError"
    session.reset()


@given(st.integers(0, 9000), st.integers(0, 1000))
def test_the_worker_makes_the_same_pattern(length: int, seed: int) -> None:
    made = pattern_bytes(length, seed)
    assert made == worker.pattern(length, seed)
    assert len(made) == length


def test_the_pattern_is_what_it_has_always_been() -> None:
    assert pattern_bytes(8, 0) == b"\nhov}\x84\x8b\x92"
    assert pattern_bytes(3, 1) == b"hov"


def test_pages_of_the_pattern_differ_and_have_lines() -> None:
    pages = [pattern_bytes(16 * 4096, 0)[start : start + 4096] for start in range(0, 65536, 4096)]
    assert len(set(pages)) == len(pages)
    assert all(page.count(b"\n") > 100 for page in pages)


def test_seeds_of_the_pattern_differ() -> None:
    assert len({pattern_bytes(13, seed) for seed in range(251)}) == 251
    assert pattern_bytes(13, 251) == pattern_bytes(13, 0)


def test_nested_operations_come_in_the_order_of_conversion() -> None:
    first, second, third, fourth = (Operation("m0", "seek", [n]) for n in range(4))
    operation = Operation(
        "m0",
        "find",
        [
            5,
            cut(reentrant(1, [first]), None, reentrant(1, [second])),
            reentrant_buffer(b"a", [third]),
        ],
        {"end": reentrant(1, [fourth])},
    )
    # As lists from JSON, and without what a default left out.
    assert nested_operations(Operation(*again(operation))) == [first, second, third, fourth]
    assert nested_operations(operation) == [first, second, third, fourth]


@pytest.mark.parametrize("tag", sorted(TAGGED.keys() - {"reentrant", "reentrant_buffer"}))
def test_other_values_run_nothing(tag: str) -> None:
    assert nested_operations(Operation("m0", "find", [TAGGED[tag], 3, None])) == []
    assert without_nesting(TAGGED[tag]) == TAGGED[tag]


def test_an_operation_that_a_child_runs_is_not_nested() -> None:
    child = [list(Operation("m0", "seek", [reentrant(1, [CLOSE])]))]
    assert nested_operations(Operation("", "fork()", [child])) == []


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (reentrant(3, [CLOSE]), index(3)),
        (reentrant_buffer(ALL, [CLOSE]), octets(ALL)),
        (cut(reentrant(1, [CLOSE]), index(2), 3), cut(index(1), index(2), 3)),
    ],
)
def test_without_nesting(value: Value, plain: Value) -> None:
    assert without_nesting(value) == plain
    assert not nested_operations(Operation("m0", "[]", [without_nesting(value)]))
