"""Variants of a reduced program that tell which of its operations is at fault."""

from __future__ import annotations

from collections.abc import Container, Iterator

from mmap_spec_tests.model import Facts, World, follow
from mmap_spec_tests.operations import Operation, Program, nested_operations, without_nesting
from mmap_spec_tests.programs import ending


def flat(program: Program) -> Program:
    """The program up to what its last operation runs while arguments are converted."""
    return [*program[:-1], *nested_operations(program[-1])]


def expanded(program: Program) -> Program:
    """The program with everything run before the operation whose arguments would run it."""
    made: Program = []
    for operation in program:
        made += nested_operations(operation)
        target, method, arguments, keywords = operation
        plain = [without_nesting(argument) for argument in arguments]
        made.append(Operation(target, method, plain, keywords))
    return made


def looks_at_files(program: Program) -> Iterator[Program]:
    """The program with a look at a file in place of the operation it dies in.

    Lost data says more than the death of whoever looks at it through the map.
    """
    for name in dict.fromkeys(each.target for each in program if each.method == "file()"):
        yield [*program[:-1], Operation(name, "contents")]


def watched(program: Program, facts: Facts, distrusted: Container[str]) -> tuple[Program, set[int]]:
    """The program with a look at everything after each operation, and where the looks are.

    An operation that goes wrong without a sign would otherwise be told as the fault of a
    later one that is right.

    Args:
        program: makes sense to the model.
        facts: what the model must know of the implementation.
        distrusted: looks that are wrong themselves, and of no use.
    """
    world = World(facts)
    made: Program = []
    looks: set[int] = set()
    for number, operation in enumerate(program, 1):
        follow(world, operation)
        made.append(operation)
        if number == len(program):
            break
        # Right before the last operation, the same look would only show the same.
        useless = program[-1].method if number == len(program) - 1 else ""
        for look in ending(world):
            if look.method not in distrusted and look.method != useless:
                follow(world, look)
                looks.add(len(made))
                made.append(look)
    return made, looks
