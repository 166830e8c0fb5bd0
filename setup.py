"""The C extension; all else is in pyproject.toml.

It is optional: without a compiler the rest installs, and says what is missing when the
reference is asked for. Flags come from the environment, as for any extension; the
sanitizers, for one, with

    CFLAGS="-fsanitize=address,undefined -fno-omit-frame-pointer -g -O1" \
        python setup.py build_ext --build-lib DIRECTORY

With ``MMAP_CONFORMANCE_PURE=1`` it is left out, and the wheel is one for all systems.
"""

import os
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup

FOLDER = Path("reference", "mmap_reference")
SYSTEM = "windows" if sys.platform == "win32" else "unix"
SOURCES = (
    f"mapping_{SYSTEM}.c",
    "search.c",
    "mmap_object.c",
    "constructor.c",
    "edition.c",
    "arguments.c",
    "mmap_data.c",
    "mmap_system.c",
    "mmap_methods.c",
    "mmap_subscript.c",
    "constants.c",
    "module.c",
)


def options() -> list[str]:
    """What only compilers with a Unix-like command line know."""
    unix = sysconfig.get_config_var("CC")
    # Short loops run at half speed on some processors where they cross such a line.
    aligned = "-falign-loops=32"
    return ["-Wall", "-Wextra", "-fvisibility=hidden", aligned] if unix else []


def extensions() -> list[Extension]:
    """What is to be compiled on this system."""
    if os.environ.get("MMAP_CONFORMANCE_PURE") == "1":
        return []
    return [
        Extension(
            "mmap_reference._mmap",
            sources=[(FOLDER / name).as_posix() for name in SOURCES],
            depends=sorted(path.as_posix() for path in FOLDER.glob("*.h")),
            define_macros=[("_GNU_SOURCE", None)],
            extra_compile_args=options(),
            optional=True,
        )
    ]


setup(ext_modules=extensions())
