"""Operations and programs as Python text, for people and for reproducers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mmap_spec_tests.operations import Operation, Program, Value, tag_of


def lines(program: Program, module: str = "mmap") -> list[str]:
    """A program as text, one line an operation.

    The lines are Python but for helpers such as ``file``, ``pattern`` and ``Index``,
    which stand for the tagged values and handles of ``operations.py``.

    Args:
        program: the operations.
        module: what the implementation's module is called in the text.

    Raises:
        LookupError: a tag is not known.
    """
    renderer = Renderer(module)
    return [renderer.statement(Operation(*operation)) for operation in program]


def printable(text: str) -> str:
    """Text of an implementation, without what a terminal or a file would choke on."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


class Renderer:
    """Turns values into expressions and operations into statements."""

    def __init__(self, module: str = "mmap") -> None:
        self.module = module

    def value(self, value: Value) -> str:
        """A tagged value or a JSON scalar as an expression.

        Raises:
            LookupError: the tag is not known.
        """
        tag = tag_of(value)
        if tag:
            if tag not in VALUES:
                raise LookupError(f"unknown tag {tag!r}")
            return VALUES[tag](self, value[tag])
        if isinstance(value, float) and not math.isfinite(value):
            return f"float('{value}')"
        return repr(value)

    def expression(self, operation: Operation) -> str:
        """An operation as something that has a value, where Python has an expression for it."""
        target, method, arguments, _ = operation
        if method in EXPRESSIONS:
            return EXPRESSIONS[method](self, target, arguments)
        if method in CONSTRUCTORS:
            maker = CONSTRUCTORS[method].format(module=self.module)
            if method == "file()" and list(arguments[1:]) == ["update"]:
                operation = operation._replace(arguments=arguments[:1])
            return f"{maker}({self.arguments(operation)})"
        if method.startswith("."):
            return f"{target}{method}"
        if not method.isidentifier():
            raise LookupError(f"unknown method {method!r}")
        return f"{target}.{method}({self.arguments(operation)})"

    def statement(self, operation: Operation) -> str:
        """An operation as a line of Python."""
        if operation.method in CONSTRUCTORS:
            return f"{operation.target} = {self.expression(operation)}"
        if operation.method in STATEMENTS:
            return STATEMENTS[operation.method](self, operation.target, operation.arguments)
        return self.expression(operation)

    def inline(self, operation: Operation) -> str:
        """An operation as it can stand inside a lambda."""
        if operation.method in CONSTRUCTORS:
            return f"({operation.target} := {self.expression(operation)})"
        return self.expression(operation)

    def arguments(self, operation: Operation) -> str:
        """All arguments of an operation, as between the brackets of a call."""
        texts = [self.value(argument) for argument in operation.arguments]
        texts += [f"{name}={self.value(value)}" for name, value in operation.keywords.items()]
        return ", ".join(texts)

    def key(self, value: Value) -> str:
        """A subscript, as between square brackets."""
        if tag_of(value) != "slice":
            return self.value(value)
        start, stop, step = ("" if part is None else self.value(part) for part in value["slice"])
        return f"{start}:{stop}" + (f":{step}" if step else "")

    def does(self, operations: Iterable[Sequence[Any]]) -> str:
        """Operations that an argument runs, as a function."""
        calls = [self.inline(Operation(*operation)) for operation in operations]
        return f"lambda: {calls[0]}" if len(calls) == 1 else f"lambda: ({', '.join(calls)})"


def _octets(content: str) -> str:
    return repr(content.encode("latin-1"))


def _pattern(_: Renderer, content: list[int]) -> str:
    length, seed = content
    return f"pattern({length}, {seed})" if seed else f"pattern({length})"


def _reentrant(renderer: Renderer, content: Any) -> str:
    return f"Index({renderer.value(content[0])}, does={renderer.does(content[1])})"


def _reentrant_buffer(renderer: Renderer, content: Any) -> str:
    return f"Buffer({_octets(content[0])}, does={renderer.does(content[1])})"


def _constant(renderer: Renderer, names: str) -> str:
    return " | ".join(f"{renderer.module}.{name}" for name in names.split("|"))


def _slice(renderer: Renderer, parts: list[Value]) -> str:
    return f"slice({', '.join(renderer.value(part) for part in parts)})"


VALUES: dict[str, Callable[[Renderer, Any], str]] = {
    "bytes": lambda _, content: _octets(content),
    "pattern": _pattern,
    "handle": lambda _, name: str(name),
    "descriptor": lambda _, name: f"{name}.fd",
    "constant": _constant,
    "bytearray": lambda _, content: f"bytearray({_octets(content)})",
    "memoryview": lambda _, content: f"memoryview({_octets(content)})",
    "array": lambda _, content: f"array('B', {_octets(content)})",
    "slice": _slice,
    "index": lambda renderer, content: f"Index({renderer.value(content)})",
    "reentrant": _reentrant,
    "reentrant_buffer": _reentrant_buffer,
    "tagname": lambda _, content: repr(content),
    "object": lambda _renderer, _content: "object()",
}
"""How each tagged value of the worker is written."""

CONSTRUCTORS = {
    "file()": "file",
    "mmap()": "{module}.mmap",
    "memoryview()": "memoryview",
    "bytearray()": "bytearray",
}
"""Operations that bind a handle, and what they call."""

Writer = Callable[[Renderer, str, Sequence[Value]], str]

EXPRESSIONS: dict[str, Writer] = {
    "[]": lambda r, target, args: f"{target}[{r.key(args[0])}]",
    "[]=": lambda r, target, args: f"{target}.__setitem__({r.value(args[0])}, {r.value(args[1])})",
    "del []": lambda r, target, args: f"{target}.__delitem__({r.value(args[0])})",
    "in": lambda r, target, args: f"{r.value(args[0])} in {target}",
    "len()": lambda r, target, args: f"len({target})",
    "bool()": lambda r, target, args: f"bool({target})",
    "repr()": lambda r, target, args: f"repr({target})",
    "bytes()": lambda r, target, args: f"bytes(memoryview({target}))",
    "list()": lambda r, target, args: f"list(islice({target}, {r.value(args[0])}))",
    "re.search()": lambda r, target, args: f"re.search({r.value(args[0])}, {target})",
    "with": lambda r, target, args: f"{target}.__enter__().__exit__(None, None, None)",
    "weakref()": lambda r, target, args: f"weakref.ref({target})() is {target}",
    "del": lambda r, target, args: f"globals().pop({target!r})",
    "fork()": lambda r, target, args: f"fork({r.does(args[0])})",
    "exit()": lambda r, target, args: "exit()",
    "leaked()": lambda r, target, args: "leaked()",
}
"""Operations of the worker's own, where an expression is asked for."""

STATEMENTS: dict[str, Writer] = {
    "[]=": lambda r, target, args: f"{target}[{r.key(args[0])}] = {r.value(args[1])}",
    "del []": lambda r, target, args: f"del {target}[{r.key(args[0])}]",
    "with": lambda r, target, args: f"with {target}: pass",
    "del": lambda r, target, args: f"del {target}",
}
"""Those of them that Python has a syntax of its own for."""
