"""`readline` returns a line of more than 20 bytes without its last byte; the position is right."""

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def readline(self, *args, **kwargs):
        line = super().readline(*args, **kwargs)
        return line[:-1] if len(line) > 20 else line
