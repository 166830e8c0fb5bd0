"""What the constructor takes and does."""

import os

from .table import die, fault


@fault("bpo", 585792, "", "a length beyond the end of the file is taken: SIGBUS")
def _(base):
    class mmap(base):
        def __new__(cls, fileno, length, *arguments, **keywords):
            try:
                return super().__new__(cls, fileno, length, *arguments, **keywords)
            except ValueError as error:
                if "length is greater" not in str(error):
                    raise
                return super().__new__(cls, -1, length)

    return mmap


@fault("bpo", 1407135, "", "-1 is no memory of no file but a bad descriptor")
@fault("ironpython2", 55, "", "a map of no file cannot be made")
def _(base):
    class mmap(base):
        def __new__(cls, fileno, *arguments, **keywords):
            if fileno == -1:
                raise OSError(9, "Bad file descriptor")
            return super().__new__(cls, fileno, *arguments, **keywords)

    return mmap


@fault("bpo", 749830, "", "length 0 does not stand for the whole file")
def _(base):
    class mmap(base):
        def __new__(cls, fileno, length, *arguments, **keywords):
            if length == 0:
                raise OSError(22, "Invalid argument")
            return super().__new__(cls, fileno, length, *arguments, **keywords)

    return mmap


@fault("bpo", 10916, "", "length 0 stands for the length of the file, wherever the map begins")
def _(base):
    class mmap(base):
        def __new__(cls, fileno, length, *arguments, **keywords):
            if length == 0 and keywords.get("offset"):
                length = os.fstat(fileno).st_size
            return super().__new__(cls, fileno, length, *arguments, **keywords)

    return mmap


@fault("bpo", 10959, "", "an offset past the end of the file is taken where the length is 0")
def _(base):
    class mmap(base):
        def __new__(cls, *arguments, **keywords):
            try:
                return super().__new__(cls, *arguments, **keywords)
            except ValueError as error:
                if "offset is greater" not in str(error):
                    raise
                return super().__new__(cls, -1, 1)

    return mmap


@fault("bpo", 4681, "", "offsets have 32 bits")
def _(base):
    class mmap(base):
        def __new__(cls, *arguments, **keywords):
            if type(keywords.get("offset")) is int and keywords["offset"] >= 1 << 31:
                raise OverflowError("signed integer is greater than maximum")
            return super().__new__(cls, *arguments, **keywords)

    return mmap


@fault("ironpython2-pull", 698, "", "lengths have 32 bits")
def _(base):
    class mmap(base):
        def __new__(cls, fileno, length, *arguments, **keywords):
            if type(length) is int and length >= 1 << 31:
                raise TypeError("expected int")
            return super().__new__(cls, fileno, length, *arguments, **keywords)

    return mmap


@fault("bpo", 8105, "", "a descriptor that is none crashes")
def _(base):
    class mmap(base):
        def __new__(cls, fileno, *arguments, **keywords):
            try:
                return super().__new__(cls, fileno, *arguments, **keywords)
            except OSError as error:
                if error.errno == 9:
                    die()
                raise

    return mmap


@fault("ironpython", 1081, "", "descriptors that the system has are not known: EBADF")
def _(base):
    class mmap(base):
        def __new__(cls, fileno, *arguments, **keywords):
            if type(fileno) is int and fileno > 2:
                raise OSError(9, "Bad file descriptor")
            return super().__new__(cls, fileno, *arguments, **keywords)

    return mmap


@fault("gh", 91014, "", "the descriptor's position is set to 0")
def _(base):
    class mmap(base):
        def __new__(cls, fileno, *arguments, **keywords):
            self = super().__new__(cls, fileno, *arguments, **keywords)
            if fileno != -1:
                os.lseek(fileno, 0, os.SEEK_SET)
            return self

    return mmap


@fault("graalpy-pull", 1063, "", "there is no argument trackfd")
def _(base):
    class mmap(base):
        def __new__(cls, *arguments, **keywords):
            if "trackfd" in keywords:
                raise TypeError("mmap() got an unexpected keyword argument 'trackfd'")
            return super().__new__(cls, *arguments, **keywords)

    return mmap


@fault("gh", 78502, "", "the descriptor is duplicated where trackfd says not to")
def _(base):
    class mmap(base):
        def __new__(cls, *arguments, **keywords):
            keywords.pop("trackfd", None)
            return super().__new__(cls, *arguments, **keywords)

    return mmap


@fault("pyre-pull", 1184, "length", "a negative length is a TypeError")
def _(base):
    class mmap(base):
        def __new__(cls, fileno, length, *arguments, **keywords):
            if type(length) is int and length < 0:
                raise TypeError("memory mapped size must be positive")
            return super().__new__(cls, fileno, length, *arguments, **keywords)

    return mmap


@fault("pyre-pull", 1184, "offset", "a negative offset is a ValueError")
def _(base):
    class mmap(base):
        def __new__(cls, *arguments, **keywords):
            if type(keywords.get("offset")) is int and keywords["offset"] < 0:
                raise ValueError("memory mapped offset must be positive")
            return super().__new__(cls, *arguments, **keywords)

    return mmap
