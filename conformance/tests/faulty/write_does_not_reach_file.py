"""A shared map is mapped privately: it reads back what was written, and the file never changes."""

from mmap import MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE

import _base

globals().update(_base.names)

RW = PROT_READ | PROT_WRITE


class mmap(_base.mmap):
    __slots__ = ()

    def __new__(cls, fileno, length, flags=MAP_SHARED, prot=RW, access=0, offset=0, **more):
        self = super().__new__(cls, fileno, length, flags, prot, access, offset, **more)
        with memoryview(self) as view:
            writable = not view.readonly
        if writable and fileno != -1 and _base.are_int(fileno, offset):
            _base.remap(self, MAP_PRIVATE, fileno, offset)
        return self
