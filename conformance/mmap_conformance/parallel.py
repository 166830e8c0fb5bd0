"""Several implementations at once: a driver process each, one stream of events."""

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
from mmap_conformance.clock import never
from mmap_conformance.errors import StartError, UsageError
from mmap_conformance.events import Event
from mmap_conformance.options import Options

_PATIENCE = 0.5
"""Seconds between two looks at whether a driver process still lives."""


def run(
    adapters: Sequence[Adapter], options: Options, interrupted: Callable[[], bool] = never
) -> Iterator[Event]:
    """The events of all implementations, of which ``options.jobs`` run at a time.

    Args:
        adapters: the implementations.
        options: how to run.
        interrupted: whether the run is to end early, with what has been done.

    Raises:
        UsageError: an expectations file makes no sense.
        RuntimeError: a driver process failed, with its traceback.
    """
    if options.jobs == 1 or len(adapters) == 1:
        yield from engine.run(adapters, options, interrupted)
        return
    # A fork would share locks and descriptors with whatever the caller has under way.
    context = multiprocessing.get_context("spawn")
    events: Any = context.Queue()
    ending: Any = context.Event()
    waiting = list(adapters)
    running: list[BaseProcess] = []
    try:
        while waiting or running:
            if interrupted():
                ending.set()
                waiting.clear()
            while waiting and len(running) < options.jobs:
                process: BaseProcess = context.Process(
                    target=_drive, args=(waiting.pop(0), options, events, ending)
                )
                process.start()
                running.append(process)
            try:
                event = events.get(timeout=_PATIENCE)
            except Empty:
                if any(process.exitcode not in (None, 0) for process in running):
                    raise RuntimeError("a driver process died") from None
                continue
            if isinstance(event, BaseException):
                raise event
            if isinstance(event, int):  # the process with this number is done
                running = [process for process in running if process.pid != event]
            else:
                yield event
    finally:
        for process in running:
            process.terminate()
            process.join()


def _drive(adapter: Adapter, options: Options, events: Any, ending: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends this one
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        for event in engine.run([adapter], options, ending.is_set):
            events.put(event)
    except Exception as error:
        ours = isinstance(error, UsageError | StartError)
        events.put(error if ours else RuntimeError(traceback.format_exc()))
    events.put(multiprocessing.current_process().pid)
