"""The command line: ``mmap-conformance VERB …``, one module a verb."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from mmap_conformance.cli.arguments import parse
from mmap_conformance.errors import StartError, UsageError
from mmap_conformance.gate import INTERNAL, INTERRUPTED, NOT_STARTED, USAGE


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line.

    Args:
        arguments: without the program's name; None for the process's own.

    Returns:
        The exit code, as the README lists them.
    """
    try:
        code = _carry_out(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except UsageError as error:
        return _say(str(error), USAGE)
    except StartError as error:
        return _say(str(error), NOT_STARTED)
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except Exception:
        traceback.print_exc()
        return _say("this is an error of mmap-conformance itself, please report it", INTERNAL)


def _carry_out(arguments: Sequence[str]) -> int:
    try:
        parsed = parse(arguments)
    except SystemExit as ended:  # of --help and --version
        return int(ended.code or 0)
    return int(parsed.verb(parsed))


def _say(text: str, code: int) -> int:
    print(f"mmap-conformance: {text}", file=sys.stderr)
    return code
