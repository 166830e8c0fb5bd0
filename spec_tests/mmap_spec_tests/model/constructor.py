"""The constructor, check by check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mmap_spec_tests.expectation import NONE, RAISES, Expectation, Raises
from mmap_spec_tests.model import arguments as args
from mmap_spec_tests.model import windows
from mmap_spec_tests.model.arguments import LARGE
from mmap_spec_tests.model.state import COPY, DEFAULT, READ, WRITE, File, Map, Memory, World
from mmap_spec_tests.model.table import elsewhere, written_back
from mmap_spec_tests.operations import Operation, Value, tag_of

_MARKS = (
    "constructor.maps-length-bytes",
    "constructor.length-zero-maps-whole-file",
    "constructor.anonymous-zero-filled",
    "position.starts-at-zero",
    "access.starts-with-file-contents",
    "offset.default-zero",
    "offset.counts-from-file-start",
    "access.reading-leaves-file",
    "constructor.windows-extends-file",
    "constructor.windows-tagname-names",
    "constructor.windows-tagname-none",
)
"""Clauses that a new map speaks for when it is first looked at."""
_NAMES = {
    "unix": ("fileno", "length", "flags", "prot", "access", "offset"),
    "windows": ("fileno", "length", "tagname", "access", "offset"),
}
_TRACKFD = {"unix": (3, 13), "windows": (3, 15)}
_OS_ERROR = Raises(("OSError",))
_ACCESS = {"ACCESS_READ": READ, "ACCESS_WRITE": WRITE, "ACCESS_COPY": COPY, "ACCESS_DEFAULT": ""}


@elsewhere("mmap()")
def construct(world: World, operation: Operation) -> Expectation:
    platform = world.facts.platform
    names = _NAMES[platform]
    if len(operation.arguments) > len(names):
        raise LookupError("too many arguments: no clause is about that")
    given: dict[str, Value] = dict(zip(names, operation.arguments, strict=False))
    given.update(operation.keywords)
    if given.keys() - {*names, "trackfd"}:
        raise LookupError("an unknown keyword: no clause is about that")
    if "trackfd" in given and world.facts.edition < _TRACKFD[platform]:
        raise LookupError("trackfd came later")
    trackfd = given.pop("trackfd", True)
    file = _file(world, given.get("fileno"))

    def no(clause: str, allowed: Raises, *before: tuple[str, Any]) -> Expectation:
        def effect() -> None:
            if file is not None:
                file.reach = ("constructor.failed-changes-nothing",)

        marks = ("constructor.failed-changes-nothing",)
        return Expectation((*before, (clause, allowed)), effect, marks=marks)

    wrong = _conversions(world, given)
    if wrong:
        return no("constructor.argument-types", args.merge(*wrong))
    misnamed = windows.misnamed(given.get("tagname"))
    if misnamed is not None:
        early = [_OS_ERROR] if file is not None and not file.open else []
        return no("constructor.windows-tagname-types", args.merge(misnamed, *early))
    length, offset = args.whole(given["length"]), args.whole(given.get("offset", 0))
    assert length is not None and offset is not None
    access = _constant(world, given.get("access", "ACCESS_DEFAULT"), "ACCESS_")
    flags = _constant(world, given.get("flags", "MAP_SHARED"), "MAP_")
    prot = _constant(world, given.get("prot", "PROT_READ|PROT_WRITE"), "PROT_")
    faults = _faults(length, offset, access, flags, prot)
    if faults:
        clause, errors, *before = faults[0]
        return no(clause, args.merge(errors, *(fault[1] for fault in faults[1:])), *before)
    how = access, flags, prot
    return _map(world, operation.target, given, how, trackfd, file, length, offset, no)


def _file(world: World, fileno: Value) -> File | None:
    return world.files[fileno["descriptor"]] if tag_of(fileno) == "descriptor" else None


def _constant(world: World, value: Value, kind: str) -> str:
    """The name of a constant, or a text that is none for a number that is no constant."""
    if tag_of(value) == "constant":
        value = value["constant"]
    if type(value) is str:
        return "|".join(sorted(value.split("|"))) if "|" in value else value
    known = {name: n for name, n in world.facts.constants.items() if name.startswith(kind)}
    if not known and args.whole(value) in range(4):  # what they are everywhere
        raise LookupError(f"whether {value} is a constant is not known")
    for name, number in known.items():
        if number == value:
            return name
    if kind != "ACCESS_":
        raise LookupError(f"what {value} is composed of is not for the model to say")
    return str(value)


def _conversions(world: World, given: dict[str, Value]) -> list[Raises]:
    wrong = []
    if "fileno" not in given or "length" not in given:
        wrong.append(args.TYPE_ERROR)
    for name, value in given.items():
        if name == "tagname" or tag_of(value) in ("descriptor", "constant"):
            continue
        whole = args.whole(value)
        if name == "offset" and whole is not None and -(2**63) <= whole < 2**63:
            continue  # a place in a file has 64 bits, also where sizes have 32
        number = args.size_of(world, value)
        if type(number) is Raises:
            wrong.append(number)
        elif name in ("fileno", "access", "flags", "prot") and not -(2**31) <= number < 2**31:  # type: ignore[operator]
            wrong.append(args.OVERFLOW_ERROR)
    return wrong


def _faults(length: int, offset: int, access: str, flags: str, prot: str) -> list[Any]:
    """What is wrong with arguments that convert, in the order of CPython's checks."""
    found: list[Any] = []
    if length < 0:
        found.append(("constructor.negative-length-overflow-error", args.OVERFLOW_ERROR))
    if offset < 0:
        must = ("offset.negative-raises", RAISES)
        found.append(("offset.negative-overflow-error", args.OVERFLOW_ERROR, must))
    if access != "ACCESS_DEFAULT" and (flags != "MAP_SHARED" or prot != "PROT_READ|PROT_WRITE"):
        must = ("constructor.access-excludes-flags-and-prot", RAISES)
        found.append(("constructor.access-excludes-value-error", args.VALUE_ERROR, must))
    if access not in _ACCESS:
        must = ("constructor.access-unknown-raises", RAISES)
        found.append(("constructor.access-unknown-value-error", args.VALUE_ERROR, must))
    return found


def _map(
    world: World,
    target: str,
    given: dict[str, Value],
    how: tuple[str, str, str],
    trackfd: bool,
    file: File | None,
    length: int,
    offset: int,
    no: Callable[..., Expectation],
) -> Expectation:
    """What the system and the file have to say."""
    fileno = given["fileno"]
    access, flags, prot = how
    on_windows = world.facts.platform == "windows"
    anonymous = args.whole(fileno) == -1 or (on_windows and args.whole(fileno) == 0)
    unaligned = offset % world.facts.granularity != 0
    at_system: list[Any] = []  # refusals that come from the system, in whatever order
    if not anonymous and (file is None or not file.open):
        at_system.append(("constructor.bad-descriptor-os-error", _OS_ERROR))
    if unaligned:
        must = ("offset.unaligned-raises", RAISES)
        errors = Raises(("OSError", "ValueError"))
        at_system.append(("offset.unaligned-os-error", errors, must))
    if anonymous and length == 0:
        errors = Raises(("OSError", "ValueError"))
        at_system.append(("constructor.anonymous-length-zero-raises", errors))
    size = length
    if file is not None and file.open:
        shared = access == "ACCESS_WRITE" or (
            access == "ACCESS_DEFAULT" and flags == "MAP_SHARED" and "PROT_WRITE" in prot
        )
        rest = len(file.data) - offset
        if length == 0 and not file.data:
            must = ("constructor.windows-empty-file-raises", RAISES)
            at_system.append(("constructor.empty-file-raises", args.VALUE_ERROR, must))
        elif length == 0 and rest <= 0:
            at_system.append(("offset.past-end-value-error", args.VALUE_ERROR))
        elif length > rest and not on_windows:
            at_system.append(("constructor.length-beyond-file-raises", args.VALUE_ERROR))
        elif length > rest and not shared:
            at_system.append(("constructor.windows-extends-for-writing-only", _OS_ERROR))
        elif length > rest and offset + length > LARGE:
            raise LookupError("whether there is so much room is not the model's to say")
        size = length or rest
        if shared and file.mode == "read":
            at_system.append(("constructor.needs-update-descriptor", RAISES))
    if at_system:
        clause, errors, *before = at_system[0]
        return no(clause, args.merge(errors, *(fault[1] for fault in at_system[1:])), *before)

    mode = _ACCESS[access] or (DEFAULT if "PROT_WRITE" in prot else READ)
    private = mode == COPY or flags == "MAP_PRIVATE"

    named = windows.held(world, given.get("tagname"), file, size, mode)

    def effect() -> None:
        if file is None:
            memory = named or Memory(bytes(size))
            made = Map(memory, size, offset=offset, access=mode, private=private)
        elif private:
            content = bytes(file.data[offset : offset + size])
            made = Map(Memory(content), size, offset=offset, access=mode, file=file, private=True)
        else:
            windows.extend(file, offset + size)
            made = Map(file, size, base=offset, offset=offset, access=mode, file=file)
        made.certain = file is None or file.certain
        made.name = windows.name_of(given.get("tagname"))
        made.trackfd = trackfd
        made.by_prot = mode == READ and access == "ACCESS_DEFAULT"
        made.plain = not given.keys() & {"access", "flags", "prot"}
        made.made = ("constructor.maps-length-bytes",)
        if length == 0:
            made.made = ("constructor.length-zero-maps-whole-file",)
        if target in world.maps:  # which nobody refers to any more
            written_back(world, world.maps[target])
        world.maps[target] = made

    claims = windows.claims(world, given, file) if on_windows else []
    claims += _claims(given, file, access, trackfd)
    checks = tuple((clause, NONE) for clause in claims)
    return Expectation(checks, effect, marks=_MARKS)


def _claims(given: dict[str, Value], file: File | None, access: str, trackfd: bool) -> list[str]:
    """The clauses that a map which was made speaks for, the most telling first."""
    claims = []
    if file is None:
        claims.append("constructor.anonymous")
    else:
        claims.append("constructor.accepts-descriptor")
    if access != "ACCESS_DEFAULT":
        claims.insert(0, "constructor.accepts-access-keyword")
    if "flags" in given:
        claims.insert(0, "constructor.flags-choose-sharing")
    if file is not None and file.mode == "read":
        claims.insert(0, "constructor.read-descriptor-suffices")
    if not trackfd:
        claims.insert(0, "constructor.trackfd-false")
    return claims
