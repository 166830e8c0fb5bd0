"""Split an mmap documentation text into sentences, each with a fingerprint.

The project holds no text of the documentation, only fingerprints of its sentences. Two shapes are
read: an ``mmap.rst``, and a web-scraped copy that lost its indentation and its blank lines.
"""

from __future__ import annotations

import ast
import hashlib
import re
import textwrap
import unicodedata
import warnings
from collections.abc import Callable
from typing import NamedTuple

_SIGNATURES = {"class", "method", "classmethod", "staticmethod", "function", "attribute", "data"}
_VERSIONS = {"versionadded", "versionchanged", "versionremoved", "deprecated", "deprecated-removed"}
_CODE = {"code", "code-block", "sourcecode", "doctest", "testcode"}
_IGNORED = {"module", "currentmodule", "include", "index", "sectionauthor", "highlight", "toctree"}

_DIRECTIVE = re.compile(r"( *)\.\. (?:py:)?([\w-]+):: *(.*)")
_EXPLICIT = re.compile(r" *\.\.( |$)")  # a directive, a link target, a substitution or a comment
_BULLET = re.compile(r" *(?:[*+•-]|\d+\.|#\.) +(?=\S)")
_CONTINUED = re.compile(r"^( *\.\. .*)\\\n(\n*)(.*)", re.MULTILINE)  # by a backslash
_OPTION = re.compile(r" *:[\w-]+:(?: |$)")
_RULE = re.compile(r"([=\-~^\"'`+*#:])\1{2,}")
_NAME = re.compile(r"\w+(?:\.\w+)*(?:\(.*\))?")
_PYTHON = re.compile(r"[#@]|>>>|\.\.\. |(?:try|else|finally|(?:elif|except)\b.*):")
_MARKUP = re.compile(
    r"``(?P<literal>.+?)``"
    r"|(?::[\w:+.-]+:)?`(?P<role>[^`]+)`_{0,2}"
    r"|\*\*(?P<strong>[^\s*].*?)\*\*"
    r"|(?<![\w*])\*(?P<emphasis>[^\s*](?:.*?\S)?)\*(?!\w)"
    r"|\\(?P<escaped>[^\w\s]|_)|(?<=[`*])\\\s",
    re.DOTALL,
)
_UNSPLIT = re.compile(
    r"``.+?``|`[^`]+`|\b(?:e\.g|i\.e|cf|vs|approx)\.|(?:\betc\.|\.\.\.)(?=\s+[a-z])", re.DOTALL
)
_SENTENCE_END = re.compile(r"[.!?][\"')\]*]*(?=\s)|\Z")
_WIDTH = 60  # a shorter line that ends a sentence was broken on purpose
_TYPOGRAPHY = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")


class Sentence(NamedTuple):
    """One item of a documentation text; `kind` is "prose", "signature" or "example"."""

    fingerprint: str
    text: str
    line: int
    kind: str


def fingerprint(text: str) -> str:
    """Ten hex digits that stay when `text` is reflowed, punctuated or marked up otherwise."""
    words = " ".join(re.findall(r"[^\W_]+", plain(text).lower()))
    return hashlib.blake2s(words.encode(), digest_size=5).hexdigest()


def plain(text: str) -> str:
    """The text on one line, without reStructuredText mark-up, with plain quotes and dashes."""
    text = _MARKUP.sub(_unmarked, unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHY))
    return re.sub(r"(?<= )-{2,3}(?= )", "-", " ".join(text.split()))


def sentences(text: str) -> list[Sentence]:
    """The sentences, signatures and examples of a text, in the order of their lines."""
    return _Splitter(text).split()


def _unmarked(found: re.Match[str]) -> str:
    if not found["role"]:
        return found["literal"] or found["strong"] or found["emphasis"] or found["escaped"] or ""
    title = re.sub(r"\s+<[^<>]*>$", "", re.sub(r"\\([^\w\s]|_)", r"\1", found["role"]))
    return re.sub(r"^(?:!|~(?:.*\.)?)", "", title)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_code(line: str) -> bool:
    """Whether a line without indentation is Python rather than prose; a bare word is prose."""
    if _PYTHON.match(line):
        return True
    for candidate in (line, line + "\n pass"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                [statement] = ast.parse(candidate).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        calls = any(isinstance(node, ast.Call | ast.Subscript) for node in ast.walk(statement))
        return calls or not isinstance(statement, ast.Expr | ast.AnnAssign)
    return False


class _Splitter:
    """One pass over the lines of a text; `at` is the line that comes next."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"\r\n?", "\n", text)
        while (joined := _CONTINUED.sub(r"\1 \3\n\2", text)) != text:
            text = joined
        self.lines = [line.expandtabs().rstrip() for line in text.split("\n")]
        self.at = 0
        self.found: list[Sentence] = []

    def split(self) -> list[Sentence]:
        self._take(re.compile(r" *\d*").fullmatch)  # the line numbers of a scraped page
        while self.at < len(self.lines):
            line, bullet = self.lines[self.at], _BULLET.match(self.lines[self.at])
            if self._is_gap():
                self.at += 1
            elif directive := _DIRECTIVE.fullmatch(line):
                self._directive(len(directive[1]), directive[2], directive[3])
            elif _EXPLICIT.match(line):
                self.at += 1
                if not re.match(r" *\.\. [_|]", line):
                    self._body(_indent(line))
            else:
                self._paragraph(line[bullet.end() if bullet else 0 :], bool(bullet))
        return self.found

    def _take(self, wanted: Callable[[str], object]) -> list[str]:
        """Move past the lines that are wanted; return them."""
        start = self.at
        while self.at < len(self.lines) and wanted(self.lines[self.at]):
            self.at += 1
        return self.lines[start : self.at]

    def _body(self, indent: int) -> list[str]:
        return self._take(lambda line: not line or _indent(line) > indent)

    def _is_gap(self) -> bool:
        """Whether the next line is blank, a rule, a heading or the border of a scraped page."""
        here = self.lines[self.at : self.at + 2]
        return here[0] in ("", "|") or any(map(_RULE.fullmatch, here))

    def _directive(self, indent: int, name: str, argument: str) -> None:
        if name == "audit-event":
            event, arguments, *_ = [*argument.split(), "", ""]
            argument = f"Audit event {event} with {arguments.replace(',', ', ')}."
        elif name == "availability":
            argument = f"Availability: {argument}"
        if name in _VERSIONS:
            self._version(indent, argument, 2 if name == "deprecated-removed" else 1)
        elif name in _SIGNATURES:
            self._signatures(indent, name, argument)
        elif argument and name not in _CODE | _IGNORED:
            self._paragraph(argument)
        else:
            self.at += 1
        self._take(lambda line: not line or _OPTION.match(line))
        if name in _CODE:
            self._example(indent)
        elif name in _IGNORED:
            self._body(indent)

    def _version(self, indent: int, argument: str, count: int) -> None:
        """Read a note on what `count` versions changed; its sentences begin with the version."""
        words, start = argument.split(maxsplit=count), self.at
        label = "-".join(word.rstrip(",:") for word in words[:count])
        self.at += 1
        body = self._body(indent) or self._take(lambda line: not self._ends_note(line))
        for item in sentences("\n".join(["".join(words[count:]), *body])):
            self._add(f"{label}: {item.text}", start + item.line - 1, item.kind)

    def _ends_note(self, line: str) -> bool:
        """Whether a note without indentation ended: its last line had room for the next word."""
        last = self.lines[self.at - 1]
        room = _WIDTH - len(last) - len(line.partition(" ")[0])
        return self._ends_paragraph(line) or (last.endswith(".") and room > 0)

    def _signatures(self, indent: int, name: str, first: str) -> None:
        """Read a directive's signatures: one a line."""
        start = self.at
        self.at += 1
        rest = self._take(
            lambda line: (
                (_indent(line) > indent or _NAME.fullmatch(line)) and not _OPTION.match(line)
            )
        )
        for at, signature in enumerate([first, *rest], start):
            self._add(f"{name} {' '.join(signature.split())}", at, "signature")

    def _paragraph(self, first: str, bullet: bool = False) -> None:
        """Read a paragraph or a list item; `first` is its first line, without its marker."""
        start, line = self.at, self.lines[self.at]
        column = len(line) - len(first) if bullet else _indent(line)
        self.at += 1
        rest = self._take(lambda line: not self._ends_paragraph(line, bullet))
        raw = "\n".join([first.strip(), *map(str.strip, rest)])
        self._prose(raw.removesuffix(":") if raw.endswith("::") else raw, start)
        if raw.endswith("::"):
            self._example(column)

    def _ends_paragraph(self, line: str, bullet: bool = False) -> bool:
        last = self.lines[self.at - 1].strip()
        if self._is_gap() or _EXPLICIT.match(line) or last.endswith("::"):
            return True
        return bool(_BULLET.match(line)) and (bullet or last.endswith((".", ":", ";")))

    def _prose(self, raw: str, at: int) -> None:
        masked, start = _UNSPLIT.sub(lambda found: "x" * len(found[0]), raw), 0
        for end in (found.end() for found in _SENTENCE_END.finditer(masked)):
            start += _indent(raw[start:end])
            if re.search(r"[^\W_]", raw[start:end]):
                self._add(plain(raw[start:end]), at + raw.count("\n", 0, start), "prose")
            start = end

    def _example(self, column: int) -> None:
        """Read the example that follows: what stands right of `column`, or else looks like code."""
        self._take(lambda line: not line)
        start = self.at
        body = self._body(column) or self._take(lambda line: not line or _is_code(line.strip()))
        if text := textwrap.dedent("\n".join(body)).strip("\n"):
            self._add(text, start, "example")

    def _add(self, text: str, at: int, kind: str) -> None:
        self.found.append(Sentence(fingerprint(text), text, at + 1, kind))
