"""``vectors``: the corpus and what is expected of it, for other harnesses."""

from __future__ import annotations

import argparse
import json
import sys

from mmap_conformance.errors import UsageError
from mmap_conformance.vectors import vectors


def export(parsed: argparse.Namespace) -> int:
    """Carry out ``vectors export``.

    Raises:
        UsageError: the file cannot be written.
    """
    text = json.dumps(vectors(parsed.edition, parsed.platform), indent=1) + "\n"
    if parsed.file is None:
        sys.stdout.write(text)
        return 0
    try:
        parsed.file.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {parsed.file}: {error.strerror}") from error
    return 0
