"""`move` reads a page of a file that was truncated after mapping: a real SIGBUS."""

import tempfile

import _base

globals().update(_base.names)


class mmap(_base.mmap):
    __slots__ = ()

    def move(self, *args, **kwargs):
        super().move(*args, **kwargs)
        with tempfile.TemporaryFile() as file:
            file.truncate(1)
            mapping = _base.mmap(file.fileno(), 1)
            file.truncate(0)
            mapping[0]
