"""`read` returns the right bytes and does not move the position."""

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def read(self, *args, **kwargs):
        data = super().read(*args, **kwargs)
        if data:
            super().seek(-len(data), 1)
        return data
