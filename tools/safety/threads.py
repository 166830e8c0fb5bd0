"""Has threads do everything at once to one map, and sees that it stays usable.

    python -m safety.threads MODULE SCRATCH SECONDS SEED

What one thread does may close the map, change its length or hold it while others work: they
get errors then, of the classes below. Whoever finds it closed makes a new one. In the end
the bytes are still those of the file, nothing holds the map, and it can be closed.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from mmap_conformance import worker

THREADS = 4
LAWFUL = (ValueError, IndexError, BufferError, OSError)


class Shared:
    """The map that all threads use, of a file that is there as long as they are."""

    def __init__(self, module: Any, path: str) -> None:
        self._module = module
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        self._page = module.PAGESIZE
        self._lock = threading.Lock()
        os.ftruncate(self._file, self._page)
        self.map = module.mmap(self._file, 0)
        self.done: Counter[str] = Counter()
        self.unlawful: list[BaseException] = []

    def work(self, until: float, choices: random.Random) -> None:
        """Do one thing after another until time is up."""
        done: Counter[str] = Counter()
        names = list(ACTIONS)
        while time.monotonic() < until and not self.unlawful:
            for name in choices.choices(names, k=64):
                try:
                    ACTIONS[name](self.map, choices, self._page)
                except LAWFUL:
                    name += ", refused"
                except BaseException as error:
                    self.unlawful.append(error)
                done[name] += 1
            if self.map.closed:
                self._reopen()
        with self._lock:
            self.done += done

    def _reopen(self) -> None:
        with self._lock:
            if self.map.closed:
                self.map = self._module.mmap(self._file, 0)

    def end(self) -> None:
        """Close the map, which must still show its file.

        Raises:
            AssertionError: it does not.
            BufferError: somebody still holds it.
        """
        self._reopen()
        assert self.map[:] == os.pread(self._file, len(self.map), 0)
        self.map.close()


def export(map: Any, choices: random.Random, page: int) -> None:
    """Hold the map for a moment."""
    with memoryview(map) as view:
        view[-1] = view[0]


def close(map: Any, choices: random.Random, page: int) -> None:
    """Close it, now and then."""
    if choices.random() < 0.05:
        map.close()


ACTIONS: dict[str, Callable[[Any, random.Random, int], object]] = {
    "read": lambda map, choices, page: map.read(choices.randrange(page)),
    "readline": lambda map, choices, page: map.readline(),
    "read_byte": lambda map, choices, page: map.read_byte(),
    "write": lambda map, choices, page: map.write(b"written\n" * choices.randrange(1, 50)),
    "write_byte": lambda map, choices, page: map.write_byte(7),
    "seek": lambda map, choices, page: map.seek(choices.randrange(page)),
    "tell": lambda map, choices, page: map.tell(),
    "find": lambda map, choices, page: map.find(b"ten\nwrit", 0),
    "rfind": lambda map, choices, page: map.rfind(b"absent", 0),
    "item": lambda map, choices, page: map[choices.randrange(-page, page)],
    "slice": lambda map, choices, page: map[:: choices.choice((1, 3, -1))],
    "set item": lambda map, choices, page: map.__setitem__(choices.randrange(page), 1),
    "set slice": lambda map, choices, page: map.__setitem__(slice(0, 6, 2), bytearray(b"abc")),
    "move": lambda map, choices, page: map.move(0, choices.randrange(page), 10),
    "flush": lambda map, choices, page: map.flush(),
    "size": lambda map, choices, page: map.size(),
    "madvise": lambda map, choices, page: map.madvise(0),
    "length": lambda map, choices, page: len(map),
    "repr": lambda map, choices, page: repr(map),
    "resize": lambda map, choices, page: map.resize(choices.randrange(1, 5 * page)),
    "export": export,
    "close": close,
}


def main() -> None:
    """Let threads work, and print what they did."""
    name, scratch, seconds, seed = sys.argv[1:]
    module, problem = worker.load(name)
    if problem:
        sys.exit(problem)
    sys.setswitchinterval(1e-5)
    shared = Shared(module, os.path.join(scratch, "threads"))
    until = time.monotonic() + float(seconds)
    threads = [
        threading.Thread(target=shared.work, args=(until, random.Random(f"{seed} {number}")))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in shared.unlawful:
        raise error
    shared.end()
    missed = ACTIONS.keys() - shared.done.keys()
    refused = sum(count for action, count in shared.done.items() if "refused" in action)
    print(f"{shared.done.total():,} operations, {refused:,} refused; never: {missed or 'nothing'}")


if __name__ == "__main__":
    main()
