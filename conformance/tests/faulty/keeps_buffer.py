"""A `write` that is refused keeps the buffer of a bytearray exported."""

import _base

globals().update(_base.names)
kept = []


class mmap(_base.mmap):
    __slots__ = ()

    def write(self, *args, **kwargs):
        try:
            return super().write(*args, **kwargs)
        except ValueError:
            if len(args) == 1 and isinstance(args[0], bytearray):
                kept.append(memoryview(args[0]))
            raise
