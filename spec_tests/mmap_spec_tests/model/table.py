"""The table of operations the model knows, and the rules that all methods of a map share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mmap_spec_tests.clause import Edition
from mmap_spec_tests.expectation import RAISES, Accepts, Either, Expectation, Raises
from mmap_spec_tests.model.arguments import CONVERSION_ERRORS, TYPE_ERROR, VALUE_ERROR
from mmap_spec_tests.model.state import READ, File, Map, World
from mmap_spec_tests.operations import Operation, Value

Handler = Callable[..., Expectation]

ON_MAP: dict[str, tuple[Handler, int, int, bool]] = {}
"""Method of a map: handler, fewest and most arguments, whether it works on a closed map."""

BY_KEYWORD: dict[str, Mapping[str, Edition]] = {}
"""By method, the arguments that are given by keyword alone, each with its first edition."""

ELSEWHERE: dict[str, Callable[[World, Operation], Expectation]] = {}
"""Operations on files, views and processes, and constructors."""


def on_map(
    method: str,
    fewest: int = 0,
    most: int | None = None,
    *,
    when_closed: bool = False,
    keywords: Mapping[str, Edition] = MappingProxyType({}),
) -> Callable[[Handler], Handler]:
    """Register the handler of a method: ``handler(world, map, *arguments, **keywords)``."""

    def register(handler: Handler) -> Handler:
        BY_KEYWORD[method] = keywords
        ON_MAP[method] = (handler, fewest, fewest if most is None else most, when_closed)
        return handler

    return register


def elsewhere(method: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation that is no method of a map."""

    def register(handler: Handler) -> Handler:
        ELSEWHERE[method] = handler
        return handler

    return register


OPERATORS = frozenset(
    ("[]", "[]=", "del []", "in", "len()", "bool()", "list()", "re.search()", "bytes()")
)

_WITHOUT_BYTES = frozenset(
    ("tell", "seek", "size", "len()", "close", ".closed", "with", "weakref()", "del")
)
"""Methods that neither show nor change the bytes of a map."""


def call(world: World, map: Map, operation: Operation) -> Expectation:
    """The expectation for a method of a map, closed or not."""
    method, arguments = operation.method, operation.arguments
    handler, fewest, most, when_closed = ON_MAP[method]
    if method == "resize" and not world.can("resize"):  # it need not even be there
        clause = "resize.failed-changes-nothing"
        return refused(map, clause, RAISES, keeps=clause)
    taken = BY_KEYWORD[method]
    for name in operation.keywords.keys() & taken.keys():
        if world.facts.edition < taken[name]:
            raise LookupError(f"{name} is of a later edition: to have it early is no fault")
    if not operation.keywords.keys() <= taken.keys():
        return refused(map, "arguments.positional-only", closed_too(map, TYPE_ERROR))
    if not fewest <= len(arguments) <= most:
        return refused(map, "arguments.count", closed_too(map, TYPE_ERROR))
    if not map.certain and method not in _WITHOUT_BYTES:
        raise LookupError("what the bytes of the map are is the platform's business")
    if not map.closed or when_closed:
        expectation = handler(world, map, *arguments, **operation.keywords)
        if has_index(arguments):
            expectation = honours_index(world, method, expectation)
        return expectation
    if method in OPERATORS:
        clause = "lifecycle.closed-operators-value-error"
        checks: tuple[Any, ...] = ()
    else:
        clause = "lifecycle.closed-value-error"
        checks = (("lifecycle.closed-raises", RAISES),)
    allowed = VALUE_ERROR
    if method == "re.search()":  # re hides what the map raised
        return refused(map, clause, Raises(("ValueError", "TypeError")))
    opened = handler(world, map, *arguments, **operation.keywords).lawful
    if type(opened) is Raises and CONVERSION_ERRORS.intersection(opened.names):
        # Until 3.14.0 closed was checked first, since then arguments are converted first.
        allowed = Raises(tuple(dict.fromkeys(("ValueError", *opened.names))))
    return refused(map, clause, allowed, *checks)


def needs(world: World, capability: str) -> None:
    """Refuse an operation that only implementations with a capability know.

    Raises:
        LookupError: it has it not.
    """
    if not world.can(capability):
        raise LookupError(f"the implementation has no {capability}")


def has_index(arguments: Sequence[Value]) -> bool:
    """Whether an argument is an object with ``__index__``."""
    for argument in arguments:
        if type(argument) is dict:
            if "index" in argument or "reentrant" in argument:
                return True
            if "slice" in argument and has_index(argument["slice"]):
                return True
    return False


_LATE = frozenset(("read", "seek", "write_byte"))
"""Methods that take ``__index__`` in every argument since 3.8 only."""


def honours_index(world: World, method: str, expectation: Expectation) -> Expectation:
    """The same, but first of all the object with ``__index__`` must be accepted."""
    allowed = expectation.lawful
    if method in _LATE and world.facts.edition < (3, 8):
        checks = tuple((clause, Either((each, TYPE_ERROR))) for clause, each in expectation.checks)
        return expectation._replace(checks=checks, assumed=expectation.assumed or allowed)
    if type(allowed) is Raises and not {"TypeError", "Exception"}.isdisjoint(allowed.names):
        return expectation
    first = ("arguments.dunder-index", Accepts())
    return expectation._replace(checks=(first, *expectation.checks))


def closed_too(map: Map, error: Raises) -> Raises:
    """The same refusal, or the one of a closed map where the map is closed."""
    return Raises(tuple(dict.fromkeys(("ValueError", *error.names)))) if map.closed else error


def speaks_for(file: File, clause: str) -> None:
    """Note that what a file holds speaks for one more clause."""
    if clause not in file.reach:
        file.reach = (*file.reach, clause)


def refused(
    map: Map, clause: str, allowed: Raises | Either, *before: Any, keeps: str = ""
) -> Expectation:
    """A refusal, which changes nothing.

    Args:
        map: the map whose method it is.
        clause: the clause that asks for the refusal.
        allowed: what may be raised.
        before: checks of other clauses, to come first.
        keeps: the clause that the file's bytes then speak for.
    """

    def effect() -> None:
        map.blame = ("position.failed-keeps-position",)
        if map.file is not None:
            speaks_for(map.file, keeps or "access.reading-leaves-file")

    marks = ("position.failed-keeps-position", "access.reading-leaves-file")
    risks = (keeps,) if keeps else ()
    return Expectation((*before, (clause, allowed)), effect, None, marks, risks)


_BY_PROT = "constructor.prot-read-only-type-error"


def read_only(map: Map, clause: str, allowed: Raises = TYPE_ERROR) -> Expectation:
    """The refusal to change a read-only map."""
    must: tuple[Any, ...] = ()
    if map.by_prot:
        clause, must = _BY_PROT, (("constructor.prot-limits-access", RAISES),)
    expectation = refused(map, clause, allowed, *must)

    def effect() -> None:
        assert expectation.effect is not None
        expectation.effect()
        map.memory.blame = ("access.refusal-changes-nothing",)
        if map.file is not None:
            speaks_for(map.file, "access.refusal-changes-nothing")

    marks = (*expectation.marks, "access.refusal-changes-nothing")
    return expectation._replace(effect=effect, marks=marks)


def changed(world: World, map: Map, clause: str) -> None:
    """Note that an operation changed bytes of a map: what they now speak for."""
    map.memory.blame = (clause,)
    map.memory.writer = map.identity
    if map.file is None:
        return
    if map.private:
        map.file.reach = ("access.copy-leaves-file", "sharing.private-map-hides-changes")
        return
    map.file.reach = ("access.write-updates-file",)
    if map.plain:
        map.file.reach += _BY_DEFAULT
    settle(world, map.file, map)


_BY_DEFAULT = (
    "constructor.flags-default-shared",
    "constructor.prot-default-read-write",
    "constructor.windows-default-writes-through",
)

CHANGES = (
    "sharing.maps-of-one-file",
    "constructor.windows-tagname-names",
    "access.copy-leaves-file",
    "sharing.private-map-hides-changes",
    "access.write-updates-file",
    *_BY_DEFAULT,
)
"""Clauses that the file and other maps of it speak for after ``changed``."""


def settle(world: World, file: File, writer: Map | None) -> None:
    """Note a change of a file's bytes or length: other maps that it makes uncertain."""
    coherent = world.can("coherence")
    if writer is not None and not coherent:
        file.owed |= {writer.identity}
    for other in world.maps.values():  # a closed one too: what it would do still counts
        if other.file is not file or other is writer:
            continue
        if other.private or not coherent or other.offset + other.size > len(file.data):
            other.certain = False


def written_back(world: World, map: Map) -> None:
    """Note that a file has all bytes of a map, where it did not have them at once."""
    file = map.file
    if file is None or map.private or map.access == READ or world.can("coherence"):
        return
    if map.certain:
        file.owed -= {map.identity}
    else:  # old bytes may have gone over newer ones
        file.owed |= {map.identity}
