"""Operations whose arguments run other operations while they are converted."""

from __future__ import annotations

from collections.abc import Callable

from mmap_spec_tests.expectation import ANYTHING, RAISES, Allowed, Expectation
from mmap_spec_tests.model.state import World
from mmap_spec_tests.model.table import ON_MAP, has_index, honours_index, needs
from mmap_spec_tests.operations import Operation, nested_operations, without_nesting

Expect = Callable[[World, Operation], Expectation]


def expect_reentrant(world: World, operation: Operation, expect: Expect) -> Expectation:
    """Arguments are converted first: what they run has happened when the checks begin."""
    _, fewest, most, _ = ON_MAP[operation.method]
    if operation.keywords or not fewest <= len(operation.arguments) <= most:
        raise LookupError("nothing is converted where the number of arguments is wrong")
    if any("reentrant_buffer" in a for a in operation.arguments if type(a) is dict):
        needs(world, "python-buffers")
    after = world.copy()
    map = after.maps[operation.target]
    was_closed, old_size = map.closed, map.size
    meanwhile = []
    for nested in nested_operations(operation):
        expectation = expect(after, nested)
        meanwhile.append((nested, expectation._replace(effect=None)))
        if expectation.effect is not None:
            expectation.effect()
    plain = Operation(
        operation.target,
        operation.method,
        [without_nesting(argument) for argument in operation.arguments],
        {name: without_nesting(value) for name, value in operation.keywords.items()},
    )
    converted = expect(after, plain)
    if map.closed and not was_closed:
        clause = "reentrancy.closed-by-argument"
    elif map.size != old_size:
        clause = "reentrancy.resized-by-argument"
    else:
        clause = "reentrancy.changed-by-argument"
    allowed: Allowed = converted.lawful
    if map.closed:
        # A position of a closed map, or nothing flushed, does no harm, and no CPython minds.
        # Elsewhere whatever is checked first may be what is raised.
        allowed = ANYTHING if operation.method in ("seek", "flush") else RAISES

    def effect() -> None:
        if converted.effect is not None:
            converted.effect()
        world.adopt(after)

    expectation = converted._replace(
        checks=((clause, allowed),), effect=effect, meanwhile=tuple(meanwhile), looks=False
    )
    if has_index(operation.arguments):
        return honours_index(world, operation.method, expectation)
    return expectation
