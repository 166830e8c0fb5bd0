"""What the documentation takes for granted and an implementation may lack by its nature."""

from __future__ import annotations

from mmap_spec_tests.operations import Operation, Program, cut, descriptor, octets

_FILE = Operation("f0", "file()", [octets(b"0123456789")])
_MAP = Operation("m0", "mmap()", [descriptor("f0"), 0])

CAPABILITIES: dict[str, Program] = {
    "resize": [
        _FILE,
        _MAP,
        Operation("m0", "resize", [5]),
        Operation("m0", "resize", [8]),
        Operation("f0", "contents"),
    ],
    "coherence": [
        _FILE,
        _MAP,
        Operation("m0", "[]=", [0, 65]),
        Operation("f0", "contents"),
        Operation("f0", "pwrite", [octets(b"B"), 1]),
        Operation("m0", "[]", [cut(None, None)]),
    ],
}
"""By name, a program that goes as the model says wherever the capability is there.

``resize``: a map can be given another length. ``coherence``: a shared map and its file show each
other's changes at once; without it the file has them after a flush of the whole map or a close,
and the map is not to be used any more once the file was changed by other means.
"""

GRANTED = frozenset(CAPABILITIES)
"""What an implementation is held to that does not declare otherwise."""
