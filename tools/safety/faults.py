"""Makes each call fail that each operation of programs makes, and looks what comes of it.

    LD_PRELOAD=SHIM python -X dev -m safety.faults SHIM MODULE SCRATCH DIARY < PROGRAMS > RESULT

An operation of a program runs once for every call that the extension makes in it, and for
every time that memory is asked for: each time in a world made anew, in which that one call
fails. It must then raise and have changed nothing, or have done the same as without the
failure where that is what ``may_pass`` says; afterwards everything can be closed, and
nothing is left. In development mode, since the reference names memory in no other. Where a
fault kills the process, the diary tells which one did.
"""

from __future__ import annotations

import _imp
import ctypes
import errno
import gc
import json
import operator
import os
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import IO, Any, NamedTuple
from zlib import crc32

from mmap_conformance import worker
from safety.replay import CLEAR_CACHES

# In the order of shim.c.
CALLS = (
    "mmap", "mremap", "munmap", "ftruncate", "fcntl", "fstat", "msync", "madvise", "prctl",
    "allocation",
)  # fmt: skip
OWN = frozenset(
    ("file()", "contents", "pwrite", "truncate", "position", "bytearray()", "append",
     "fork()", "leaked()", "exit()")
)  # fmt: skip
"""Operations of the worker's, which ask nothing of the extension, or in another process."""
LAST = frozenset(("fork()", "leaked()", "exit()"))
"""Those that leave no world for others."""
MAKERS = ("mmap()", "memoryview()")
DIRECT: dict[str, Any] = {
    "[]": operator.getitem, "[]=": operator.setitem, "del []": operator.delitem,
    "in": operator.contains, "len()": len, "bool()": bool, "repr()": repr, "bytes()": bytes,
}  # fmt: skip
"""What the worker does in Python: memory that Python's frames want is not the extension's."""
GROWTHS = 5
"""So often has memory to grow before it is a leak, and no cache that fills."""


class Fault(NamedTuple):
    """A call that fails, and whether the operation may do without it."""

    call: str
    errno: int
    may_pass: bool = False


STARVED = Fault("allocation", errno.ENOMEM, may_pass=True)  # some is for Python's caches
FAULTS = (
    Fault("mmap", errno.ENOMEM),
    Fault("mremap", errno.ENOMEM),
    Fault("mremap", errno.EFAULT, may_pass=True),  # there is a second way to more memory
    Fault("munmap", errno.ENOMEM, may_pass=True),  # and nobody to tell
    Fault("ftruncate", errno.EIO),
    Fault("ftruncate", errno.EINTR, may_pass=True),
    Fault("fcntl", errno.EMFILE),
    Fault("fstat", errno.EIO),
    Fault("msync", errno.EIO),
    Fault("madvise", errno.EAGAIN),
    Fault("prctl", errno.ENOMEM),
    STARVED,
)
SHOWN = 300
"""So many characters of what is wrong."""
CLEAN = Fault("allocation", 0)
"""What never fails, its number being none."""


class State(NamedTuple):
    """All that a failed operation must leave as it was."""

    things: list[Any]
    descriptors: list[str]
    mappings: list[tuple[int, int]]


class Region(ctypes.Structure):
    """What the extension has mapped, as shim.c has it."""

    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Shim:
    """The preloaded library."""

    def __init__(self, path: str) -> None:
        library = ctypes.PyDLL(path)
        library.hook_allocators()
        self._call = library.call_armed
        self._call.restype = ctypes.py_object
        self._call.argtypes = [ctypes.py_object] * 3 + [ctypes.c_int, ctypes.c_long, ctypes.c_int]
        self._calls = (ctypes.c_long * len(CALLS)).in_dll(library, "calls")
        self._count = ctypes.c_long.in_dll(library, "region_count")
        self._regions = (Region * 4096).in_dll(library, "regions")
        self._memory = os.open("/proc/self/mem", os.O_RDONLY)

    def call(self, call: partial[Any], fault: Fault, number: int) -> Any:
        """Call a function; the call of the fault that has this number fails."""
        place = CALLS.index(fault.call)
        return self._call(call.func, call.args, call.keywords, place, number, fault.errno)

    def calls(self) -> dict[str, int]:
        """How many calls of each kind there were the last time."""
        return dict(zip(CALLS, self._calls, strict=True))

    def mapped(self) -> list[tuple[int, int]]:
        """Length and checksum of all that the extension has mapped, read from outside."""
        regions = self._regions[: self._count.value]
        return sorted((region.length, self._checksum(region)) for region in regions)

    def _checksum(self, region: Region) -> int:
        try:
            return crc32(os.pread(self._memory, min(region.length, 1 << 22), region.start))
        except OSError:  # beyond the end of the file
            return -1


class Armed(worker.Session):
    """A session in which one operation runs with a call that fails."""

    def __init__(self, module: Any, scratch: str, shim: Shim) -> None:
        super().__init__(module, scratch)
        self._shim = shim
        self._fault = CLEAN
        self._number = -1

    def faulty(self, operation: list[Any], fault: Fault, number: int) -> Any:
        """The outcome of an operation, a call of which fails."""
        self._fault, self._number = fault, number
        try:
            return self.outcome(operation)
        finally:
            self._number = -1

    def perform(self, target: str, method: str, arguments: Any = (), keywords: Any = None) -> Any:
        if self._number < 0:
            return super().perform(target, method, arguments, keywords)
        positional = [self.value(argument) for argument in arguments]
        named = {key: self.value(argument) for key, argument in (keywords or {}).items()}
        if method in MAKERS:
            maker = self.module.mmap if method == "mmap()" else memoryview
            self.handles[target] = self._armed(maker, *positional, **named)
            return None
        if method in worker.SPECIAL:
            if method in DIRECT:
                return self._armed(DIRECT[method], self.handles[target], *positional)
            special: Any = worker.SPECIAL[method]
            return self._armed(special, self, target, *positional)
        thing = self.handles[target]
        if method[0] == ".":
            return self._armed(getattr, thing, method[1:])
        return self._armed(getattr(thing, method), *positional, **named)

    def _armed(self, function: Any, *arguments: Any, **keywords: Any) -> Any:
        call = partial(function, *arguments, **keywords)
        return self._shim.call(call, self._fault, self._number)

    def state(self) -> State:
        """All that a failed operation must leave as it was."""
        things = {}
        for name, thing in self.handles.items():
            if isinstance(thing, worker.File):
                things[name] = thing.contents()
            elif isinstance(thing, self.module.mmap):
                things[name] = repr(thing)
            elif isinstance(thing, bytearray):
                things[name] = bytes(thing)
        descriptors = os.listdir("/proc/self/fd")  # with one for looking
        return State(list(things.items()), descriptors, self._shim.mapped())

    def end(self) -> str:
        """Close everything; what does not go."""
        refusals = [self._refusal(name) for name in sorted(self.handles, reverse=True)]
        self.reset()
        return "; ".join(filter(None, refusals))

    def _refusal(self, name: str) -> str:
        thing = self.handles[name]
        try:
            if isinstance(thing, memoryview):  # before the map it exports: v after m
                thing.release()
            elif isinstance(thing, self.module.mmap):
                thing.close()
            elif isinstance(thing, bytearray):
                thing.append(0)  # refused while somebody holds a buffer of it
        except BufferError as error:
            return f"{name}: {error}"
        return ""


def used_blocks(exactly: bool) -> int:
    """How many blocks of memory are in use.

    Args:
        exactly: not counting what Python keeps for later, which takes its time.
    """
    if exactly:
        gc.collect()  # empties Python's lists of free objects
        CLEAR_CACHES()
    return sys.getallocatedblocks()


class Sweep:
    """All faults of all operations of programs."""

    def __init__(self, shim: Shim, module: Any, scratch: str, diary: IO[str]) -> None:
        self._shim = shim
        self._diary = diary
        self._session = Armed(module, scratch, shim)
        self._type = module.mmap
        self.injected: Counter[str] = Counter()
        self.findings: list[dict[str, Any]] = []

    def program(self, program: list[Any]) -> None:
        """Every fault of every operation of a program, until memory is flat."""
        found = len(self.findings)
        for again in range(GROWTHS):
            blocks = used_blocks(again > 0)  # this number is one
            self._program(program)
            if used_blocks(again > 0) - blocks - 1 <= 0 or len(self.findings) > found:
                return
        self.findings.append({"program": program, "fault": "all", "problem": "memory grows"})

    def _program(self, program: list[Any]) -> None:
        operations = [item for item in program if item[1] not in LAST]
        for place, operation in enumerate(operations):
            # Where arguments run operations, what fails is one of those, which come alone too.
            if operation[1] in OWN or "reentrant" in json.dumps(operation):
                continue
            before = operations[:place]
            clean, calls, _, after = self._run(before, operation, CLEAN, 0)
            problem = self._session.end()
            if problem:
                finding = {"program": [*before, operation], "fault": "none", "problem": problem}
                self.findings.append(finding)
            if operation[1] in worker.SPECIAL and operation[1] not in DIRECT:
                calls["allocation"] = 0
            for fault, number in every(calls):
                self._one(before, operation, fault, number, (clean, after))

    def loading(self, extension: Any) -> None:
        """Every allocation that one more copy of the extension wants to be loaded."""
        for number in count(1):
            finding = self._begin(["import"], STARVED, number)
            for _ in range(GROWTHS):
                blocks = used_blocks(True)
                loaded = self._loads(extension, number)
                if used_blocks(True) - blocks - 1 <= 0:
                    break
            else:
                self.findings.append({**finding, "problem": "memory grows"})
            if loaded:
                return

    def _loads(self, extension: Any, number: int) -> bool:
        """Whether it is loaded, an allocation failing."""
        copy = _imp.create_dynamic(extension.__spec__)
        try:
            self._shim.call(partial(_imp.exec_dynamic, copy), STARVED, number)
        except (MemoryError, SystemError):  # CPython 3.11 may make no type and not say why
            self.injected["allocation"] += 1
            return False
        return True

    def _run(
        self, before: list[Any], operation: list[Any], fault: Fault, number: int
    ) -> tuple[Any, dict[str, int], State, State]:
        """In a new world: the outcome, the calls, and the state before and after."""
        session = self._session
        session.run(before)
        state = session.state()
        outcome = session.faulty(operation, fault, number)
        return outcome, self._shim.calls(), state, session.state()

    def _one(
        self, before: list[Any], operation: list[Any], fault: Fault, number: int, clean: Any
    ) -> None:
        finding = self._begin([*before, operation], fault, number)
        references = sys.getrefcount(self._type)
        outcome, _, state, after = self._run(before, operation, fault, number)
        self.injected[fault.call] += 1
        problem = judge(fault, outcome, state, after, clean) or self._session.end()
        del state, after
        self._session.reset()
        problem = problem or self._left(references)
        if problem:
            self.findings.append({**finding, "problem": problem})

    def _begin(self, program: list[Any], fault: Fault, number: int) -> dict[str, Any]:
        """Note what comes next, lest it kills the process."""
        name = f"{fault.call} {number}: {errno.errorcode[fault.errno]}"
        finding = {"program": program, "fault": name}
        self._diary.seek(0)
        self._diary.write(json.dumps(finding) + "\n")
        self._diary.flush()
        return finding

    def _left(self, references: int) -> str:
        """What is left once all is closed."""
        if self._shim.mapped():
            return f"left: {self._shim.mapped()} mapped"
        if sys.getrefcount(self._type) != references:
            gc.collect()
        more = sys.getrefcount(self._type) - references
        return f"left: {more} objects" if more else ""


def difference(before: State, after: State) -> str:
    """What is not the same, in words; empty for nothing."""
    told = []
    for part, (one, other) in zip(State._fields, zip(before, after, strict=True), strict=True):
        if one != other:
            gone, new = Counter(one) - Counter(other), Counter(other) - Counter(one)
            told.append(f"{part} {list(gone)} became {list(new)}"[:SHOWN])
    return "; ".join(told)


def every(calls: dict[str, int]) -> Iterator[tuple[Fault, int]]:
    """Every fault that can be injected where there are so many calls."""
    for fault in FAULTS:
        for number in range(1, calls[fault.call] + 1):
            yield fault, number


def judge(fault: Fault, outcome: Any, before: State, after: State, clean: tuple[Any, State]) -> str:
    """What is wrong with an operation that a call failed in; empty for nothing.

    Args:
        fault: which call failed.
        outcome: of the operation.
        before: the state.
        after: the state.
        clean: outcome and state after it where nothing failed.
    """
    expected = "MemoryError" if fault.call == "allocation" else "OSError"
    if (
        isinstance(outcome, list)
        and expected in outcome[0]
        and (fault.may_pass or outcome[1] == fault.errno)
    ):
        changed = difference(before, after)
        return f"changed: {changed}" if changed else ""
    like, then = clean
    same = outcome == like or (
        isinstance(outcome, list)
        and isinstance(like, list)
        and outcome[0] == like[0]  # without its message, there being no memory for it
    )
    if not fault.may_pass or not same:
        return f"no {expected} with its errno: {outcome}"[:SHOWN]
    if fault.call == "munmap":  # what the system refuses to unmap stays
        then = then._replace(mappings=after.mappings)
    changed = difference(then, after)
    return f"not as without the failure: {changed}" if changed else ""


def main() -> None:
    """Read programs, sweep them, print what was found."""
    library, name, scratch, diary = sys.argv[1:]
    module, problem = worker.load(name)
    if problem:
        sys.exit(problem)
    with open(diary, "w", encoding="utf-8") as stream:
        sweep = Sweep(Shim(library), module, scratch, stream)
        gc.freeze()  # what is there already is looked at no more
        if sys.version_info < (3, 13):  # later ones die where there is no memory for a type
            sweep.loading(sys.modules["mmap_reference._mmap"])
        for program in json.load(sys.stdin):
            sweep.program(program)
    json.dump({"injected": sweep.injected, "findings": sweep.findings}, sys.stdout)


if __name__ == "__main__":
    main()
