"""What the model knows of names on Windows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mmap_spec_tests.model import Facts, World, expect, follow
from mmap_spec_tests.operations import Operation, Value, descriptor, pattern, tag_name


@pytest.mark.parametrize(
    ("fileno", "name", "held"),
    [(-1, "one", True), (-1, "two", False), ("f0", None, False), ("f0", "two", False)],
)
def test_memory_is_held_under_its_name(
    make_facts: Callable[..., Facts], fileno: int | str, name: str | None, held: bool
) -> None:
    given: Value = descriptor(fileno) if isinstance(fileno, str) else fileno
    named = {} if name is None else {"tagname": tag_name(name)}
    world = World(make_facts((3, 15), "windows"))
    for operation in (
        Operation("f0", "file()", [pattern(10)]),
        Operation("m0", "mmap()", [given, 10], {"tagname": tag_name("one")}),
        Operation("m1", "mmap()", [given, 10], named),
    ):
        follow(world, operation)
    expectation = expect(world, Operation("m0", "resize", [20]))
    assert ("resize.windows-held-elsewhere" in expectation.clauses) is held
