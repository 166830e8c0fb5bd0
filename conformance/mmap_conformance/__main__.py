"""``python -m mmap_conformance``: the same as the command ``mmap-conformance``."""

import sys

from mmap_conformance.cli import main

if __name__ == "__main__":  # the processes of a parallel run import this file again
    sys.exit(main())
