"""`tell` writes a line that is not the protocol to every pipe and socket that it finds open."""

import os
import stat

import _base

globals().update(_base.names)


def write_to_every_channel(garbage):
    for descriptor in range(3, 256):
        try:
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
                os.write(descriptor, garbage)
        except OSError:
            pass  # not open, or the end that reads


class mmap(_base.mmap):
    __slots__ = ()

    def tell(self, *args, **kwargs):
        result = super().tell(*args, **kwargs)
        write_to_every_channel(b"\xff this is not the protocol\n")
        return result
