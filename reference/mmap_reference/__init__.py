"""A reference implementation of mmap: the type and the constants that the module mmap has.

It does what edition 3.1 of the documentation says, and what later ones add to it; where they
contradict it, ``mmap_reference.latest`` does what the newest one says. Either can stand in
for the standard library's module, as in ``sys.modules["mmap"] = mmap_reference.latest``.
"""

try:
    import mmap_reference._mmap as _mmap
except ModuleNotFoundError as missing:
    if missing.name != "mmap_reference._mmap":
        raise
    raise ModuleNotFoundError(
        "mmap_reference has no compiled part: install a C compiler and the headers of Python, "
        "then install mmap-conformance again",
        name=missing.name,
    ) from None

from mmap_reference._mmap import *  # noqa: F403
from mmap_reference._mmap import _mmap_3_1 as mmap

error = OSError

__all__ = ["error", "mmap"]
__all__ += [name for name in vars(_mmap) if not name.startswith("_")]
