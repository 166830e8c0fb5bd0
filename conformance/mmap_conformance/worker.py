"""Executes operations on one implementation of mmap and answers with outcomes.

Started by the driver as ``python worker.py MODULE``; standard library only, Python
3.6 and later and PyPy. Requests and answers are JSON, one a line; before each
operation the line ``@N`` says that operation N is about to run, so that a death is
booked to the operation that caused it. The worker never learns what is expected.
"""

import importlib
import json
import os
import sys
from binascii import crc32

PROTOCOL = 1
LONGEST = 96
LARGEST = 1 << 28
PERIOD = 251
TEXT = bytes(bytearray((i * 7 + 97) % 256 if i % 23 else 10 for i in range(PERIOD)))


EXHAUSTED = [["MemoryError", "Exception", "BaseException", "object"], None, ""]


def represent(value):
    """The text that stands for a returned value (the driver's model has the same)."""
    if value is None:
        return "None"
    kind = type(value)
    if kind is bytes and len(value) > LONGEST:
        return "<%d bytes, crc32 %08x>" % (len(value), crc32(value) & 0xFFFFFFFF)
    if kind in (list, tuple):
        return "[" + ", ".join(map(represent, value)) + "]"
    if kind in (int, bytes, bool, str, float):
        return repr(value)
    return "<%s>" % kind.__name__


def failure(error):
    """An exception as names of its MRO, errno and message."""
    number = getattr(error, "errno", None)
    try:
        message = str(error)
    except Exception:
        message = ""
    return [
        [c.__name__ for c in type(error).__mro__],
        number if isinstance(number, int) else None,
        message[:200],
    ]


def pattern(length, seed):
    """The bytes of a pattern value (the driver's model has the same)."""
    start = seed % PERIOD
    return ((TEXT[start:] + TEXT[:start]) * (length // PERIOD + 1))[:length]


class File(object):
    """A file with one descriptor, and what a second process would see of it."""

    def __init__(self, path, content, mode):
        self.path = path
        with open(path, "wb") as stream:
            stream.write(content)
        flags = os.O_RDONLY if mode == "read" else os.O_RDWR
        if mode == "append":
            flags |= os.O_APPEND
        self.fd = os.open(path, flags | getattr(os, "O_BINARY", 0))

    def contents(self):
        """All bytes of the file, read through a descriptor of their own."""
        length = os.stat(self.path).st_size
        if length > LARGEST:
            return "%d bytes" % length
        with open(self.path, "rb") as stream:
            return stream.read()

    def pwrite(self, data, offset):
        """Write into the file, not through a map."""
        with open(self.path, "r+b") as stream:
            stream.seek(offset)
            stream.write(data)

    def truncate(self, length):
        """Set the file's length."""
        with open(self.path, "r+b") as stream:
            stream.truncate(length)

    def seek(self, place):
        """Have the descriptor stand elsewhere."""
        os.lseek(self.fd, place, os.SEEK_SET)

    def position(self):
        """Where the descriptor stands."""
        return os.lseek(self.fd, 0, os.SEEK_CUR)

    def fileno(self):
        """The descriptor's number; one that nobody uses once it is closed."""
        return self.fd if self.fd >= 0 else 9999

    def close(self):
        """Close the descriptor; the file stays."""
        if self.fd >= 0:
            fd, self.fd = self.fd, -1
            os.close(fd)


def free_descriptors(of):
    """The lowest numbers that the next descriptors will have, found by copying one."""
    taken = []
    try:
        for _ in range(8):
            taken.append(os.dup(of))
    except OSError:
        pass  # too many are open: the lowest are what counts
    for number in taken:
        os.close(number)
    return taken


def collect():
    """Have objects that nobody refers to finalized."""
    import gc

    gc.collect()


class Session(object):
    """One implementation and the objects that a program has made so far."""

    def __init__(self, module, scratch):
        self.module = module
        self.scratch = scratch
        self.handles = {}
        self.mark = None  # tells the driver what runs next
        self.full = False  # represent long bytes in full
        self.meanwhile = {}  # outcomes of what ran inside an argument's conversion
        self.inner = []
        self.spare = os.open(os.devnull, os.O_RDONLY)
        self.free = free_descriptors(self.spare)

    def reset(self):
        """Forget everything that a program made."""
        handles, self.handles = self.handles, {}
        for name in sorted(handles, reverse=True):  # views before the maps they export
            thing = handles.pop(name)
            try:
                (thing.release if isinstance(thing, memoryview) else thing.close)()
            except Exception:
                pass  # outcomes of the program were answered already
            if isinstance(thing, File):
                os.unlink(thing.path)
        self.free = free_descriptors(self.spare)

    def leaked(self):
        """Close everything; how many descriptors are open that were not at the beginning."""
        before = set(self.free)
        self.reset()
        if before - set(self.free) and sys.implementation.name != "cpython":
            collect()  # what a constructor that failed has made may still wait for it
            self.free = free_descriptors(self.spare)
        return len(before - set(self.free))

    def run(self, operations):
        """Run operations one by one; a list of their outcomes."""
        outcomes = []
        self.meanwhile = {}
        for number, operation in enumerate(operations):
            if self.mark is not None:
                self.mark(number)
            self.inner = []
            try:
                outcomes.append(self.outcome(operation))
            except MemoryError:  # with none left to tell of the first one
                outcomes.append(EXHAUSTED)
            if self.inner:
                self.meanwhile[number] = self.inner
        return outcomes

    def outcome(self, operation):
        """Run one operation; a text for what it returned, a list for what it raised."""
        try:
            value = self.perform(*operation)
            if type(value) is dict:
                return value
            return repr(value) if self.full and type(value) is bytes else represent(value)
        except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit) as error:
            return failure(error)

    def perform(self, target, method, arguments=(), keywords=None):
        """Run one operation and return its value."""
        positional = [self.value(a) if type(a) is dict else a for a in arguments]
        if method in SPECIAL:
            return SPECIAL[method](self, target, *positional)
        named = {k: self.value(v) for k, v in keywords.items()} if keywords else {}
        if method in MAKERS:
            self.handles[target] = MAKERS[method](self, target, *positional, **named)
            return None
        thing = self.handles[target]
        if method[0] == ".":
            return getattr(thing, method[1:])
        return getattr(thing, method)(*positional, **named)

    def nested(self, operations):
        """Run operations inside an argument's conversion, whatever comes of them."""
        for operation in operations:
            self.inner.append(self.outcome(operation))

    def value(self, argument):
        """The Python object that a tagged value stands for."""
        if type(argument) is not dict:
            return argument
        ((tag, content),) = argument.items()
        if tag == "bytes":
            return content.encode("latin-1")
        if tag == "pattern":
            return pattern(*content)
        if tag == "handle":
            return self.handles[content]
        if tag == "descriptor":
            return self.handles[content].fileno()
        if tag == "constant":
            number = 0
            for name in content.split("|"):
                number |= getattr(self.module, name)
            return number
        if tag == "bytearray":
            return bytearray(content.encode("latin-1"))
        if tag == "memoryview":
            return memoryview(content.encode("latin-1"))
        if tag == "array":
            from array import array

            return array("B", content.encode("latin-1"))
        if tag == "slice":
            return slice(*[self.value(part) for part in content])
        if tag == "index":
            return Index(self, content, ())
        if tag == "reentrant":
            return Index(self, *content)
        if tag == "reentrant_buffer":
            return Buffer(self, content[0].encode("latin-1"), content[1])
        if tag == "tagname":
            return "mmap-worker-%d-%s" % (os.getpid(), content)
        if tag == "object":
            return object()
        raise LookupError("unknown tag %r" % (tag,))


class Index(object):
    """No int, but has ``__index__``, which may run operations first."""

    def __init__(self, session, value, operations):
        self.session, self.number, self.operations = session, value, operations

    def __index__(self):
        self.session.nested(self.operations)
        return self.number


class Buffer(object):
    """Exports bytes through PEP 688, after running operations."""

    def __init__(self, session, data, operations):
        self.session, self.data, self.operations = session, data, operations

    def __buffer__(self, flags):
        self.session.nested(self.operations)
        return memoryview(self.data)


def make_file(session, target, content, mode="update"):
    return File(os.path.join(session.scratch, target), content, mode)


def make_map(session, target, *arguments, **keywords):
    return session.module.mmap(*arguments, **keywords)


def make_view(session, target, of):
    return memoryview(of)


def make_buffer(session, target, content):
    return bytearray(content)


MAKERS = {
    "file()": make_file,
    "mmap()": make_map,
    "memoryview()": make_view,
    "bytearray()": make_buffer,
}


def set_item(session, target, key, value):
    session.handles[target][key] = value


def delete_item(session, target, key):
    del session.handles[target][key]


def drop(session, target):
    del session.handles[target]
    if sys.implementation.name != "cpython":  # counts references: it is gone already
        collect()


def first_items(session, target, count):
    from itertools import islice

    return list(islice(session.handles[target], count))


def search(session, target, expression):
    import re

    found = re.search(expression, session.handles[target])
    return None if found is None else list(found.span())


def use_with(session, target):
    with session.handles[target] as entered:
        same = entered is session.handles[target]
    return same


def referent(session, target):
    import weakref

    return weakref.ref(session.handles[target])() is session.handles[target]


def fork(session, target, operations):
    """Outcomes of the operations in a forked child, and how the child ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        session.mark = None
        try:
            os.write(writing, json.dumps(session.run(operations)).encode("ascii"))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    status = os.waitpid(child, 0)[1]
    return {"forked": json.loads(answer.decode("ascii")) if answer else None, "status": status}


class Leave(BaseException):
    """Ends the main loop: the interpreter shuts down."""


def leave(session, target):
    raise Leave


SPECIAL = {
    "[]": lambda session, target, key: session.handles[target][key],
    "[]=": set_item,
    "del []": delete_item,
    "in": lambda session, target, value: value in session.handles[target],
    "len()": lambda session, target: len(session.handles[target]),
    "bool()": lambda session, target: bool(session.handles[target]),
    "repr()": lambda session, target: repr(session.handles[target]),
    "bytes()": lambda session, target: bytes(memoryview(session.handles[target])),
    "list()": first_items,
    "re.search()": search,
    "with": use_with,
    "weakref()": referent,
    "del": drop,
    "fork()": fork,
    "leaked()": lambda session, target: session.leaked(),
    "exit()": leave,
}


def facts(module):
    """What the driver must know to judge this implementation."""
    kind = module.mmap
    constants = {
        name: getattr(module, name)
        for name in dir(module)
        if name.isupper() and isinstance(getattr(module, name), int)
    }
    can = ["madvise"] if hasattr(kind, "madvise") else []
    if hasattr(kind, "set_name") and sys.platform == "linux":  # elsewhere it has no names to give
        can.append("set_name")
    if hasattr(os, "fork") and sys.platform not in ("emscripten", "wasi"):
        can.append("fork")
    if sys.version_info >= (3, 12) and sys.implementation.name == "cpython":
        can.append("python-buffers")
    return {
        "implementation": module.__name__,
        "interpreter": "%s %s" % (sys.implementation.name, sys.version.split()[0]),
        "version": list(sys.version_info[:3]),
        "platform": "windows" if os.name == "nt" else "unix",
        "system": sys.platform,
        "debug": hasattr(sys, "gettotalrefcount"),
        "page": constants.get("PAGESIZE", 4096),
        "granularity": constants.get("ALLOCATIONGRANULARITY", 4096),
        "largest": sys.maxsize,
        "constants": constants,
        "capabilities": can,
    }


def limit_memory(extra):
    """Let the process grow by so many bytes and no more, where the system can."""
    try:
        import resource

        with open("/proc/self/statm") as stream:
            used = int(stream.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + extra, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError):
        pass  # the driver's timeout is the only limit then


def load(name):
    """Import the implementation; the module, or a line that says what is wrong."""
    try:
        module = importlib.import_module(name)
    except BaseException as error:  # a module may raise anything while it is imported
        return None, "cannot import %s: %s: %s" % (name, type(error).__name__, error)
    if not isinstance(getattr(module, "mmap", None), type):
        return None, "module %s has no type 'mmap'" % name
    return module, ""


def serve(name):
    """Answer requests until told to leave."""
    private = os.dup(1)
    os.dup2(2, 1)  # a stray print must not corrupt the channel
    requests = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def answer(message):
        data = json.dumps(message).encode("ascii") + b"\n"
        while data:
            data = data[os.write(private, data) :]

    # As in `python -c`: the current directory, not this file's; but it is not to hide mmap.
    sys.path[:1] = [] if name == "mmap" else [""]
    module, problem = load(name)
    # Windows soon gives the number of a dead process to the next: it would not do for a name.
    own = "mmap-worker-" + os.urandom(8).hex()
    scratch = os.path.join(os.environ.get("TMPDIR", "/tmp"), own)
    os.makedirs(scratch)
    session = Session(module, scratch)
    session.mark = lambda number: os.write(private, b"@%d\n" % number)
    try:
        for line in iter(requests.readline, b""):
            request = json.loads(line.decode("ascii"))
            reply = {"id": request["id"]}
            if request["do"] == "bye":
                break
            if request["do"] == "hello":
                reply["protocol"] = PROTOCOL
                if request.get("protocol") != PROTOCOL:
                    problem = "protocol %s is not known here" % request.get("protocol")
                if problem:
                    reply["problem"] = problem
                else:
                    if request.get("memory"):
                        limit_memory(request["memory"])
                    reply.update(facts(module))
            elif request["do"] == "call":
                session.full = request.get("full", False)
                reply["outcomes"] = session.run([request["operation"]])
            else:
                session.full = request.get("full", False)
                session.reset()
                reply["outcomes"] = session.run(request["operations"])
                reply["meanwhile"] = session.meanwhile
            answer(reply)
    except Leave:
        pass
    session.reset()
    os.rmdir(scratch)


if __name__ == "__main__":
    serve(sys.argv[1])
