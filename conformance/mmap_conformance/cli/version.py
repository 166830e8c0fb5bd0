"""``--version``: what somebody who reads a bug report wants to know first."""

from __future__ import annotations

import argparse
import mmap
import platform
from collections.abc import Sequence
from importlib.metadata import version

from mmap_conformance import __version__
from mmap_conformance.adapters import REFERENCES, resolve
from mmap_conformance.errors import StartError
from mmap_spec_tests.clause import edition_text


class Version(argparse.Action):
    """An option that shows it and ends the program."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        option_string: str | None = None,
    ) -> None:
        """Show it."""
        print(text())
        parser.exit()


def text() -> str:
    """The versions of the suite and of what it runs on."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return "\n".join(
        (
            f"mmap-conformance {__version__}",
            f"python:     {python}",
            f"platform:   {platform.platform()}, pages of {mmap.PAGESIZE:,} bytes",
            f"hypothesis: {version('hypothesis')}",
            f"reference:  {_reference()}",
        )
    )


def _reference() -> str:
    try:
        for name in REFERENCES:
            resolve(name)
    except StartError:
        return "not built"
    return f"built, editions {' and '.join(edition_text(each) for _, each in REFERENCES.values())}"
