"""A `resize` that is refused (not writable, exported views) has changed the length of the file."""

import os
from mmap import MAP_SHARED, PROT_READ, PROT_WRITE

import _base

globals().update(_base.names)

RW = PROT_READ | PROT_WRITE


class mmap(_base.mmap):
    __slots__ = ("_file", "_offset")

    def __new__(cls, fileno, length, flags=MAP_SHARED, prot=RW, access=0, offset=0, **more):
        self = super().__new__(cls, fileno, length, flags, prot, access, offset, **more)
        has_file = fileno != -1 and _base.are_int(fileno, offset)
        self._file = os.fstat(fileno) if has_file else None
        self._offset = offset
        return self

    def resize(self, *args, **kwargs):
        try:
            return super().resize(*args, **kwargs)
        except (TypeError, BufferError):
            if self._file and len(args) == 1 and _base.are_int(*args):
                self._set_length_of_file(self._offset + args[0])
            raise

    def _set_length_of_file(self, length):
        if not 0 <= length <= 1 << 20:
            return  # whoever compares the file afterwards has to read it
        for descriptor in range(3, 256):  # the map's own duplicate is among them
            try:
                if os.path.samestat(os.fstat(descriptor), self._file):
                    os.ftruncate(descriptor, length)
            except OSError:
                pass  # not open, or not for writing
