"""What a run writes beside what it shows: reports and reproducers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from mmap_conformance.errors import UsageError
from mmap_conformance.events import Event
from mmap_conformance.options import Options
from mmap_conformance.reports import Consumer, open_report
from mmap_conformance.reproducer import Reproducers


class Outputs:
    """The consumers that a run was asked for, as one."""

    def __init__(
        self,
        options: Options,
        names: Sequence[str],
        reports: Sequence[str],
        reproducers: Path | None,
    ) -> None:
        """Open them.

        Args:
            options: of the run.
            names: the implementations as they were asked for.
            reports: ``FORMAT=PATH``, each.
            reproducers: the folder for scripts, or None.

        Raises:
            UsageError: one of them cannot be written.
        """
        self._consumers: list[Consumer] = []
        try:
            self._consumers += [open_report(spec, options, names) for spec in reports]
            if reproducers is not None:
                self._consumers.append(Reproducers(reproducers, options.timeout))
        except OSError as error:
            raise UsageError(f"cannot make the folder {reproducers}: {error.strerror}") from error

    def __call__(self, event: Event) -> None:
        """Pass an event on.

        Raises:
            UsageError: one of them cannot be written any more.
        """
        for consumer in self._consumers:
            try:
                consumer(event)
            except OSError as error:
                raise UsageError(f"cannot write: {error}") from error

    def close(self) -> None:
        """Close them all.

        Raises:
            UsageError: one of them cannot be written any more.
        """
        try:
            with ExitStack() as closing:
                for consumer in self._consumers:
                    closing.callback(consumer.close)
        except OSError as error:
            raise UsageError(f"cannot write: {error}") from error
