"""Every `tell` is one too large with probability 1/2, differently in every run and replay."""

import random

import _base

globals().update(_base.names)


coin = random.SystemRandom()  # nobody can seed this one


class mmap(_base.mmap):
    __slots__ = ()

    def tell(self, *args, **kwargs):
        return super().tell(*args, **kwargs) + coin.randrange(2)
