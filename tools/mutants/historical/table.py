"""What the faults have in common: the table they are in, and types to build on."""

import operator
import os
import signal
from typing import NamedTuple

FAULTS = {}
"""By name: an issue's number, and what it is about where it is about several things."""


class Fault(NamedTuple):
    """A bug: where it was told, what it did, and how it comes about here."""

    link: str
    did: str
    make: object


HOSTS = {
    "bpo": "https://bugs.python.org/issue{}",
    "gh": "https://github.com/python/cpython/issues/{}",
    "pypy": "https://github.com/pypy/pypy/issues/{}",
    "rustpython": "https://github.com/RustPython/RustPython/issues/{}",
    "rustpython-pull": "https://github.com/RustPython/RustPython/pull/{}",
    "graalpy-pull": "https://github.com/oracle/graalpython/pull/{}",
    "ironpython2": "https://github.com/IronLanguages/ironpython2/issues/{}",
    "ironpython2-pull": "https://github.com/IronLanguages/ironpython2/pull/{}",
    "ironpython": "https://github.com/IronLanguages/main/issues/{}",
    "fmmap": "https://github.com/friedelwolff/fmmap/issues/{}",
    "pyre-pull": "https://github.com/youknowone/pyre/pull/{}",
    "emscripten": "https://github.com/emscripten-core/emscripten/issues/{}",
    "emscripten-pull": "https://github.com/emscripten-core/emscripten/pull/{}",
    "wasi-libc": "https://github.com/WebAssembly/wasi-libc/issues/{}",
    "wasmer": "https://github.com/wasmerio/wasmer/issues/{}",
}


def fault(host, number, about, did):
    """Add a fault to the table; ``about`` may be empty."""

    def register(make):
        name = "-".join(filter(None, (host, str(number), about)))
        assert name not in FAULTS, name
        FAULTS[name] = Fault(HOSTS[host].format(number), did, make)
        return make

    return register


def die(number=signal.SIGSEGV):
    """End as a process does that touches what it may not."""
    os.kill(os.getpid(), number)


def described(base):
    """A type that knows what it was made with."""

    class mmap(base):
        def __new__(cls, fileno, length, *arguments, **keywords):
            self = super().__new__(cls, fileno, length, *arguments, **keywords)
            self.fileno = operator.index(fileno)
            self.offset = keywords.get("offset", arguments[3] if len(arguments) > 3 else 0)
            self.offset = operator.index(self.offset)
            return self

    return mmap


def without_fault(base):
    """A type that does what its base does.

    Where Python makes a subclass, iteration goes by subscripts, which are integers.
    """

    class mmap(base):
        def __iter__(self):
            place = 0
            while True:
                try:
                    byte = base.__getitem__(self, place)
                except IndexError:
                    return
                yield bytes((byte,))
                place += 1

    return mmap


def converted(argument, then):
    """What ``__index__`` of an argument gives; ``then`` is called once it has run."""
    if type(argument) is int or not hasattr(argument, "__index__"):
        return argument
    number = operator.index(argument)
    then()
    return number
