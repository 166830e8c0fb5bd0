"""`rfind` ends the process at once, with exit code 0."""

import os

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def rfind(self, *args, **kwargs):
        super().rfind(*args, **kwargs)
        os._exit(0)
