"""What is measured: the cases, and the maps that they need."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

KIB, MIB = 1 << 10, 1 << 20
LARGE = 64 * MIB
ABSENT_BYTE = {"prose": b"\0", "binary": b"\xff"}
ABSENT_PAIR = {"prose": b"ni", "binary": b"\x07\x0b"}  # of bytes that are frequent


@dataclass(frozen=True)
class Case:
    """A statement that is timed, and the map ``m`` that it works on.

    Args:
        setup: runs before each timing, and is not timed.
        names: what else the statement may use.
        kind: of the bytes in the map, if it is not of a file; those are null bytes.
        most: times that the statement can run after one ``setup``.
        of_file: whether the map is of a file, or of memory.
        waits: whether it waits for the disk, so that processor time says little.
    """

    group: str
    name: str
    size: int
    statement: str
    setup: str = "pass"
    names: Mapping[str, Any] = field(default_factory=dict)
    kind: str = "prose"
    most: int = 1 << 40
    of_file: bool = False
    waits: bool = False


@cache
def unit(kind: str, seed: int = 0) -> bytes:
    """Up to a MiB of bytes of a kind, the same ones each time."""
    choices = random.Random(f"{kind} {seed}")
    if kind == "binary":
        made = choices.randbytes(MIB).replace(ABSENT_BYTE["binary"], b"\0")
        return made.replace(ABSENT_PAIR["binary"], b"\0\0")
    if kind == "prose":
        letters = "eeeeeeeeeeeetttttttttaaaaaaaaooooooooiiiiiiinnnnnnnsssssshhhhhhrrrrrrddddllll"
        letters += "cccuuummmwwffggyyppbvk"
        words = ["".join(choices.choices(letters, k=choices.randint(1, 9))) for _ in range(3000)]
        words = [word for word in words if ABSENT_PAIR["prose"].decode() not in word]
        lines = [" ".join(choices.choices(words, k=choices.randint(1, 20))) for _ in range(17_000)]
        return "\n".join(lines).encode()[:MIB]
    return (kind.encode() * MIB)[:MIB]


def needle(kind: str, length: int) -> bytes:
    """Bytes that stand nowhere in bytes of the same kind."""
    if length == 1:
        return ABSENT_BYTE[kind]
    return ABSENT_PAIR[kind] if length == 2 else unit(kind, seed=1)[1000 : 1000 + length]


def human(size: int) -> str:
    """A size in the unit that says it shortest."""
    for factor, name in ((MIB, "MiB"), (KIB, "KiB")):
        if size % factor == 0:
            return f"{size // factor} {name}"
    return f"{size} B"


def small_calls() -> Iterator[Case]:
    def case(name: str, statement: str, size: int = LARGE, **keywords: Any) -> Case:
        return Case("small calls", name, size, statement, setup="m.seek(0)", **keywords)

    for size in (1, 4 * KIB, LARGE):
        yield case("len", "len(m)", size)
        yield case("tell", "m.tell()", size)
        yield case("seek", "m.seek(0)", size)
        yield case("seek from the end", "m.seek(-1, 2)", size)
        yield case("seek and read_byte", "m.seek(0); m.read_byte()", size)
        yield case("seek and write_byte", "m.seek(0); m.write_byte(1)", size)
        yield case("seek and write 1", "m.seek(0); m.write(b'a')", size)
        yield case("move 1", "m.move(0, 0, 1)", size)
        yield case("find at the start", "m.find(a)", size, names={"a": unit("prose")[:1]})
    yield case("read_byte", "m.read_byte()", most=LARGE)
    yield case("write_byte", "m.write_byte(97)", most=LARGE)
    yield case("read nothing", "m.read(0)")
    yield case("seek and read 64", "m.seek(0); m.read(64)")
    yield case("seek and write 64", "m.seek(0); m.write(b)", names={"b": b"x" * 64})
    yield case("seek and readline", "m.seek(0); m.readline()")
    for length in (1, 64):
        yield case(f"read {length}", f"m.read({length})", most=LARGE // length)
        yield case(
            f"write {length}", "m.write(b)", names={"b": b"x" * length}, most=LARGE // length
        )
    yield case("read the rest of 1 B", "m.seek(-1, 2); m.read()")
    yield case("in, the first byte", "b in m", names={"b": unit("prose")[:1]})
    yield case("closed", "m.closed")
    yield case("size", "m.size()", of_file=True)


def items() -> Iterator[Case]:
    for size in (1, 4 * KIB, LARGE):
        names = {"i": size // 2, "b": b"x"}
        yield Case("items", "get", size, "m[i]", names=names)
        yield Case("items", "get from the end", size, "m[-1]")
        yield Case("items", "set", size, "m[i] = 97", names=names)
        yield Case("items", "get a slice of 1", size, "m[i:i + 1]", names=names)
        yield Case("items", "set a slice of 1", size, "m[i:i + 1] = b", names=names)


def slices() -> Iterator[Case]:
    for size in (64, 4 * KIB, MIB, LARGE):
        names = {"b": bytes(size)}
        yield Case("slices", "get all", size, "m[:]")
        yield Case("slices", "set all", size, "m[:] = b", names=names)
        yield Case("slices", "read all", size, "m.seek(0); m.read()")
        yield Case("slices", "write all", size, "m.seek(0); m.write(b)", names=names)
    for size, step in product((64, 4 * KIB, MIB), (2, 3, -1, 64)):
        names = {"s": slice(None, None, step), "b": bytes(size)[::step]}
        yield Case("strided slices", f"get, step {step}", size, "m[s]", names=names)
        yield Case("strided slices", f"set, step {step}", size, "m[s] = b", names=names)


def lines() -> Iterator[Case]:
    for size in (4 * KIB, MIB, LARGE):
        yield Case("lines", "readline", size, "m.seek(0)\nfor _ in iter(m.readline, b''): pass")
    yield Case("lines", "one line", MIB, "m.seek(0); m.readline()", kind="a")
    yield Case("lines", "one line", LARGE, "m.seek(0); m.readline()", kind="a")


def search() -> Iterator[Case]:
    yield Case("search", "find, absent 1", 1, "m.find(n, 0)", names={"n": b"\0"})
    yield Case("search", "rfind, absent 1", 1, "m.rfind(n, 0)", names={"n": b"\0"})
    lengths = {64: (1, 2, 8), 4 * KIB: (1, 2, 8, 64, 1000), MIB: (1, 2, 8, 64, 1000)}
    lengths[LARGE] = lengths[MIB]
    for size, kind, method in product(lengths, ABSENT_BYTE, ("find", "rfind")):
        for length in lengths[size]:
            names = {"n": needle(kind, length)}
            name = f"{method} in {kind}, absent {length}"
            statement = f"m.{method}(n, 0)"
            yield Case("search", name, size, statement, names=names, kind=kind)
            if size in (4 * KIB, MIB):
                setup = "m[-len(n):] = n" if method == "find" else "m[:len(n)] = n"
                name = f"{method} in {kind}, present {length}"
                yield Case("search", name, size, statement, setup, names, kind)


HARD = {
    "a…ab": lambda half: b"a" * (2 * half) + b"b",
    "ba…a": lambda half: b"b" + b"a" * (2 * half),
    "a…aba…a": lambda half: b"a" * half + b"b" + b"a" * half,
}


def hard_search() -> Iterator[Case]:
    # Of such a size that the stdlib's quadratic ones end.
    for method, (name, make), half in product(("find", "rfind"), HARD.items(), (5, 500)):
        names = {"n": make(half)}
        name = f"{method} of {name}, {2 * half + 1}, in a…a"
        yield Case("hard search", name, 128 * KIB, f"m.{method}(n, 0)", names=names, kind="a")


def worst_cases() -> Iterator[Case]:
    """Needles half as long as the text, for the reference alone: the stdlib needs minutes."""
    for method, (name, make), size in product(
        ("find", "rfind"), HARD.items(), (256 * KIB, MIB, 4 * MIB, 16 * MIB)
    ):
        names = {"n": make(size // 4)}
        name = f"{method} of {name} in a…a"
        yield Case("worst cases", name, size, f"m.{method}(n, 0)", names=names, kind="a")


def sequence() -> Iterator[Case]:
    names = {"b": b"\0"}
    for size in (4 * KIB, MIB, LARGE):
        yield Case("in", "absent", size, "b in m", names=names)
        yield Case("in", "the last byte", size, "b in m", "m[-1] = 0", names)
    for size in (64, 4 * KIB, MIB):
        yield Case("iteration", "for", size, "for _ in m: pass")
        yield Case("iteration", "list", size, "list(m)")


def moves() -> Iterator[Case]:
    for size in (64, 4 * KIB, MIB, LARGE):
        half = size // 2
        yield Case("move", "apart", size, f"m.move(0, {half}, {half})")
        yield Case("move", "overlapping, up", size, f"m.move(1, 0, {size - 1})")
        yield Case("move", "overlapping, down", size, f"m.move(0, 1, {size - 1})")


def system() -> Iterator[Case]:
    for size in (4 * KIB, LARGE):
        names = {"n": size}
        yield Case("open and close", "memory", size, "mmap(-1, n).close()", names=names)
        yield Case("open and close", "file", size, "mmap(fd, 0).close()", of_file=True)
        yield Case("open and close", "with", size, "with mmap(fd, 0): pass", of_file=True)
        yield Case("export", "memoryview", size, "memoryview(m).release()")
        yield Case("export", "into a struct", size, "unpack_from(m)")
    yield Case("export", "bytes", 4 * KIB, "bytes(m)")
    yield Case("export", "re", MIB, "search(m)", kind="a")
    flush = {"of_file": True, "waits": True}
    dirty = f"m[{LARGE // 2}] = 97; m.flush()"
    yield Case("flush", "one dirty page", LARGE, dirty, **flush)
    page = f"m[{LARGE // 2}] = 97; m.flush({LARGE // 2}, 4096)"
    yield Case("flush", "one dirty page, that one alone", LARGE, page, **flush)
    yield Case("flush", "a clean page", 4 * KIB, "m.flush()", **flush)
    for low, high in ((4 * KIB, 8 * KIB), (100, 200), (4 * KIB, LARGE)):
        both = f"m.resize({high}); m.resize({low})"
        yield Case("resize", f"up from {human(low)}, and down", high, both, of_file=True)
    step = {"most": LARGE // (4 * KIB) - 1, "of_file": True}
    up, down = "m.resize(len(m) + 4096)", "m.resize(len(m) - 4096)"
    yield Case("resize", "up by pages", LARGE, up, "m.resize(4096)", **step)
    yield Case("resize", "down by pages", LARGE, down, f"m.resize({LARGE})", **step)


GROUPS = (small_calls, items, slices, lines, search, hard_search, sequence, moves, system)
CASES = tuple(case for cases in GROUPS for case in cases())
WORST_CASES = tuple(worst_cases())

# What the geometric mean of a group's ratios should be; others should reach 1.
TARGETS = {"small calls": 1.3, "search": 4.0, "hard search": 4.0, "in": 100.0}
