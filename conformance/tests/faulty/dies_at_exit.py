"""Every operation is right, and the interpreter dies of SIGABRT when it exits."""

import atexit
import os

import _base

globals().update(_base.names)


atexit.register(os.abort)


class mmap(_base.mmap):
    __slots__ = ()
