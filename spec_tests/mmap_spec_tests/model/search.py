"""find and rfind."""

from __future__ import annotations

from typing import Any

from mmap_spec_tests.expectation import Accepts, Either, Expectation, Raises, returned
from mmap_spec_tests.model import arguments as args
from mmap_spec_tests.model.state import Map, World, shows
from mmap_spec_tests.model.table import on_map, refused
from mmap_spec_tests.operations import Value

_ABSENT: Any = object()


@on_map("find", 1, 3)
def find(
    world: World, map: Map, sub: Value, start: Value = _ABSENT, end: Value = _ABSENT
) -> Expectation:
    return _search(world, map, sub, start, end, lowest=True)


@on_map("rfind", 1, 3)
def rfind(
    world: World, map: Map, sub: Value, start: Value = _ABSENT, end: Value = _ABSENT
) -> Expectation:
    return _search(world, map, sub, start, end, lowest=False)


def _search(
    world: World, map: Map, sub: Value, start: Value, end: Value, *, lowest: bool
) -> Expectation:
    needle = args.data(world, sub)
    wrong: list[Raises] = [] if needle is not None else [args.TYPE_ERROR]
    bounds: list[int] = []
    huge = False
    for value, default in ((start, map.pos), (end, map.size)):
        number = args.bound(value) if value is not _ABSENT else default
        if type(number) is Raises:
            wrong.append(number)
        else:
            assert type(number) is int or number is None
            bounds.append(default if number is None else number)
            huge |= not -world.facts.largest - 1 <= bounds[-1] <= world.facts.largest
    if wrong and needle is not None and start is None:
        raise LookupError("CPython does not look at the end then, whatever it is (gh-116738)")
    if wrong:
        if huge:
            wrong.append(args.OVERFLOW_ERROR)
        return refused(map, "search.argument-types", args.merge(*wrong))
    assert needle is not None
    size = map.size
    first, last = (min(max(n + size, 0) if n < 0 else n, size) for n in bounds)
    data, base = map.memory.data, map.base
    place = (data.find if lowest else data.rfind)(needle, base + first, base + last)
    if last < first:
        place = -1
    found = place - base if place >= 0 else -1
    allowed: Any = returned(found)
    if start is None and end is not _ABSENT:
        # CPython passes over the end then (gh-116738).
        whole = (data.find if lowest else data.rfind)(needle, base + first, base + size)
        allowed = Either((allowed, returned(whole - base if whole >= 0 else -1)))
    past_end = not needle and bounds[0] > size
    if past_end:  # len in editions without that clause; bytes.find has always said -1
        allowed = Either((returned(-1), returned(found)))
    clause = "search.find-lowest" if lowest else "search.rfind-highest"
    if not needle:
        clause = "search.empty-needle"
    elif found < 0:
        clause = "search.absent-minus-one"
    checks: tuple[Any, ...] = ((clause, allowed),)
    if start is _ABSENT:
        position = shows(map.blame, allowed)
        starts = (("search.starts-at-position", allowed),)
        checks = (*position, *starts, *checks) if map.pos else (*checks, *starts)
    else:
        # Of what is found without bounds as well, the reducer leaves the bounds out.
        checks = (("search.bounds-as-in-slices", allowed), *checks)
    if huge:
        checks = (("search.huge-bounds-clamp", allowed),)
    elif None in (start, end):
        checks = (("search.none-bounds", allowed),)
    elif "bytes" not in sub:
        checks = (("search.takes-buffers", Accepts()), *checks)
    if past_end:
        checks = (("search.nothing-past-end", returned(-1)), *checks)
    if map.memory.blame and not huge:
        checks = shows(map.memory.blame, allowed) + checks

    def effect() -> None:
        if not map.blame:
            map.blame = ("search.keeps-position",)

    return Expectation(checks, effect, marks=("search.keeps-position",), looks=True)
