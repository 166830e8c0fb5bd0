"""A page of the documentation as something that can be run: its files, its commands."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"^```\{?(?P<kind>[a-z-]+)\}?(?: (?P<language>\w+))?\n(?P<body>.*?)^```$"
    r"|^<!-- (?P<mark>repeat|until it exits with 0) -->$",
    re.MULTILINE | re.DOTALL,
)
_MARK = "@@ command {} @@"
_ATTEMPTS = 5
_HANDLE = re.compile(r"\b([fmv])\d+\b")
"""Files, maps and views of a program: which number they have depends on how it was found."""


@dataclass(frozen=True)
class Command:
    """A command of a page, and what the page shows of its output; ``...`` is anything."""

    text: str
    shown: str

    def answers(self, output: str) -> bool:
        """Whether it came to what is shown. White space counts as much as one blank."""
        shown, output = (_HANDLE.sub(r"\1", text) for text in (self.shown, output))
        parts = (re.escape(" ".join(part.split())) for part in shown.split("..."))
        pattern = r" ?.* ?".join(part.replace(r"\ ", " ") for part in parts)
        return re.fullmatch(pattern, " ".join(output.split()), re.DOTALL) is not None


class Page:
    """The text of one page."""

    def __init__(self, path: Path) -> None:
        self.commands: list[Command] = []
        self.script = "".join(self._lines(path.read_text("utf-8")))

    def _lines(self, text: str) -> Iterator[str]:
        """A script for bash that does what a reader does, and tells where each output begins."""
        for fence in _FENCE.finditer(text):
            if fence["mark"] == "repeat":
                yield f"for attempt in $(seq {_ATTEMPTS}); do\n"
            elif fence["mark"]:
                yield "[ $last = 0 ] && break; done\n"
            elif fence["kind"] == "console":
                yield from self._console(fence["body"])
            elif fence["body"].startswith(":caption: "):
                name, _, content = fence["body"].removeprefix(":caption: ").partition("\n\n")
                yield f"cat > {name} <<'END OF FILE'\n{content}END OF FILE\n"

    def _console(self, body: str) -> Iterator[str]:
        for block in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            text, _, shown = block.partition("\n")
            mark = _MARK.format(len(self.commands))
            self.commands.append(Command(text, shown))
            # What `echo $?` says is about the command before, not about the mark.
            yield f"printf '\\n%s\\n' '{mark}'; (exit ${{last:-0}})\n{text}\nlast=$?\n"

    def run(self, folder: Path, environment: Mapping[str, str]) -> list[str]:
        """The output of each command; of one that was repeated, the last."""
        done = subprocess.run(
            ["bash", "-s"],
            input=self.script,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        outputs = [""] * len(self.commands)
        marks = re.split(_MARK.format(r"(\d+)"), done.stdout)[1:]
        for number, output in zip(marks[::2], marks[1::2], strict=True):
            outputs[int(number)] = output
        return outputs
