"""Resizing, closing, exported buffers, and what a map says of itself."""

import os

from .table import described, die, fault


@fault("bpo", 3797, "resize", "exported buffers do not keep a map from being resized")
def _(base):
    class mmap(base):
        def resize(self, *arguments):
            try:
                return super().resize(*arguments)
            except BufferError:
                return None

    return mmap


@fault("bpo", 3797, "close", "exported buffers do not keep a map from being closed")
@fault("pypy", 3723, "", "exported buffers are not counted")
def _(base):
    class mmap(base):
        def close(self):
            try:
                return super().close()
            except BufferError:
                return None

    return mmap


@fault("bpo", 728515, "", "resize leaves the file as it was")
def _(base):
    class mmap(described(base)):
        def resize(self, *arguments):
            size = None if self.fileno == -1 else os.fstat(self.fileno).st_size
            super().resize(*arguments)
            if size is not None:
                os.ftruncate(self.fileno, size)

    return mmap


@fault("bpo", 5282, "", "resize makes the file end where the map would without its offset")
def _(base):
    class mmap(described(base)):
        def resize(self, *arguments):
            super().resize(*arguments)
            if self.fileno != -1 and self.offset:
                os.ftruncate(self.fileno, len(self))

    return mmap


@fault("bpo", 5385, "", "a resize that fails leaves a map that is closed")
def _(base):
    class mmap(base):
        def resize(self, *arguments):
            try:
                return super().resize(*arguments)
            except (OSError, ValueError):
                super().close()
                raise

    return mmap


@fault("gh", 85092, "", "memory of no file cannot be resized")
def _(base):
    class mmap(described(base)):
        def resize(self, *arguments):
            if self.fileno == -1 and not self.closed:
                raise PermissionError(13, "Permission denied")
            return super().resize(*arguments)

    return mmap


@fault("gh", 138204, "", "shared memory of no file grows in address space alone")
def _(base):
    class mmap(base):
        def resize(self, *arguments):
            try:
                return super().resize(*arguments)
            except ValueError as error:
                if "anonymous" not in str(error):
                    raise
                return None

    return mmap


@fault("gh", 138205, "", "resize is a SystemError")
def _(base):
    class mmap(base):
        def resize(self, *arguments):
            raise SystemError("mmap: resizing not available--no mremap()")

    return mmap


@fault("pyre-pull", 1854, "", "a size too large for C is taken for another")
def _(base):
    class mmap(base):
        def resize(self, size, /):
            if type(size) is int and abs(size) >= 1 << 63:
                size &= 0xFFF
            return super().resize(size)

    return mmap


@fault("gh", 87595, "", "memory of no file has no size")
def _(base):
    class mmap(described(base)):
        def size(self):
            if self.fileno == -1 and not self.closed:
                raise OSError(22, "Invalid argument")
            return super().size()

    return mmap


@fault("rustpython-pull", 3755, "", "size gives the length of the map")
def _(base):
    class mmap(base):
        def size(self):
            super().size()
            return len(self)

    return mmap


@fault("bpo", 8046, "", "a map is no context manager")
def _(base):
    class mmap(base):
        def __enter__(self):
            raise AttributeError("__enter__")

    return mmap


@fault("bpo", 665913, "", "closing twice dies")
def _(base):
    class mmap(base):
        def close(self):
            if self.closed:
                die()
            return super().close()

    return mmap


@fault("bpo", 34953, "", "a map shows nothing of itself")
def _(base):
    class mmap(base):
        __repr__ = object.__repr__

    return mmap
