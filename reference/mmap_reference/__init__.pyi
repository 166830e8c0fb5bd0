from typing import SupportsIndex

from mmap_reference._mmap import *  # noqa: F403
from mmap_reference._mmap import _Mmap

error = OSError

class mmap(_Mmap):
    def flush(
        self,
        offset: SupportsIndex = 0,
        size: SupportsIndex = ...,
        /,
        *,
        flags: SupportsIndex = 0,
    ) -> int: ...
