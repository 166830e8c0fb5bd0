"""`size` returns one more than the size of the file."""

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def size(self, *args, **kwargs):
        return super().size(*args, **kwargs) + 1
