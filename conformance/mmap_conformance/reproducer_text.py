"""The fixed parts of a reproducer, and how it is put together."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from textwrap import fill, indent

from mmap_conformance.events import Finding
from mmap_conformance.render import printable
from mmap_spec_tests.clause import Clause

HELPERS = {
    "pattern": '''\
TEXT = bytes((i * 7 + 97) % 256 if i % 23 else 10 for i in range(251))


def pattern(length, seed=0):
    """Bytes with line ends, no two pages alike."""
    return ((TEXT[seed % 251 :] + TEXT[: seed % 251]) * (length // 251 + 1))[:length]
''',
    "Index": '''\
class Index:
    """Not an int, but usable as one; may do something when it is."""

    def __init__(self, value, does=lambda: None):
        self.value, self.does = value, does

    def __index__(self):
        self.does()
        return self.value
''',
    "Buffer": '''\
class Buffer:
    """Exports bytes (PEP 688), after doing something."""

    def __init__(self, data, does=lambda: None):
        self.data, self.does = data, does

    def __buffer__(self, flags):
        self.does()
        return memoryview(self.data)
''',
    "show": '''\
def show(value):
    """A value as text; long bytes as their length and checksum."""
    if type(value) is bytes and len(value) > 96:
        return "<%d bytes, crc32 %08x>" % (len(value), zlib.crc32(value) & 0xFFFFFFFF)
    return repr(value)
''',
    "span": '''\
def span(match):
    """Where a regular expression matched."""
    return list(match.span()) if match else None
''',
    "free_descriptors": '''\
def free_descriptors():
    """The lowest numbers that the next descriptors will have."""
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(8)]
    for number in taken:
        os.close(number)
    return taken


free = free_descriptors()
''',
}
"""What a script defines where it needs it."""

_LOAD = """\
sys.path[0] = ""  # modules of the current directory, as with `python -c`
mmap = importlib.import_module(sys.argv[1] if len(sys.argv) > 1 else {module!r})
"""

_FOLDER = """\
# In memory, where the file was when this was found: file systems differ in what they allow.
folder = tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
atexit.register(shutil.rmtree, folder, True)
"""

_WATCH = """\
# The process may end without a word: another one sees whether it came to its end.
if len(sys.argv) < 3:
    command = [sys.executable, __file__, mmap.__name__, "watched"]
    ended = subprocess.call(command)
    print("the script came to its end" if ended == 42 else "got:      exit code %d" % ended)
    sys.exit(0 if ended == 42 else 1)
"""

_HANG = """\
faulthandler.dump_traceback_later({timeout!r}, exit=True)  # exit code 1
"""

_MEMORY = """\
try:
    import resource

    with open("/proc/self/statm") as stream:  # let memory grow by 1 GiB and no more
        used = int(stream.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30), resource.RLIM_INFINITY))
except (ImportError, OSError, ValueError):
    pass
"""

_PIPE = """\
reading, writing = os.pipe()  # somebody else's: nothing may be written there
"""

_PIPE_CHECK = """\
os.close(writing)
stray = os.read(reading, 80)
print("written to a pipe of somebody else's: %r" % (stray,))
lawful = lawful and not stray
"""

_END = """\
print("expected:", {expected!r})
print("got:     ", "raised %r" % (error,) if error else "returned %.200r" % (result,))
"""

_FLAKY_TRIES = 30

_MODULES = (
    "array", "atexit", "faulthandler", "gc", "importlib", "islice", "os", "re", "shutil",
    "subprocess", "sys", "tempfile", "weakref", "zlib",
)  # fmt: skip
_IMPORTS = {"array": "from array import array", "islice": "from itertools import islice"}


def assemble(
    finding: Finding,
    clause: Clause,
    module: str,
    timeout: float,
    body: Sequence[str],
    helpers: Collection[str],
) -> str:
    """The whole script.

    Args:
        finding: what it reproduces.
        clause: the finding's.
        module: of the implementation.
        timeout: seconds after which it gives up where the finding is a hang.
        body: the program and the computing of ``lawful``.
        helpers: names of the helpers that the body uses.
    """
    silent = finding.kind == "crashed" and "exit code 0" in finding.got
    greedy = finding.kind == "hung" or "MemoryError" in finding.got or "SIGKILL" in finding.got
    program = "\n".join(body) + "\n"
    if finding.flaky:
        program = f"for attempt in range({_FLAKY_TRIES}):\n{indent(program, '    ')}"
        program += "    if not lawful:\n        break\n"
    parts = [_LOAD.format(module=module)]
    parts += ["\n" + HELPERS[name] + "\n" for name in HELPERS if name in helpers]
    parts += [_WATCH] if silent else []
    parts += [_MEMORY] if greedy else []
    parts += [_HANG.format(timeout=timeout)] if finding.kind == "hung" else []
    parts += [_PIPE] if finding.kind == "protocol" else []
    parts += [_FOLDER, program, _END.format(expected=finding.expected)]
    parts += [_PIPE_CHECK] if finding.kind == "protocol" else []
    parts += [f"sys.exit({42 if silent else 0} if lawful else 1)\n"]
    code = "\n".join(parts)
    used = [name for name in _MODULES if re.search(rf"\b{name}[.(]", code)]
    plain = [f"import {name}" for name in used if name not in _IMPORTS]
    imports = "\n".join([*plain, *(_IMPORTS[name] for name in used if name in _IMPORTS)])
    script = f"{_docstring(finding, clause, module)}\n{imports}\n\n{code}"
    return re.sub(r"\n{4,}", "\n\n\n", script)


def _docstring(finding: Finding, clause: Clause, module: str) -> str:
    source = f"\nDiscussed in {clause.source} of python/cpython." if clause.source else ""
    statement = fill(clause.statement, 96)
    text = f"""\
{clause.id} ({clause.level}): found in {finding.implementation}

{statement}{source}

Expected: {finding.expected}
Got:      {finding.got}

Exits with 0 where the clause is met and with another code, or a signal, where it is not.
It tests the module {module!r}, or the one that is named as its first argument.
"""
    text = printable(text)
    return '"""' + text.replace("\\", "\\\\").replace('"""', "'''") + '"""'
