"""`seek` with whence 2 never returns from C: no signal handler and no other thread gets to run."""

import collections
import itertools

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def seek(self, *args, **kwargs):
        result = super().seek(*args, **kwargs)
        if args[1:] == (2,):
            # exhausts an endless iterator in one call: a loop in C that never releases the GIL
            # (a sleep through ctypes.PyDLL would end at the first signal)
            collections.deque(itertools.repeat(0), maxlen=0)
        return result
