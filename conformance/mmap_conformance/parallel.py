"""A run on several processes, each of which does a share of the programs."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from queue import Empty
from typing import Any

from mmap_conformance import engine
from mmap_conformance.adapters import Adapter
from mmap_conformance.budget import never
from mmap_conformance.engine import Share
from mmap_conformance.errors import StartError, UsageError
from mmap_conformance.events import Event
from mmap_conformance.merging import Merging
from mmap_conformance.options import Options

_PATIENCE = 0.5
"""Seconds between two looks at whether a driver process still lives."""


def run(
    adapters: Sequence[Adapter], options: Options, interrupted: Callable[[], bool] = never
) -> Iterator[Event]:
    """The events of all implementations, with the work done by ``options.jobs`` processes.

    Args:
        adapters: the implementations.
        options: how to run.
        interrupted: whether the run is to end early, with what has been done.

    Raises:
        UsageError: an expectations file makes no sense.
        RuntimeError: a driver process failed, with its traceback.
    """
    if options.jobs == 1:
        yield from engine.run(adapters, options, interrupted=interrupted)
        return
    # A fork would share locks and descriptors with whatever the caller has under way.
    context = multiprocessing.get_context("spawn")
    told: Any = context.Queue()
    ending: Any = context.Event()
    merging = Merging(options.jobs)
    running: dict[int, BaseProcess] = {}
    try:
        for number in range(options.jobs):
            share = Share(number, options.jobs)
            work = (adapters, options, share, told, ending)
            running[number] = context.Process(target=_drive, args=work)
            running[number].start()
        while running:
            if interrupted():
                ending.set()
            try:
                number, event = told.get(timeout=_PATIENCE)
            except Empty:
                if any(process.exitcode not in (None, 0) for process in running.values()):
                    if interrupted():  # before it had come so far as to be told
                        raise KeyboardInterrupt from None
                    raise RuntimeError("a driver process died") from None
                continue
            if isinstance(event, BaseException):
                raise event
            if event is None:  # this process is done
                running.pop(number).join()
            else:
                yield from merging.take(number, event)
    finally:
        for process in running.values():
            process.terminate()
            process.join()


def _drive(
    adapters: Sequence[Adapter], options: Options, share: Share, told: Any, ending: Any
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends this one
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        for event in engine.run(adapters, options, share, ending.is_set):
            told.put((share.number, event))
    except Exception as error:
        ours = isinstance(error, UsageError | StartError)
        told.put((share.number, error if ours else RuntimeError(traceback.format_exc())))
    told.put((share.number, None))
