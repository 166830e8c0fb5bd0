"""What reaches the file, and what other maps see."""

import os
import signal

from .table import described, die, fault


def private(base, when):
    """A type that is a copy of the file where ``when`` says so of the keywords."""

    class mmap(base):
        def __new__(cls, fileno, length, *arguments, **keywords):
            plain = not arguments and not {"access", "flags", "prot"} & keywords.keys()
            if fileno != -1 and plain and when(keywords):
                keywords["flags"] = 2  # MAP_PRIVATE
            return super().__new__(cls, fileno, length, *arguments, **keywords)

    return mmap


@fault("emscripten-pull", 3269, "", "what is written does not reach the file")
def _(base):
    return private(base, lambda keywords: True)


@fault("emscripten", 10094, "", "what is written into a map with an offset does not reach the file")
def _(base):
    return private(base, lambda keywords: keywords.get("offset"))


@fault("emscripten", 21706, "", "two maps of one file do not share their memory")
def _(base):
    made = set()

    class mmap(base):
        def __new__(cls, fileno, length, *arguments, **keywords):
            if fileno != -1 and not arguments and not keywords:
                where = os.fstat(fileno).st_ino
                if where in made:
                    keywords["flags"] = 2  # MAP_PRIVATE
                made.add(where)
            return super().__new__(cls, fileno, length, *arguments, **keywords)

    return mmap


@fault("wasi-libc", 206, "", "what is written is lost where the descriptor was closed first")
def _(base):
    class mmap(described(base)):
        def write(self, data, /):
            if self.fileno != -1:
                try:
                    os.fstat(self.fileno)
                except OSError:
                    return len(memoryview(data))
            return super().write(data)

    return mmap


@fault("bpo", 2122, "result", "flush gives 1")
def _(base):
    class mmap(base):
        def flush(self, *arguments, **keywords):
            super().flush(*arguments, **keywords)
            return 1

    return mmap


@fault("bpo", 2122, "failure", "a flush that fails gives a number, as one that does not")
def _(base):
    class mmap(base):
        def flush(self, *arguments, **keywords):
            try:
                return super().flush(*arguments, **keywords)
            except OSError:
                return 0

    return mmap


@fault("bpo", 678250, "", "flush of a read-only map is an OSError")
def _(base):
    class mmap(base):
        def __new__(cls, *arguments, access=0, **keywords):
            self = super().__new__(cls, *arguments, access=access, **keywords)
            self.access = access
            return self

        def flush(self, *arguments, **keywords):
            result = super().flush(*arguments, **keywords)
            if self.access == 1:
                raise PermissionError(13, "Permission denied")
            return result

    return mmap


@fault("gh", 138092, "", "flush of an offset alone is out of range")
def _(base):
    class mmap(base):
        def flush(self, *arguments, **keywords):
            if len(arguments) == 1 and arguments[0] != 0:
                raise ValueError("flush values out of range")
            return super().flush(*arguments, **keywords)

    return mmap


@fault("gh", 76979, "", "flush of a part is EINVAL, also where it begins on a page")
def _(base):
    class mmap(base):
        def flush(self, *arguments, **keywords):
            result = super().flush(*arguments, **keywords)
            if len(arguments) == 2 and arguments[0] != 0:
                raise OSError(22, "Invalid argument")
            return result

    return mmap


@fault("wasmer", 6430, "", "flush of a writable map is EINVAL")
def _(base):
    class mmap(base):
        def flush(self, *arguments, **keywords):
            result = super().flush(*arguments, **keywords)
            try:
                super().move(0, 0, 0)
            except TypeError:
                return result
            raise OSError(22, "Invalid argument")

    return mmap


@fault("emscripten", 16350, "", "flush of memory of no file dies")
def _(base):
    class mmap(described(base)):
        def flush(self, *arguments, **keywords):
            if self.fileno == -1:
                die(signal.SIGABRT)
            return super().flush(*arguments, **keywords)

    return mmap
