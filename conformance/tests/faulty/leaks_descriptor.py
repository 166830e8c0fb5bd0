"""A constructor that is refused leaves a copy of the descriptor open."""

import contextlib
import os

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def __new__(cls, fileno, *args, **kwargs):
        try:
            return super().__new__(cls, fileno, *args, **kwargs)
        except ValueError:
            with contextlib.suppress(OSError, TypeError):
                os.dup(fileno)
            raise
