"""Items, slices and iteration."""

from .table import converted, die, fault


@fault("bpo", 5292, "", "the item after the last one can be had")
def _(base):
    class mmap(base):
        def __getitem__(self, key):
            if type(key) is int and not self.closed and key == len(self):
                return 0
            return super().__getitem__(key)

    return mmap


@fault("pypy", 3282, "", "iteration yields integers")
def _(base):
    class mmap(base):
        def __iter__(self):
            return map(ord, super().__iter__())

    return mmap


@fault("pypy", 4006, "", "slices cannot be set to a bytearray")
def _(base):
    class mmap(base):
        def __setitem__(self, key, value):
            if type(key) is slice and type(value) is bytearray:
                raise TypeError("expected bytes")
            return super().__setitem__(key, value)

    return mmap


@fault("gh", 103987, "getitem", "an item is read from a map that its index closed")
def _(base):
    class mmap(base):
        def __getitem__(self, key):
            self.tell()
            return super().__getitem__(converted(key, lambda: self.closed and die()))

    return mmap


@fault("gh", 103987, "slice", "a slice is read from a map that a bound closed")
def _(base):
    class mmap(base):
        def __getitem__(self, key):
            self.tell()
            if type(key) is slice:
                parts = (key.start, key.stop, key.step)
                key = slice(*(converted(part, lambda: self.closed and die()) for part in parts))
            return super().__getitem__(key)

    return mmap


@fault("gh", 103987, "setitem", "an item is set in a map that its value closed")
def _(base):
    class mmap(base):
        def __setitem__(self, key, value):
            if type(key) is int:
                self.tell()
                value = converted(value, lambda: self.closed and die())
            super().__setitem__(key, value)

    return mmap


@fault("gh", 157335, "", "an item is set where the map was before its value resized it")
def _(base):
    class mmap(base):
        def __setitem__(self, key, value):
            if type(key) is int and not self.closed:
                was_inside = -len(self) <= key < len(self)
                value = converted(
                    value,
                    lambda: was_inside and not self.closed and key >= len(self) and die(),
                )
            super().__setitem__(key, value)

    return mmap


@fault(
    "pyre-pull", 1650, "getitem", "an item is read where the map was before its index resized it"
)
def _(base):
    class mmap(base):
        def __getitem__(self, key):
            if type(key) is not slice and not self.closed:
                before = len(self)
                key = converted(key, lambda: not self.closed and len(self) < before and die())
            return super().__getitem__(key)

    return mmap
