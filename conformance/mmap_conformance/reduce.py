"""Makes a failing program minimal: fewer operations first, then plainer arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mmap_spec_tests.operations import Operation, Program

ATTEMPTS = 400
"""Candidates that are worth trying for one finding."""

Fails = Callable[[Program], bool]
"""Whether a program still shows the finding."""


def reduce(program: Program, fails: Fails, attempts: int) -> Program:
    """A program that still fails and of which no single part can be left out.

    Args:
        program: fails as it stands.
        fails: tried on each candidate.
        attempts: how many candidates may be tried at most.
    """
    trial = _Trial(fails, attempts)
    while True:
        smaller = fewer(program, trial)
        smaller = _plainer(smaller, trial)
        if smaller == program or trial.left <= 0:
            return smaller
        program = smaller


class _Trial:
    """Tries candidates, each once, until there are no attempts left."""

    def __init__(self, fails: Fails, attempts: int) -> None:
        self._fails = fails
        self.left = attempts
        self._known: dict[str, bool] = {}

    def __call__(self, program: Program) -> bool:
        key = repr(program)
        if key not in self._known:
            if self.left <= 0:
                return False
            self.left -= 1
            self._known[key] = self._fails(program)
        return self._known[key]


def fewer(program: Program, fails: Fails) -> Program:
    """The program without the operations it does not need; the last one always stays."""
    size = len(program) // 2 or 1
    while size:
        start = len(program) - 1 - size
        while start > -size:
            first = max(start, 0)
            candidate = program[:first] + program[start + size :]
            if len(candidate) < len(program) and candidate and fails(candidate):
                program = candidate
            start -= size
        size //= 2
    return program


def _plainer(program: Program, fails: Fails) -> Program:
    """Replace arguments by plainer ones, one at a time."""
    for number in range(len(program)):
        changed = True
        while changed:
            changed = False
            for operation in _plainer_operations(program[number]):
                candidate = [*program[:number], operation, *program[number + 1 :]]
                if fails(candidate):
                    program, changed = candidate, True
                    break
    return program


def _plainer_operations(operation: Operation) -> Iterator[Operation]:
    target, method, arguments, keywords = operation
    for name in keywords:
        rest = {key: value for key, value in keywords.items() if key != name}
        yield Operation(target, method, arguments, rest)
    for name, value in keywords.items():
        for plainer in _plainer_values(value):
            yield Operation(target, method, arguments, {**keywords, name: plainer})
    if arguments and method.isidentifier():
        yield Operation(target, method, arguments[:-1], keywords)
    for place, value in enumerate(arguments):
        for plainer in _plainer_values(value):
            changed = [*arguments[:place], plainer, *arguments[place + 1 :]]
            yield Operation(target, method, changed, keywords)


def _plainer_values(value: Any) -> Iterator[Any]:
    if type(value) is int:
        yield from (n for n in (0, 1, 2, 4096) if abs(n) < abs(value))
        if value < -1:
            yield -1
        if abs(value) > 8:
            yield value // 2
        if 1 < abs(value) <= 64:
            yield value - (1 if value > 0 else -1)
    elif type(value) is dict:
        ((tag, content),) = value.items()
        if tag == "pattern":
            length, seed = content
            if seed:
                yield {"pattern": [length, 0]}
            for shorter in (1, 13, 4096, 4097, length // 2, length - 1):
                if 0 < shorter < length:
                    yield {"pattern": [shorter, seed]}
        elif tag in ("bytes", "bytearray", "memoryview", "array"):
            if content:
                yield {tag: content[: len(content) // 2]}
                yield {tag: content[:-1]}
            if content.strip("a"):
                yield {tag: "a" * len(content)}
        elif tag == "index":
            yield content
        elif tag == "slice":
            for place, part in enumerate(content):
                plainer = [None, *_plainer_values(part)] if part is not None else []
                for new in plainer:
                    yield {"slice": [*content[:place], new, *content[place + 1 :]]}
        elif tag == "reentrant":
            number, does = content
            yield {"index": number}
            for new in _plainer_values(number):
                yield {"reentrant": [new, does]}
    elif type(value) is list:  # the operations of a forked child
        for place in range(len(value)):
            yield value[:place] + value[place + 1 :]
