"""Writing to a read-only map raises ValueError where it should raise TypeError."""

import contextlib

import _base

globals().update(_base.names)


@contextlib.contextmanager
def wrong_exception():
    try:
        yield
    except TypeError as error:
        if "readonly memory map" not in str(error):
            raise  # about the arguments, and right
        raise ValueError(str(error)) from None


class mmap(_base.mmap):
    __slots__ = ()

    def write(self, *args, **kwargs):
        with wrong_exception():
            return super().write(*args, **kwargs)

    def write_byte(self, *args, **kwargs):
        with wrong_exception():
            return super().write_byte(*args, **kwargs)

    def move(self, *args, **kwargs):
        with wrong_exception():
            return super().move(*args, **kwargs)

    def __setitem__(self, key, value):
        with wrong_exception():
            super().__setitem__(key, value)
