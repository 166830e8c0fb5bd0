"""What the faulty implementations share: the standard library's own mmap, under the same names."""

import mmap as _mmap

# ACCESS_*, MAP_*, PAGESIZE, error, ...: all a module needs beside its type
names = {k: getattr(_mmap, k) for k in dir(_mmap) if not k.startswith("_") and k != "mmap"}


class mmap(_mmap.mmap):
    """The stdlib's type, with what CPython makes different in any subclass put right again."""

    __slots__ = ()  # the stdlib's type has no __dict__

    def __repr__(self):
        text = super().__repr__()
        return "<mmap.mmap " + text.split(" ", 1)[1] if type(self).__name__ == "mmap" else text

    # Iteration yields bytes of length 1 through a slot in C, which a subclass loses: there it
    # would go through __getitem__, and yield ints.

    def __iter__(self):
        return iter(_Items(self))

    def __reversed__(self):
        return reversed(_Items(self))

    def __contains__(self, item):
        return item in _Items(self)


class _Items:
    def __init__(self, mapping):
        self.mapping = mapping

    def __len__(self):
        return len(self.mapping)

    def __getitem__(self, index):
        return bytes((self.mapping[index],))


def are_int(*arguments):
    """False for objects with `__index__`: asking those twice would be a second fault."""
    return all(isinstance(argument, int) for argument in arguments)


def remap(mapping, flags, fileno, offset):
    """Map the file again, at the same address and with other flags, behind the object's back.

    Linux and macOS. Where the system refuses, the memory stays as it was.
    """
    import ctypes

    MAP_FIXED = 0x10
    c_mmap = ctypes.CDLL(None).mmap
    c_mmap.restype = ctypes.c_void_p
    c_mmap.argtypes = (
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.c_int,
        ctypes.c_int,
        ctypes.c_int,
        ctypes.c_ssize_t,
    )
    address = ctypes.addressof(ctypes.c_char.from_buffer(mapping))
    protection = _mmap.PROT_READ | _mmap.PROT_WRITE
    c_mmap(address, len(mapping), protection, flags | MAP_FIXED, fileno, offset)
