"""The reference, edition 3.15: what it says even where edition 3.1 says something else."""

import mmap_reference._mmap as _mmap
from mmap_reference._mmap import *  # noqa: F403
from mmap_reference._mmap import _mmap_3_15 as mmap

error = OSError

__all__ = ["error", "mmap"]
__all__ += [name for name in vars(_mmap) if not name.startswith("_")]
