"""`read` prints on standard output, which must be survived: its results are right."""

import os

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def read(self, *args, **kwargs):
        print('{"id": 1}', flush=True)  # looks like a message
        os.write(1, b"\xff, and half a line")  # looks like nothing at all
        return super().read(*args, **kwargs)
