"""A module with all the constants and no type `mmap`."""

import _base

globals().update(_base.names)
