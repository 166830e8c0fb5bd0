"""The model: a pure-Python world of files, maps and views.

Given an operation, ``expect`` tells what an implementation may do and which clauses
say so. It looks at no implementation and changes nothing: the world moves on when the
expectation's effect is called.
"""

from __future__ import annotations

from mmap_spec_tests.expectation import Expectation
from mmap_spec_tests.model import (
    constructor,
    files,
    flush,
    items,
    lifecycle,
    move,
    position,
    resize,
    search,
)
from mmap_spec_tests.model.reentrancy import expect_reentrant
from mmap_spec_tests.model.state import Facts, World
from mmap_spec_tests.model.table import ELSEWHERE, ON_MAP, call
from mmap_spec_tests.operations import Operation, runs_operations

__all__ = ["METHODS", "Facts", "Unrunnable", "World", "expect", "follow", "happen"]

AREAS = (constructor, files, flush, items, lifecycle, move, position, resize, search)
"""The modules whose handlers fill the table."""


METHODS = frozenset((*ON_MAP, *ELSEWHERE, *files.ON_FILE, *lifecycle.ON_VIEW, "append"))
"""Every method that an operation may name."""


class Unrunnable(LookupError):
    """An operation that makes no sense in this world: an unbound handle, a bad argument."""


def expect(world: World, operation: Operation) -> Expectation:
    """What the model allows for an operation in this world.

    Raises:
        Unrunnable: a handle is not bound, or the operation is not known.
    """
    try:
        target, method, arguments, _ = operation
        for argument in arguments:
            if type(argument) is dict and runs_operations(argument):
                return expect_reentrant(world, operation, expect)
        if method in ELSEWHERE:
            return ELSEWHERE[method](world, operation)
        if target in world.maps and method in ON_MAP:
            return call(world, world.maps[target], operation)
        if target in world.views:
            return lifecycle.on_view(world, world.views[target], operation)
        if target in world.buffers:
            return lifecycle.on_buffer(world.buffers[target], operation)
        return files.on_file(world, world.files[target], operation)
    except (LookupError, AssertionError, TypeError, ValueError, AttributeError) as error:
        raise Unrunnable(f"{operation.target} {operation.method}: {error}") from error


def follow(world: World, operation: Operation) -> Expectation:
    """What the model allows, and the world moved on as if it had happened.

    Raises:
        Unrunnable: the operation makes no sense in this world.
    """
    expectation = expect(world, operation)
    happen(operation, expectation)
    return expectation


def happen(operation: Operation, expectation: Expectation) -> None:
    """Move the world on that an operation's expectation was asked of.

    Raises:
        Unrunnable: the operation makes no sense in it.
    """
    effect = expectation.effect
    if effect is not None:
        try:
            effect()
        except (LookupError, ValueError) as error:  # of a program that was cut down
            raise Unrunnable(f"{operation.target} {operation.method}: {error}") from error
