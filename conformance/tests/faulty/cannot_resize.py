"""There is no `resize`."""

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    @property
    def resize(self):
        raise AttributeError("there is no resize")
