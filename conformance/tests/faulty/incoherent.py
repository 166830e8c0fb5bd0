"""A shared map is a copy, which reaches the file when it is flushed or closed, and not before.

It cannot be resized either.
"""

import os
from mmap import MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE

import _base
import cannot_resize

globals().update(_base.names)

RW = PROT_READ | PROT_WRITE


class mmap(cannot_resize.mmap):
    __slots__ = ("_copied_to", "_from")

    def __new__(cls, fileno, length, flags=MAP_SHARED, prot=RW, access=0, offset=0, **more):
        self = super().__new__(cls, fileno, length, flags, prot, access, offset, **more)
        self._copied_to = None
        with memoryview(self) as view:
            writable = not view.readonly and access != _base.names["ACCESS_COPY"]
        if writable and flags == MAP_SHARED and fileno != -1 and _base.are_int(fileno, offset):
            _base.remap(self, MAP_PRIVATE, fileno, offset)
            self._copied_to, self._from = os.dup(fileno), offset
        return self

    def flush(self, *range):
        result = super().flush(*range)
        self._write_back(self[:])
        return result

    def close(self, *args, **kwargs):
        data = b"" if self.closed else self[:]
        super().close(*args, **kwargs)
        self._write_back(data)
        if self._copied_to is not None:
            os.close(self._copied_to)
            self._copied_to = None

    def _write_back(self, data):
        if self._copied_to is not None:  # and may be for appending only
            with open("/proc/self/fd/%d" % self._copied_to, "r+b") as stream:
                stream.seek(self._from)
                stream.write(data)

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()
