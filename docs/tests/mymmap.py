"""What the how-to pages call ``mymmap``: the stdlib's mmap, but for a find that counts from 1."""

import mmap as stdlib
from mmap import *  # noqa: F403


class mmap(stdlib.mmap):
    __slots__ = ()

    def find(self, *arguments):
        found = super().find(*arguments)
        return found if found == -1 else found + 1
