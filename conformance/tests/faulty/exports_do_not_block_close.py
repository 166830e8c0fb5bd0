"""`close` succeeds while a memoryview of the map is alive."""

import ctypes
import sys

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def close(self, *args, **kwargs):
        try:
            super().close(*args, **kwargs)
        except BufferError:
            if sys.implementation.name != "cpython":
                raise
            # The first field of the C object is the address of the memory, NULL in a closed map.
            # The memory itself stays, so that the view can still be used.
            ctypes.c_void_p.from_address(id(self) + object.__basicsize__).value = None
