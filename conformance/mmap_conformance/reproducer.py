"""Findings as Python scripts that depend on nothing but the implementation."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

from mmap_conformance import reproducer_text as text
from mmap_conformance.events import Event, Finding, Found, Started
from mmap_conformance.inprocess import model_facts
from mmap_conformance.render import CONSTRUCTORS, VALUES, Renderer
from mmap_spec_tests.clause import parse_edition
from mmap_spec_tests.clauses import CLAUSES
from mmap_spec_tests.expectation import (
    Accepts,
    Allowed,
    Either,
    Expectation,
    Raises,
    Returns,
    ReturnsLike,
    Shows,
    Survives,
)
from mmap_spec_tests.model import Facts
from mmap_spec_tests.model.files import InChild
from mmap_spec_tests.operations import Operation, Value, pattern_bytes
from mmap_spec_tests.programs import modelled

LONGEST_LITERAL = 40
"""Bytes of a pattern that are written out; longer ones are computed."""


class Scripts:
    """Makes a script of each finding of a run."""

    def __init__(self, timeout: float) -> None:
        """Begin.

        Args:
            timeout: seconds after which a script that hangs gives up.
        """
        self._timeout = timeout
        self._started: dict[str, Started] = {}

    def note(self, event: Started) -> None:
        """Take note of what an implementation is; its findings come later."""
        self._started[event.implementation] = event

    def of(self, finding: Finding) -> str:
        """The script of a finding."""
        started = self._started[finding.implementation]
        facts = model_facts(started.facts, parse_edition(started.edition))
        return reproducer(finding, facts, started.module, self._timeout)


class Reproducers:
    """A consumer of events that writes a script for each finding."""

    def __init__(self, directory: Path, timeout: float) -> None:
        """Create the folder.

        Args:
            directory: where the scripts go.
            timeout: seconds after which a script that hangs gives up.

        Raises:
            OSError: the folder cannot be made.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._scripts = Scripts(timeout)
        self._names: set[str] = set()

    def __call__(self, event: Event) -> None:
        """Write a script if the event is a finding."""
        if isinstance(event, Started):
            self._scripts.note(event)
        elif isinstance(event, Found):
            script = self._scripts.of(event.finding)
            (self._directory / self._free(event.finding)).write_text(script, "utf-8")

    def close(self) -> None:
        """Nothing is held."""

    def _free(self, finding: Finding) -> str:
        stem = name = file_stem(finding)
        number = 1
        while name in self._names:
            number += 1
            name = f"{stem}-{number}"
        self._names.add(name)
        return f"{name}.py"


_WORDS = {"[]": "getitem", "[]=": "setitem", "del []": "delitem"}


def file_stem(finding: Finding) -> str:
    """The name of a finding's script, without its suffix."""
    operation = _WORDS.get(finding.operation, finding.operation)
    parts = (finding.clause, operation, finding.implementation)
    return "-".join(re.sub(r"[^\w.]+", "_", part).strip("_.") or "x" for part in parts)


def reproducer(finding: Finding, facts: Facts, module: str, timeout: float = 5.0) -> str:
    """A finding as a Python script: it exits with 0 once the bug is fixed.

    Args:
        finding: its program is replayed through the model for what is lawful.
        facts: what the model must know of the implementation.
        module: the implementation's module.
        timeout: seconds after which a hang is taken for one.

    Raises:
        Unrunnable: the program makes no sense to the model.
    """
    steps = modelled([Operation(*item) for item in finding.program], facts)
    script = _Script(finding.clause)
    for number, (operation, expectation) in enumerate(steps):
        script.step(operation, expectation, last=number == len(steps) - 1)
    return text.assemble(
        finding, CLAUSES[finding.clause], module, timeout, script.lines, script.used
    )


class _Script(Renderer):
    """Writes operations as plain Python, a few lines each."""

    def __init__(self, clause: str) -> None:
        super().__init__("mmap")
        self._clause = clause
        self._functions = 0
        self._wanted: list[Allowed] = []  # of the operation that fails
        self._before: list[str] = []  # functions that the next statement needs
        self.lines: list[str] = []
        self.used: set[str] = set()  # helpers
        self.files: set[str] = set()
        self.handles: list[str] = []

    def step(self, operation: Operation, expectation: Expectation, *, last: bool) -> None:
        """Add an operation, with a comment on what is expected of it."""
        checks = expectation.checks if last else ()
        self._wanted = [allowed for clause, allowed in checks if clause == self._clause]
        if checks and not self._wanted:  # the clause is an earlier operation's: see what it left
            self._wanted = [expectation.lawful]
        body = self.block(operation, store=last)
        self.lines += self._before
        self._before = []
        if last:
            self.lines += ["result = error = None", "try:", *_indented(body)]
            self.lines += ["except BaseException as caught:", "    error = caught"]
            self._verdict(operation)
            return
        if not expectation.checks:
            self.lines += body
            return
        allowed = expectation.lawful
        if expectation.assumed is not None:
            self._either(body, expectation.assumed)
        elif isinstance(allowed, Returns | ReturnsLike | InChild):
            body[0] += f"  # {_told(allowed)}"
            self.lines += body
        else:
            body[0] += f"  # {_told(allowed)}"
            self.lines += ["try:", *_indented(body), "except Exception:", "    pass"]

    def _either(self, body: list[str], assumed: Allowed) -> None:
        """An operation that may end in several ways, of which one leads to the finding."""
        body[0] += f"  # or else there is nothing to see: {_told(assumed)}"
        if isinstance(assumed, Returns | ReturnsLike):
            self.lines += ["try:", *_indented(body), "except Exception:", "    sys.exit(0)"]
        else:
            self.lines += ["try:", *_indented(body), "except Exception:", "    pass"]
            self.lines += ["else:", "    sys.exit(0)"]

    def _verdict(self, operation: Operation) -> None:
        wanted = self._wanted
        if operation.method == "fork()":
            conditions = ["error is None and result == 0"]
        else:
            conditions = list(dict.fromkeys(self.condition(allowed) for allowed in wanted))
        told = " and ".join(dict.fromkeys(_told(allowed) for allowed in wanted)) or "ends"
        self.lines += ["", f"# {self._clause}: {told}"]
        if len(conditions) == 1:
            self.lines.append(f"lawful = {conditions[0]}")
        else:
            self.lines.append(f"lawful = {' and '.join(f'({c})' for c in conditions) or 'True'}")

    def condition(self, allowed: Allowed) -> str:
        """Whether ``result`` or ``error`` is one of the allowed outcomes, as an expression."""
        if isinstance(allowed, Returns):
            show = "repr"
            if "crc32" in allowed.text:
                self.used.add("show")
                show = "show"
            return f"error is None and {show}(result) == {allowed.text!r}"
        if isinstance(allowed, ReturnsLike):
            if allowed.pattern == "(?s).*":
                return "error is None"
            return f"error is None and re.fullmatch({allowed.pattern!r}, repr(result)) is not None"
        if isinstance(allowed, Raises):
            names = ", ".join(name for name in allowed.names if hasattr(builtins, name))
            number = f" and error.errno == {allowed.errno}" if allowed.errno else ""
            names = f"({names})" if "," in names else names
            return f"isinstance(error, {names}){number}"
        if isinstance(allowed, Shows):
            return f"error is not None or {self.condition(allowed.value)}"
        if isinstance(allowed, Survives):
            return "True"
        if isinstance(allowed, Accepts):
            return "not isinstance(error, TypeError)"
        if isinstance(allowed, Either):
            return " or ".join(f"({self.condition(option)})" for option in allowed.options)
        raise LookupError(f"no condition for {allowed!r}")

    def block(self, operation: Operation, *, store: bool = False) -> list[str]:
        """An operation as lines of Python; with ``store``, ``result`` is what it returned."""
        target, method, arguments, _ = operation
        if method in CONSTRUCTORS and target not in self.handles:
            self.handles.append(target)
        if method in _BLOCKS:
            return _BLOCKS[method](self, target, arguments, store)
        if method in _ON_FILE and target in self.files:
            return _ON_FILE[method](self, target, arguments, store)
        statement = self.statement(operation)
        plain = method not in ("[]=", "del []", *CONSTRUCTORS)
        return [f"result = {statement}" if store and plain else statement]

    def value(self, value: Value) -> str:
        if type(value) is dict:
            ((tag, content),) = value.items()
            if tag == "descriptor":
                return str(content)
            if tag == "pattern" and content[0] <= LONGEST_LITERAL:
                return repr(pattern_bytes(*content))
            helper = _HELPERS.get(tag)
            if helper:
                self.used.add(helper)
            if tag in VALUES:
                return VALUES[tag](self, content)
        return super().value(value)

    def expression(self, operation: Operation) -> str:
        if operation.method == "re.search()":
            self.used.add("span")
            return f"span({super().expression(operation)})"
        return super().expression(operation)

    def does(self, operations: Iterable[Sequence[Any]]) -> str:
        """A function with a name, defined before the statement that needs it."""
        self._functions += 1
        name = f"meanwhile{self._functions if self._functions > 1 else ''}"
        body: list[str] = []
        for item in operations:
            operation = Operation(*item)
            if operation.method in (*CONSTRUCTORS, "del"):
                body.append(f"global {operation.target}")
            lines = self.block(operation)
            body += ["try:", *_indented(lines), "except Exception:", "    pass"]
        self._before += ["", f"def {name}():", *_indented(body or ["pass"]), ""]
        return name

    def child(self, operations: Iterable[Sequence[Any]]) -> list[str]:
        """The code of a forked child, which tells by its exit code whether all was lawful."""
        lines = ["lawful = True"]
        for number, item in enumerate(operations):
            lines += ["result = error = None", "try:"]
            lines += [*_indented(self.block(Operation(*item), store=True))]
            lines += ["except Exception as caught:", "    error = caught"]
            for allowed in self._wanted:
                if isinstance(allowed, InChild) and allowed[0] == number:
                    lines.append(f"lawful = lawful and ({self.condition(allowed[1])})")
        return [*lines, "os._exit(0 if lawful else 1)"]


_CLOSED = "9999  # a descriptor that is not open"


def _file(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    content, mode = arguments[0], arguments[1] if len(arguments) > 1 else "update"
    flags = {"read": "os.O_RDONLY", "append": "os.O_RDWR | os.O_APPEND"}.get(mode, "os.O_RDWR")
    script.files.add(target)
    return [
        f'{target}_path = os.path.join(folder, "{target}")',
        f'with open({target}_path, "wb") as stream:',
        f"    stream.write({script.value(content)})",
        f"{target} = os.open({target}_path, {flags})",
    ]


def _contents(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    return [f'with open({target}_path, "rb") as stream:', "    result = stream.read()"]


def _position(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    return [f"result = os.lseek({target}, 0, os.SEEK_CUR)"]


def _seek(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    return [f"os.lseek({target}, {script.value(arguments[0])}, os.SEEK_SET)"]


def _close(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    return [f"if {target} != 9999:", f"    os.close({target})", f"    {target} = {_CLOSED}"]


def _pwrite(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    return [
        f'with open({target}_path, "r+b") as stream:',
        f"    stream.seek({script.value(arguments[1])})",
        f"    stream.write({script.value(arguments[0])})",
    ]


def _truncate(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    return [f"os.truncate({target}_path, {script.value(arguments[0])})"]


def _with(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    return [f"with {target} as entered:", f"    result = entered is {target}"]


def _del(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    return [f"del {target}", "gc.collect()"]


def _exit(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    return ["pass  # now the interpreter ends"]


def _leaked(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    script.used.add("free_descriptors")
    lines = []
    for name in sorted(script.handles, reverse=True):  # views before the maps they export
        end = "release()" if name[0] == "v" else "close()"
        if name in script.files:
            lines += _close(script, name, (), False)
        elif name[0] != "b":
            lines += ["try:", f"    {name}.{end}", "except Exception:", "    pass"]
    return [*lines, "gc.collect()", "result = len(set(free) - set(free_descriptors()))"]


def _fork(script: _Script, target: str, arguments: Sequence[Value], store: bool) -> list[str]:
    code = script.child(arguments[0])
    return [
        "child = os.fork()",
        "if child == 0:",
        *_indented(code),
        "result = os.waitpid(child, 0)[1]",
    ]


_Block = Callable[[_Script, str, Sequence[Value], bool], list[str]]

_BLOCKS: dict[str, _Block] = {
    "file()": _file,
    "with": _with,
    "del": _del,
    "exit()": _exit,
    "leaked()": _leaked,
    "fork()": _fork,
}
"""Operations that take more than one line."""

_ON_FILE: dict[str, _Block] = {
    "contents": _contents,
    "position": _position,
    "seek": _seek,
    "close": _close,
    "pwrite": _pwrite,
    "truncate": _truncate,
}
"""Operations on a file, not through a map."""

_HELPERS = {
    "pattern": "pattern",
    "index": "Index",
    "reentrant": "Index",
    "reentrant_buffer": "Buffer",
}
"""Tagged values for which the script defines something."""


def _told(allowed: Allowed) -> str:
    told = allowed.describe()
    return told if len(told) <= 60 else f"{told[:57]}..."


def _indented(lines: Iterable[str]) -> list[str]:
    return [indent(line, "    ") for line in lines]
