"""`flush` never returns: an endless loop in Python, which signals and threads can interrupt."""

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def flush(self, *args, **kwargs):
        super().flush(*args, **kwargs)
        while True:
            pass
