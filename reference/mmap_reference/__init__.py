"""A reference implementation of mmap: the type and the constants that the module mmap has.

It does what edition 3.1 of the documentation says, and what later ones add to it.
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

error = OSError

__all__ = ["error"]
__all__ += [name for name in vars(_mmap) if not name.startswith("_")]
