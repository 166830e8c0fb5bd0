"""`find` returns one more than the index where the match is."""

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def find(self, *args, **kwargs):
        result = super().find(*args, **kwargs)
        return result if result == -1 else result + 1
