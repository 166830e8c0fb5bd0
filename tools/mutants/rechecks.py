"""Checks that come before the arguments are converted, and not once more afterwards.

Converting an argument may run Python code that closes the map. The code here checks after it;
implementations that check only before it crash. Two edits make such a mutant: the check
leaves the function that acts and goes to the beginning of the one that converts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mutants.mutant import Edit, Mutant
from mutants.parsing import (
    Node,
    arguments,
    body_of,
    callee,
    declarator_of,
    functions,
    inside,
    name_of,
    text,
)

_CHECK = "is_open"
_CONVERTS = re.compile(r"to_\w+|PyObject_GetBuffer|PyArg_\w+|PyNumber_\w+|PySlice_Unpack")


def rechecks(trees: Mapping[str, Node]) -> Iterator[Mutant]:
    """The mutants of files, by name."""
    for file, root in trees.items():
        every = list(functions(root))
        for acting in every:
            checks = [n for n in _calls(acting) if callee(n).startswith(_CHECK)]
            for converting in every:
                if checks and _converts_for(converting, name_of(acting)):
                    yield _moved(file, checks, acting, converting)


def _calls(node: Node) -> Iterator[Node]:
    return (each for each in inside(node) if each.type == "call_expression")


def _converts_for(function: Node, acting: str) -> bool:
    """Whether a function converts arguments and then calls the one that acts."""
    names = [callee(call) for call in _calls(body_of(function))]
    if acting not in names:
        return False
    return any(_CONVERTS.fullmatch(name) for name in names[: names.index(acting)])


def _moved(file: str, checks: list[Node], acting: Node, converting: Node) -> Mutant:
    edits = [_replaced(file, check) for check in checks]
    opening = body_of(converting).children[0]
    this = next(n for n in inside(declarator_of(converting)) if n.type == "parameter_declaration")
    name = [text(n) for n in inside(this) if n.type == "identifier"][-1]
    gives = "NULL" if declarator_of(converting).type == "pointer_declarator" else "-1"
    check = f"{{ if (!{_CHECK}((MmapObject *){name})) {{ return {gives}; }}"
    edits.append(Edit(file, opening.start_byte, opening.end_byte, check.encode()))
    operator = "missing re-check"
    change = f"of {name_of(acting)}, checked first"
    line = converting.start_point.row + 1
    return Mutant(f"{file}:{name_of(converting)}:{operator}:{change}", operator, line, tuple(edits))


def _replaced(file: str, check: Node) -> Edit:
    """What else a check asks for stays: ``is_open_and_writable`` becomes ``is_writable``."""
    rest = callee(check).removeprefix(_CHECK).removeprefix("_and_")
    (self,) = map(text, arguments(check))
    replacement = f"is_{rest}({self})" if rest else "1"
    return Edit(file, check.start_byte, check.end_byte, replacement.encode())
