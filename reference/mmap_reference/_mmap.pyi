"""What the editions share. Which constants there are, the system decides."""

import sys
from collections.abc import Iterator
from typing import Any, Final, NoReturn, SupportsIndex, overload, type_check_only

from typing_extensions import Buffer, Self

ACCESS_DEFAULT: Final[int]
ACCESS_READ: Final[int]
ACCESS_WRITE: Final[int]
ACCESS_COPY: Final[int]

PAGESIZE: Final[int]
ALLOCATIONGRANULARITY: Final[int]

if sys.platform != "win32":
    PROT_READ: Final[int]
    PROT_WRITE: Final[int]
    PROT_EXEC: Final[int]
    MS_SYNC: Final[int]
    MS_ASYNC: Final[int]
    MS_INVALIDATE: Final[int]
    MAP_SHARED: Final[int]
    MAP_PRIVATE: Final[int]
    MAP_ANON: Final[int]
    MAP_ANONYMOUS: Final[int]
    MADV_NORMAL: Final[int]
    MADV_RANDOM: Final[int]
    MADV_SEQUENTIAL: Final[int]
    MADV_WILLNEED: Final[int]
    MADV_DONTNEED: Final[int]

if sys.platform == "linux":
    MAP_SHARED_VALIDATE: Final[int]
    MAP_32BIT: Final[int]
    MAP_DENYWRITE: Final[int]
    MAP_EXECUTABLE: Final[int]
    MAP_FIXED_NOREPLACE: Final[int]
    MAP_GROWSDOWN: Final[int]
    MAP_HUGETLB: Final[int]
    MAP_LOCKED: Final[int]
    MAP_NONBLOCK: Final[int]
    MAP_NORESERVE: Final[int]
    MAP_POPULATE: Final[int]
    MAP_STACK: Final[int]
    MAP_SYNC: Final[int]
    MADV_REMOVE: Final[int]
    MADV_DONTFORK: Final[int]
    MADV_DOFORK: Final[int]
    MADV_HWPOISON: Final[int]
    MADV_MERGEABLE: Final[int]
    MADV_UNMERGEABLE: Final[int]
    MADV_HUGEPAGE: Final[int]
    MADV_NOHUGEPAGE: Final[int]
    MADV_DONTDUMP: Final[int]
    MADV_DODUMP: Final[int]
    MADV_FREE: Final[int]
    MADV_COLD: Final[int]
    MADV_PAGEOUT: Final[int]
    MADV_POPULATE_READ: Final[int]
    MADV_POPULATE_WRITE: Final[int]
    MADV_WIPEONFORK: Final[int]
    MADV_KEEPONFORK: Final[int]

@type_check_only
class _Mmap:
    if sys.platform == "win32":
        def __new__(
            cls,
            fileno: SupportsIndex,
            length: SupportsIndex,
            tagname: str | None = None,
            access: SupportsIndex = ...,
            offset: SupportsIndex = ...,
            *,
            trackfd: object = True,
        ) -> Self: ...
    else:
        def __new__(
            cls,
            fileno: SupportsIndex,
            length: SupportsIndex,
            flags: SupportsIndex = ...,
            prot: SupportsIndex = ...,
            access: SupportsIndex = ...,
            offset: SupportsIndex = ...,
            *,
            trackfd: object = True,
        ) -> Self: ...
    @property
    def closed(self) -> bool: ...
    def close(self) -> None: ...
    def find(
        self,
        sub: Buffer,
        start: SupportsIndex | None = None,
        end: SupportsIndex | None = None,
        /,
    ) -> int: ...
    if sys.platform != "win32":
        def madvise(
            self,
            option: SupportsIndex,
            start: SupportsIndex = 0,
            length: SupportsIndex | None = None,
            /,
        ) -> None: ...
    def move(self, dest: SupportsIndex, src: SupportsIndex, count: SupportsIndex, /) -> None: ...
    def read(self, n: SupportsIndex | None = None, /) -> bytes: ...
    def read_byte(self) -> int: ...
    def readline(self) -> bytes: ...
    def resize(self, newsize: SupportsIndex, /) -> None: ...
    def rfind(
        self,
        sub: Buffer,
        start: SupportsIndex | None = None,
        end: SupportsIndex | None = None,
        /,
    ) -> int: ...
    def seek(self, pos: SupportsIndex, whence: SupportsIndex = 0, /) -> int: ...
    def seekable(self) -> bool: ...
    if sys.platform == "linux":
        def set_name(self, name: str, /) -> None: ...

    def size(self) -> int: ...
    def tell(self) -> int: ...
    def write(self, bytes: Buffer, /) -> int: ...
    def write_byte(self, byte: SupportsIndex, /) -> None: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, key: SupportsIndex, /) -> int: ...
    @overload
    def __getitem__(self, key: slice, /) -> bytes: ...
    @overload
    def __setitem__(self, key: SupportsIndex, value: SupportsIndex, /) -> None: ...
    @overload
    def __setitem__(self, key: slice, value: Buffer, /) -> None: ...
    def __delitem__(self, key: SupportsIndex | slice, /) -> NoReturn: ...
    # Both go through the sequence protocol: the items are bytes objects of length 1.
    def __iter__(self) -> Iterator[bytes]: ...
    def __contains__(self, item: object, /) -> bool: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *exception: Any) -> None: ...
