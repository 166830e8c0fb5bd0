"""What find and rfind find."""

import signal

from .table import converted, die, fault


def bounds(self, start, end):
    """The range that is searched."""
    start = self.tell() if start is None else start
    return range(len(self))[slice(start, end)]


@fault("bpo", 515943, "", "find stops at a zero byte of what it looks for")
def _(base):
    class mmap(base):
        def find(self, sub, /, *arguments):
            found = super().find(sub, *arguments)
            return super().find(bytes(sub).split(b"\0")[0], *arguments) if found != -1 else -1

    return mmap


@fault("bpo", 23001, "find", "find takes bytes alone")
def _(base):
    class mmap(base):
        def find(self, sub, /, *arguments):
            if type(sub) is bytearray:
                raise TypeError("a bytes object is required")
            return super().find(sub, *arguments)

    return mmap


@fault("gh", 105235, "", "no bytes are found in a range that ends before it starts")
def _(base):
    class mmap(base):
        def find(self, sub, start=None, end=None, /):
            found = super().find(sub, start, end)
            if found == -1 and type(start) is type(end) is int and 0 <= end < start < len(self):
                return start if len(sub) == 0 else -1
            return found

    return mmap


@fault("gh", 151021, "find", "no bytes are found past the end")
def _(base):
    class mmap(base):
        def find(self, sub, /, *arguments):
            found = super().find(sub, *arguments)
            past = arguments and type(arguments[0]) is int and arguments[0] > len(self)
            return len(self) if past and len(arguments) == 1 and len(sub) == 0 else found

    return mmap


@fault("gh", 151021, "rfind", "rfind finds no bytes past the end")
def _(base):
    class mmap(base):
        def rfind(self, sub, /, *arguments):
            found = super().rfind(sub, *arguments)
            past = arguments and type(arguments[0]) is int and arguments[0] > len(self)
            return len(self) if past and len(arguments) == 1 and len(sub) == 0 else found

    return mmap


@fault("rustpython", 8722, "rfind", "rfind finds no bytes at the start of the range, not its end")
def _(base):
    class mmap(base):
        def rfind(self, sub, /, *arguments):
            found = super().rfind(sub, *arguments)
            return super().find(sub, *arguments) if found != -1 and len(sub) == 0 else found

    return mmap


@fault("rustpython", 8722, "inverted", "rfind finds no bytes where the end is before the start")
def _(base):
    class mmap(base):
        def rfind(self, sub, start=None, end=None, /):
            found = super().rfind(sub, start, end)
            if found == -1 and type(start) is type(end) is int and 0 <= end < start <= len(self):
                return start if len(sub) == 0 else -1
            return found

    return mmap


@fault("fmmap", 1, "", "rfind does not look at the first place")
def _(base):
    class mmap(base):
        def rfind(self, sub, /, *arguments):
            found = super().rfind(sub, *arguments)
            first = bounds(self, *(*arguments, None, None)[:2]).start if found != -1 else 0
            return -1 if found == first and len(sub) else found

    return mmap


@fault("fmmap", 2, "", "rfind dies where what it looks for is longer than the range")
def _(base):
    class mmap(base):
        def rfind(self, sub, /, *arguments):
            found = super().rfind(sub, *arguments)
            if len(arguments) == 1 and len(sub) > len(bounds(self, arguments[0], None)) > 0:
                die()
            return found

    return mmap


@fault("pyre-pull", 1184, "find", "find dies where what it looks for is longer than the map")
def _(base):
    class mmap(base):
        def find(self, sub, /, *arguments):
            found = super().find(sub, *arguments)
            if len(sub) > len(self):
                die(signal.SIGABRT)
            return found

    return mmap


@fault("gh", 103987, "find", "find uses a map that a bound closed")
def _(base):
    class mmap(base):
        def find(self, sub, /, *bounds):
            self.tell()
            bounds = [converted(bound, lambda: self.closed and die()) for bound in bounds]
            return super().find(sub, *bounds)

    return mmap


@fault("gh", 103987, "rfind", "rfind uses a map that a bound closed")
def _(base):
    class mmap(base):
        def rfind(self, sub, /, *bounds):
            self.tell()
            bounds = [converted(bound, lambda: self.closed and die()) for bound in bounds]
            return super().rfind(sub, *bounds)

    return mmap


@fault("pyre-pull", 1650, "find", "find searches a map as it was before a bound resized it")
def _(base):
    class mmap(base):
        def find(self, sub, /, *bounds):
            before = len(self)
            bounds = [converted(each, lambda: len(self) < before and die()) for each in bounds]
            return super().find(sub, *bounds)

    return mmap
