"""The state of the model's world: files, maps and views."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mmap_spec_tests.capabilities import GRANTED
from mmap_spec_tests.clause import Edition
from mmap_spec_tests.expectation import Allowed, Shows

READ, WRITE, COPY, DEFAULT = "READ", "WRITE", "COPY", "DEFAULT"


@dataclass(frozen=True)
class Facts:
    """What the model must know of an implementation's surroundings.

    Attributes:
        edition: the edition of the documentation it is held to.
        platform: ``unix`` or ``windows``.
        page: size of a page in bytes.
        granularity: what an offset must be a multiple of, in bytes.
        largest: the largest ``ssize_t``.
        constants: values of the module's own constants.
        capabilities: what it can do, of what it may lack and of what is beyond the seed document.
    """

    edition: Edition = (3, 1)
    platform: str = "unix"
    page: int = 4096
    granularity: int = 4096
    largest: int = 2**63 - 1
    constants: dict[str, int] = field(default_factory=dict)
    capabilities: frozenset[str] = GRANTED


Blame = tuple[str, ...]
"""Clauses of the operation that last touched a piece of state: what a later look at
that state speaks for, before it speaks for the clause of the looking itself."""


def shows(blame: Blame, allowed: Allowed) -> tuple[tuple[str, Allowed], ...]:
    """Checks for what an operation shows of earlier ones."""
    return tuple([(clause, Shows(allowed)) for clause in blame])


class Memory:
    """Bytes that maps look into, and what last changed them."""

    __slots__ = ("blame", "data", "writer")

    def __init__(self, data: bytes | bytearray) -> None:
        self.data = bytearray(data)
        self.blame: Blame = ()
        self.writer: object = None  # the identity of the map that last changed it

    def clone(self) -> Memory:
        """The same bytes, apart."""
        other = Memory(self.data)
        other.blame, other.writer = self.blame, self.writer
        return other


class File(Memory):
    """A file with one descriptor."""

    __slots__ = ("mode", "open", "owed", "position", "reach")

    def __init__(self, data: bytes, mode: str) -> None:
        super().__init__(data)
        self.mode = mode
        self.open = True
        self.position = 0  # of the descriptor
        self.reach: Blame = ()  # for what the file itself holds
        self.owed: frozenset[object] = frozenset()  # maps that may have bytes it has not yet

    @property
    def certain(self) -> bool:
        """Whether it is known what it holds: always, where maps are coherent with files."""
        return not self.owed

    def clone(self) -> File:
        other = File(bytes(self.data), self.mode)
        other.open, other.position, other.owed = self.open, self.position, self.owed
        other.blame, other.reach, other.writer = self.blame, self.reach, self.writer
        return other


class Map:
    """A map: a window of ``size`` bytes of a memory, from ``base``."""

    __slots__ = (
        "access", "anonymous", "base", "blame", "by_prot", "certain", "closed", "ended", "exports",
        "file",
        "identity", "made", "memory", "name", "offset", "plain", "pos", "private", "shrunk", "size",
        "trackfd",
    )  # fmt: skip

    def __init__(
        self,
        memory: Memory,
        size: int,
        *,
        base: int = 0,
        offset: int = 0,
        access: str = DEFAULT,
        file: File | None = None,
        private: bool = False,
        trackfd: bool = True,
    ) -> None:
        self.identity = object()  # what a map and its copies in other worlds share
        self.memory = memory
        self.size = size
        self.base = base
        self.offset = offset
        self.access = access
        self.file = file
        self.private = private
        self.anonymous = file is None
        self.trackfd = trackfd
        self.pos = 0
        self.exports = 0
        self.closed = False
        self.ended: Blame = ()  # for being closed
        self.shrunk = False
        self.certain = True  # False once the bytes are the platform's business
        self.blame: Blame = ()  # for the position
        self.made: Blame = ()  # for the length
        self.by_prot = False  # read-only because of prot, not of access
        self.plain = False  # made without access, flags and prot
        self.name = ""  # of its memory, on Windows

    @property
    def bytes(self) -> bytes:
        """What the window shows."""
        return bytes(self.memory.data[self.base : self.base + self.size])

    def looks(self, clause: str, allowed: Allowed) -> tuple[tuple[str, Allowed], ...]:
        """Checks of an operation that looks at the bytes: who wrote them, then itself."""
        checks = (*shows(self.memory.blame, allowed), (clause, allowed))
        if self.memory.writer not in (None, self.identity):
            shared = (
                "constructor.windows-tagname-names" if self.name else "sharing.maps-of-one-file"
            )
            checks = ((shared, Shows(allowed)), *checks)
        if self.offset and self.file is not None:
            checks += shows(("offset.counts-from-file-start",), allowed)
        if not self.memory.blame:
            checks += shows(tuple(self._promises()), allowed)
        return (*checks, *shows(("access.looking-changes-nothing",), allowed))

    def _promises(self) -> Iterable[str]:
        """Clauses that the bytes of a map nobody has written to speak for."""
        if self.file is None:
            yield "constructor.anonymous-zero-filled"
            return
        yield "access.starts-with-file-contents"
        if not self.offset:
            yield "offset.default-zero"
        if not self.file.open:
            yield "constructor.descriptor-may-be-closed"

    def clone(self, memory: Memory, file: File | None) -> Map:
        """The same map upon other memory."""
        other = Map.__new__(Map)
        for name in Map.__slots__:
            setattr(other, name, getattr(self, name))
        other.memory, other.file = memory, file
        return other


class View:
    """A memoryview of a map."""

    __slots__ = ("base", "memory", "of", "readonly", "released", "size")

    def __init__(self, of: Map) -> None:
        self.of = of
        self.memory = of.memory
        self.base = of.base
        self.size = of.size
        self.readonly = of.access == READ
        self.released = False

    @property
    def bytes(self) -> bytes:
        """What it shows.

        Raises:
            LookupError: that is the platform's business.
        """
        if not self.of.certain:
            raise LookupError("what the bytes of the map are is the platform's business")
        return bytes(self.memory.data[self.base : self.base + self.size])


class World:
    """Files, maps and views by handle."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.files: dict[str, File] = {}
        self.maps: dict[str, Map] = {}
        self.views: dict[str, View] = {}
        self.buffers: dict[str, bytearray] = {}

    def can(self, capability: str) -> bool:
        """Whether the implementation has a capability."""
        return capability in self.facts.capabilities

    def open_maps(self) -> Iterable[tuple[str, Map]]:
        """The maps that are not closed."""
        return ((name, map) for name, map in self.maps.items() if not map.closed)

    def copy(self, *, sharing: bool = False) -> World:
        """The same world, apart.

        Args:
            sharing: what a forked child gets: shared memory stays shared.
        """
        other = World(self.facts)
        memories: dict[int, Memory] = {}

        def same(memory: Memory, apart: bool) -> Memory:
            if not apart:
                return memory
            if id(memory) not in memories:
                memories[id(memory)] = memory.clone()
            return memories[id(memory)]

        for name, file in self.files.items():
            other.files[name] = same(file, not sharing)  # type: ignore[assignment]
        for name, map in self.maps.items():
            apart = not sharing or map.private
            file_ = None if map.file is None else same(map.file, not sharing)
            other.maps[name] = map.clone(same(map.memory, apart), file_)  # type: ignore[arg-type]
        other.buffers = {name: bytearray(buffer) for name, buffer in self.buffers.items()}
        maps = {id(self.maps[name]): other.maps[name] for name in self.maps}
        for name, view in self.views.items():
            if id(view.of) in maps:
                twin = View(maps[id(view.of)])
                twin.base, twin.size, twin.released = view.base, view.size, view.released
                other.views[name] = twin
        return other

    def adopt(self, other: World) -> None:
        """Become another world."""
        self.files, self.maps, self.views = other.files, other.maps, other.views
        self.buffers = other.buffers

    def clear(self) -> None:
        """Close everything and forget it."""
        self.adopt(World(self.facts))
