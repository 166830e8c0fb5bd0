"""Compiles mutants: what a mutant does not touch is compiled once."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mmap_conformance.errors import UsageError
from mutants.generate import sources
from mutants.mutant import Mutant

_INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
_TIMEOUT = 120


@dataclass(frozen=True)
class Toolchain:
    """How C becomes an extension for one platform.

    Attributes:
        platform: ``unix`` or ``windows``.
        leaves_out: how the names of sources end that are of the other platform.
        compile: the command that compiles one file; its name and ``-o`` come after it.
        link: the command that links objects; they and ``-o`` come after it.
        libraries: what comes after the objects.
        target: the file name of the extension.
    """

    platform: str
    leaves_out: str
    compile: tuple[str, ...]
    link: tuple[str, ...]
    libraries: tuple[str, ...]
    target: str


# A mutant that takes a pointer for another thing is one that no compiler lets pass.
STRICT = ("-Werror=incompatible-pointer-types", "-Werror=int-conversion")
FLAGS = ("-c", "-O1", *STRICT)


def native() -> Toolchain:
    """That of this interpreter."""
    compiler = os.environ.get("CC", "gcc")
    include = sysconfig.get_path("include")
    flags = (*FLAGS, "-fPIC", "-fvisibility=hidden", "-D_GNU_SOURCE", "-I", include)
    target = f"_mmap{sysconfig.get_config_var('EXT_SUFFIX')}"
    return Toolchain("unix", "_windows.c", (compiler, *flags), (compiler, "-shared"), (), target)


@dataclass(frozen=True)
class Built:
    """A mutant that was compiled, and what makes it another one than the next.

    Attributes:
        objects: those that are its own, by the name of the source.
        digest: of these objects.
    """

    mutant: Mutant
    objects: Mapping[str, Path]
    digest: str


class Builder:
    """Compiles the mutants of one source tree for one platform."""

    def __init__(self, source: Path, toolchain: Toolchain, folder: Path) -> None:
        """Compile the tree as it is.

        Args:
            source: the package.
            toolchain: for which platform, and how.
            folder: where objects are kept.

        Raises:
            UsageError: there is no compiler, or it does not compile.
        """
        self.toolchain = toolchain
        self._source = source.resolve()
        self._texts = sources(source)
        self._folder = folder
        names = [name for name in self._texts if name.endswith(".c")]
        self._units = [name for name in names if not name.endswith(toolchain.leaves_out)]
        self._objects: dict[str, Path] = {}
        try:
            built = self._compile({}, self._units, folder / "unchanged")
        except OSError as error:
            raise UsageError(f"cannot run {toolchain.compile[0]}: {error.strerror}") from error
        if isinstance(built, str):
            raise UsageError(f"{source} does not compile: {built}")
        self._objects = built

    def affects(self, mutant: Mutant) -> bool:
        """Whether any file that is compiled has to do with what a mutant changes."""
        return bool(self._touched(mutant.files()))

    def build(self, mutant: Mutant) -> Built | None:
        """Compile a mutant; None where it does not compile or is the same as the original."""
        texts = {file: mutant.text_of(file, self._texts[file]) for file in mutant.files()}
        return self.build_texts(mutant, texts)

    def build_texts(self, mutant: Mutant, texts: Mapping[str, bytes]) -> Built | None:
        """The same for files whose new text is given, by name."""
        name = hashlib.sha1(mutant.id.encode()).hexdigest()[:16]
        units = self._touched(set(texts))
        built = self._compile(texts, units, self._folder / name)
        if isinstance(built, str):
            return None
        own = {}
        for unit, path in built.items():
            if unit in self._objects and _same(path, self._objects[unit]):
                path.unlink()
            else:
                own[unit] = path
        return Built(mutant, own, _digest(own)) if own else None

    def link(self, built: Built | None, folder: Path) -> str:
        """Make the package with a mutant, or as it was; an empty string, or what went wrong."""
        package = folder / "mmap_reference"
        package.mkdir(parents=True)
        for path in self._source.glob("*.py"):
            shutil.copy(path, package)
        objects = {**self._objects, **(built.objects if built else {})}
        tools = self.toolchain
        command = [*tools.link, *map(str, objects.values()), *tools.libraries]
        return _run([*command, "-o", str(package / tools.target)], folder)

    def _touched(self, files: set[str]) -> list[str]:
        """The files to be compiled anew, where some have changed."""
        while True:
            including = {name for name, text in self._texts.items() if _includes(text) & files}
            if including <= files:
                return [unit for unit in self._units if unit in files]
            files = files | including

    def _compile(
        self, texts: Mapping[str, bytes], units: list[str], folder: Path
    ) -> dict[str, Path] | str:
        """Objects by the name of the source, or what the compiler says."""
        folder.mkdir(parents=True, exist_ok=True)
        headers = {name for name in self._texts if name.endswith(".h")}
        for name in {*texts, *units, *headers}:  # a header is looked for beside what includes it
            (folder / name).write_bytes(texts.get(name, self._texts.get(name, b"")))
        objects = {}
        for unit in units:
            target = folder / f"{unit}.o"
            problem = _run([*self.toolchain.compile, unit, "-o", str(target)], folder)
            if problem:
                shutil.rmtree(folder)
                return problem
            objects[unit] = target
        return objects


def _includes(text: bytes) -> set[str]:
    return {name.decode() for name in _INCLUDE.findall(text)}


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT)
    return done.stderr or f"status {done.returncode}" if done.returncode else ""


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def _digest(objects: Mapping[str, Path]) -> str:
    digest = hashlib.sha1()
    for unit in sorted(objects):
        digest.update(unit.encode() + objects[unit].read_bytes())
    return digest.hexdigest()


def distinct(built: list[Built]) -> list[Built]:
    """Of mutants whose objects are the same, the first alone."""
    first: dict[str, Built] = {}
    for each in built:
        first.setdefault(each.digest, each)
    return list(first.values())


Progress = Callable[[], None]
"""Called for each step that is done."""
