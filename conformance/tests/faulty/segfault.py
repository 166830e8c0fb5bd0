"""`readline` reads an address where nothing is: a real SIGSEGV."""

import ctypes

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def readline(self, *args, **kwargs):
        super().readline(*args, **kwargs)
        ctypes.string_at(1)
