"""Reading and writing at the position, and moving it."""

from .table import converted, die, fault


@fault("bpo", 5391, "read", "read_byte gives bytes of length 1")
def _(base):
    class mmap(base):
        def read_byte(self):
            return bytes((super().read_byte(),))

    return mmap


@fault("bpo", 5391, "write", "write_byte takes bytes of length 1")
def _(base):
    class mmap(base):
        def write_byte(self, byte, /):
            if type(byte) is int and 0 <= byte < 256:
                raise TypeError("a bytes object of length 1 is required, not int")
            return super().write_byte(byte)

    return mmap


@fault("bpo", 5386, "", "write_byte writes past the end")
def _(base):
    class mmap(base):
        def write_byte(self, byte, /):
            try:
                return super().write_byte(byte)
            except ValueError as error:
                if "out of range" in str(error):
                    return None
                raise

    return mmap


@fault("bpo", 6344, "", "read dies of a negative number")
def _(base):
    class mmap(base):
        def read(self, *arguments):
            if arguments and type(arguments[0]) is int and arguments[0] < 0 and not self.closed:
                die()
            return super().read(*arguments)

    return mmap


@fault("bpo", 12021, "", "read needs a number")
def _(base):
    class mmap(base):
        def read(self, count, /, *arguments):
            return super().read(count, *arguments)

    return mmap


@fault("bpo", 12021, "none", "None is no number of bytes")
def _(base):
    class mmap(base):
        def read(self, *arguments):
            if arguments == (None,):
                raise TypeError("'NoneType' object cannot be interpreted as an integer")
            return super().read(*arguments)

    return mmap


@fault("bpo", 23001, "write", "write takes bytes alone")
def _(base):
    class mmap(base):
        def write(self, data, /):
            if type(data) is bytearray:
                raise TypeError("a bytes object is required")
            return super().write(data)

    return mmap


@fault("bpo", 26335, "", "write gives None")
def _(base):
    class mmap(base):
        def write(self, data, /):
            super().write(data)

    return mmap


@fault("gh", 111835, "", "seek gives None")
def _(base):
    class mmap(base):
        def seek(self, *arguments):
            super().seek(*arguments)

    return mmap


@fault("bpo", 11391, "", "write dies on memory that is only to be read")
def _(base):
    class mmap(base):
        def write(self, data, /):
            try:
                return super().write(data)
            except TypeError as error:
                if "readonly" in str(error):
                    die()
                raise

    return mmap


@fault("bpo", 5387, "", "move dies of a range that is out of the map")
def _(base):
    class mmap(base):
        def move(self, *arguments):
            try:
                return super().move(*arguments)
            except ValueError as error:
                if "out of range" in str(error):
                    die()
                raise

    return mmap


@fault("gh", 103987, "move", "move uses a map that an argument closed")
def _(base):
    class mmap(base):
        def move(self, *places):
            self.tell()
            places = [converted(place, lambda: self.closed and die()) for place in places]
            return super().move(*places)

    return mmap


@fault("gh", 103987, "read", "read uses a map that its argument closed")
def _(base):
    class mmap(base):
        def read(self, *arguments):
            self.tell()
            return super().read(
                *(converted(each, lambda: self.closed and die()) for each in arguments)
            )

    return mmap


@fault("gh", 103987, "write_byte", "write_byte uses a map that its argument closed")
def _(base):
    class mmap(base):
        def write_byte(self, byte, /):
            self.tell()
            return super().write_byte(converted(byte, lambda: self.closed and die()))

    return mmap
