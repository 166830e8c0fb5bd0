"""A copy-on-write map (ACCESS_COPY) is mapped shared: what is written to it changes the file."""

from mmap import ACCESS_COPY, MAP_SHARED, PROT_READ, PROT_WRITE

import _base

globals().update(_base.names)

RW = PROT_READ | PROT_WRITE


class mmap(_base.mmap):
    __slots__ = ()

    def __new__(cls, fileno, length, flags=MAP_SHARED, prot=RW, access=0, offset=0, **more):
        self = super().__new__(cls, fileno, length, flags, prot, access, offset, **more)
        if access == ACCESS_COPY and fileno != -1 and _base.are_int(fileno, offset):
            _base.remap(self, MAP_SHARED, fileno, offset)  # refused if the file is read-only
        return self
