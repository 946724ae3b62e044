r"""Fixture text: files, a cursor or selection and named ranges, written as one readable string.

    //- /pkg/util.py
    def greet(name): ...
        ^^^^^ definition
    //- /main.py open version:3
    from pkg.util import greet
    gr$0

``//- /path flags`` starts a file; without a header the text is one file. ``$0`` is the cursor, ``$0…$0`` a selection,
``\$0`` is literal. A line of ``^^^ label`` names the range above it, counted in columns as written, and is not part of
the file. Nothing here guesses: an unknown flag, a third ``$0`` or a label without a line above raises `FixtureError`.

A string that begins with a line end is a block: its common indentation, the first line end and a last line of blanks
go away. ``chunks`` cuts a scripted reply at ``¦``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mai_lsp.core import syntax
from mai_lsp.core.language import find
from mai_lsp.core.text import Document, Span, open_document

FLAGS = {"open": False, "version": True, "language": True}
"""Known flags of a header, and whether they take a value (``version:3``)."""

_MARK = re.compile(r"\\\$0|\$0")
_LABEL = re.compile(r"^[ \t]*(\^+)[ \t]*(.*)$")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class FixtureError(ValueError):
    """The fixture is written wrongly; the test is at fault, not the code."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a fixture, marks removed."""

    path: str
    """Absolute, with slashes; ``/fixture`` when the text has no header."""
    text: str
    flags: Mapping[str, str] = field(default_factory=dict)
    """Flags of the header; those without a value map to an empty string."""
    labels: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """Named ranges in the order written; one name may stand for several."""

    def document(self, language: str = "", *, parse: bool = True) -> Document:
        """Open it, by default with the syntax tree of its `language` flag or ending."""
        row = find(language or self.flags.get("language", ""), self.path)
        version = int(self.flags["version"]) if "version" in self.flags else 1
        document = open_document(f"file://{self.path}", row.id, version, self.text)
        if not parse:
            return document
        return Document(document.uri, row.id, version, self.text, document.starts, syntax=syntax.parse(row, self.text))


@dataclass(frozen=True, slots=True)
class Fixture:
    """All files of one fixture text."""

    files: Mapping[str, File]
    path: str
    """The file with the cursor, or the first one."""
    selection: Span | None
    """Empty span for a cursor; None without any ``$0``."""

    @property
    def file(self) -> File:
        """The file with the cursor, or the first one."""
        return self.files[self.path]

    @property
    def text(self) -> str:
        """The text of `file`."""
        return self.file.text

    @property
    def cursor(self) -> int:
        """Offset of the cursor; raises `FixtureError` without one or with a selection."""
        if self.selection is None or len(self.selection):
            raise FixtureError("this fixture has no single cursor")
        return self.selection.start

    def document(self, language: str = "", *, parse: bool = True) -> Document:
        """Open `file`."""
        return self.file.document(language, parse=parse)


def parse(text: str) -> Fixture:
    """Read a fixture text; raises `FixtureError` where it is written wrongly."""
    files: dict[str, File] = {}
    marks: list[tuple[str, int]] = []
    for path, flags, body in _split(_dedent(text)):
        if path in files:
            raise FixtureError(f"{path} is there twice")
        files[path], offsets = _read(path, flags, body)
        marks += ((path, offset) for offset in offsets)
    if len(marks) > 2:
        raise FixtureError("there are more than two $0")
    if len({path for path, _ in marks}) > 1:
        raise FixtureError("the two $0 are in different files")
    if not marks:
        return Fixture(files, next(iter(files)), None)
    return Fixture(files, marks[0][0], Span(marks[0][1], marks[-1][1]))


def cursor(text: str) -> tuple[str, int]:
    """Read a fixture of one file as (text, offset of the cursor)."""
    fixture = parse(text)
    if len(fixture.files) != 1:
        raise FixtureError("this fixture has more than one file")
    return fixture.text, fixture.cursor


def chunks(reply: str) -> list[str]:
    """Cut a scripted reply at each ``¦`` into the chunks it is streamed in; an empty reply has none."""
    found = reply.split("¦") if reply else []
    if "" in found:
        raise FixtureError("a chunk is empty: ¦ stands at an end, or twice")
    return found


def _dedent(text: str) -> str:
    """Undo the indentation of a block; unlike `textwrap.dedent` blank lines keep what is right of it."""
    if not text.startswith("\n"):
        return text
    lines = _LINE.findall(text[1:])
    if lines and not lines[-1].strip():
        lines.pop()
    common = min((len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()), default=0)
    return "".join(line[common:] if line.strip() else line[common:] or line.lstrip(" \t") for line in lines)


def _split(text: str) -> list[tuple[str, dict[str, str], list[str]]]:
    """Cut the text at its headers into (path, flags, lines)."""
    found: list[tuple[str, dict[str, str], list[str]]] = []
    before: list[str] = []
    for line in _LINE.findall(text):
        if line.startswith("//-"):
            found.append((*_header(line), []))
        else:
            (found[-1][2] if found else before).append(line)
    if not found:
        return [("/fixture", {}, before)]
    if before:
        raise FixtureError("there is text before the first header")
    return found


def _header(line: str) -> tuple[str, dict[str, str]]:
    words = line[3:].split()
    if not words or not words[0].startswith("/"):
        raise FixtureError(f"a header is '//- /path flags', not {line!r}")
    flags: dict[str, str] = {}
    for word in words[1:]:
        name, colon, value = word.partition(":")
        if name not in FLAGS or name in flags or bool(colon) != FLAGS[name] or bool(value) != FLAGS[name]:
            raise FixtureError(f"flag {word!r} is not one of " + ", ".join(FLAGS))
        if name == "version" and not value.isdecimal():
            raise FixtureError(f"a version is a number, not {value!r}")
        flags[name] = value
    return words[0], flags


def _read(path: str, flags: dict[str, str], lines: list[str]) -> tuple[File, list[int]]:
    """Take marks and labels out of a file's lines."""
    text = ""
    marks: list[int] = []
    labels: dict[str, tuple[Span, ...]] = {}
    columns: list[int] | None = None
    for line in lines:
        if label := _LABEL.match(line.rstrip("\r\n")):
            name = label.group(2)
            if not name or columns is None or label.end(1) >= len(columns):
                raise FixtureError(f"{line.strip()!r} names nothing: it needs a label, and text above all of it")
            span = Span(columns[label.start(1)], columns[label.end(1)])
            labels[name] = (*labels.get(name, ()), span)
            continue
        plain, at, shifts = _unmark(line)
        marks += (len(text) + column for column in at)
        columns = [len(text) + shift for shift in shifts]
        text += plain
    return File(path, text, flags, labels), marks


def _unmark(line: str) -> tuple[str, list[int], list[int]]:
    """Return the line without marks, the columns of its marks, and the new column of each column as written."""
    plain, done = "", 0
    marks: list[int] = []
    shifts: list[int] = []
    for found in _MARK.finditer(line):
        shifts += range(len(plain), len(plain) + found.start() - done)
        plain += line[done : found.start()]
        if found.group() == "$0":
            marks.append(len(plain))
            shifts += [len(plain)] * 2
        else:
            shifts += (len(plain), len(plain), len(plain) + 1)
            plain += "$0"
        done = found.end()
    rest = line[done:]
    body = rest.rstrip("\r\n")
    shifts += range(len(plain), len(plain) + len(body) + 1)
    return plain + rest, marks, shifts
