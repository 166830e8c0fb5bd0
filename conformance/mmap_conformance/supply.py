"""Programs by number: made once for all implementations that the model cannot tell apart."""

from __future__ import annotations

from hashlib import shake_128

from mmap_conformance.known import Known
from mmap_conformance.options import Options
from mmap_spec_tests.draw import BytesDraw
from mmap_spec_tests.model import Facts
from mmap_spec_tests.programs import Generator, Step
from mmap_spec_tests.rules import AREAS

LENGTH = 30
"""Operations proposed for a program, besides its beginning and end."""
_BYTES = 6 * LENGTH + 40
"""Bytes that the choices of a program take, nearly always."""
_KEPT = 16
"""Programs that are kept for those who come a little later."""


def choices(seed: int, number: int) -> BytesDraw:
    """The choices that make up one program of a run."""
    return BytesDraw(shake_128(b"%d %d" % (seed, number)).digest(_BYTES))


class Supply:
    """The programs of a run, for implementations with the same facts.

    Attributes:
        takers: how many implementations they are.
    """

    def __init__(self, facts: Facts, options: Options, areas: tuple[str, ...]) -> None:
        """Make no program yet.

        Args:
            facts: what the model knows of the implementations.
            options: of the run.
            areas: the areas that take turns; empty for all.
        """
        self.facts = facts
        self.takers = 0
        self._seed = options.seed
        self._areas = areas or AREAS
        self._generator = Generator(facts)
        self._made: dict[int, list[Step]] = {}

    def area(self, number: int) -> str:
        """The area that a program is of."""
        return self._areas[number % len(self._areas)]

    def program(self, number: int, known: Known | None = None) -> list[Step]:
        """A program, which is the same whether others take it too.

        Args:
            number: from 0.
            known: of the implementation's faults, which the program is to do without.
        """
        if known is None:
            return self._shared(number)
        known.begin_program()
        if self.takers > 1:
            steps = self._shared(number)
            if not any(known.avoids(*step) for step in steps):
                return steps
        return self._program(number, Generator(self.facts, known.avoids))

    def _shared(self, number: int) -> list[Step]:
        if number not in self._made:
            self._made[number] = self._program(number, self._generator)
            self._made.pop(number - _KEPT, None)
        return self._made[number]

    def _program(self, number: int, generator: Generator) -> list[Step]:
        return generator.program(choices(self._seed, number), self.area(number), LENGTH)


class Supplies:
    """The supplies of a run, one for each world that an implementation lives in."""

    def __init__(self, options: Options, areas: tuple[str, ...]) -> None:
        self._options = options
        self._areas = areas
        self._all: list[Supply] = []

    def of(self, facts: Facts) -> Supply:
        """The supply for these facts."""
        for supply in self._all:
            if supply.facts == facts:
                return supply
        self._all.append(Supply(facts, self._options, self._areas))
        return self._all[-1]
