"""`write_byte` allocates memory without end: never run this one without a memory limit."""

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def write_byte(self, *args, **kwargs):
        super().write_byte(*args, **kwargs)
        eaten = []
        while True:
            eaten.append(b"x" * (16 << 20))
