"""Draws a suggestion as ghost text: dim and italic where there is colour, in word-diff marks where there is none.

It prints nothing; what it returns goes to any console.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rich.style import Style
from rich.syntax import Syntax
from rich.text import Text

from mai_lsp.cli.ghost import Line, Mark, Segment
from mai_lsp.cli.terminal import columns, harmless

TERMINAL_THEME = "ansi_dark"
"""The terminal's own sixteen colours, which suit its background whatever that is."""

GHOST = Style(dim=True, italic=True)
GONE = Style(strike=True, color="red", dim=True)
GUTTER = Style(dim=True)
HERE = Style(color="magenta", bold=True)

TAB = 4
"""Columns between two tab stops."""

_LEXERS = {
    "javascriptreact": "jsx",
    "typescriptreact": "tsx",
    "shellscript": "bash",
    "jsonc": "json",
    "fortran-modern": "fortran",
    "objective-c": "objective-c",
    "restructuredtext": "rst",
    "dockerfile": "docker",
    "makefile": "make",
    "plaintext": "text",
}
"""Pygments' names where they differ from LSP's language ids."""

_PLAIN_MARKS = {Mark.NEW: ("{+", "+}"), Mark.GONE: ("[-", "-]"), Mark.KEPT: ("", "")}
"""As in `git diff --word-diff`."""


def draw(lines: Sequence[Line], language: str, *, colour: bool, theme: str = TERMINAL_THEME) -> Text:
    """Return the lines with their numbers, the suggestion in place."""
    lines = [replace(line, segments=expanded(line.segments)) for line in lines]
    if colour:
        # The lexer sees the code as it will be, so that what comes behind the suggestion is coloured rightly.
        whole = highlighted("\n".join(line.code for line in lines), language, theme)
        codes = whole.split("\n", allow_blank=True)
    width = max(len(str(line.number or 0)) for line in lines)
    shown = Text()
    for index, line in enumerate(lines):
        if index:
            shown.append("\n")
        shown.append_text(_gutter(line, width, colour=colour))
        shown.append_text(_coloured(line.segments, codes[index]) if colour else _marked(line))
    return shown


def highlighted(code: str, language: str, theme: str) -> Text:
    """Colour code by its language; code in a language that Pygments does not know stays as it is."""
    code = harmless(code)
    text = Syntax("", _LEXERS.get(language, language), theme=theme, background_color="default").highlight(code)
    text.rstrip()  # Pygments ends every text with a line feed.
    if code.startswith(text.plain):
        text.append(code[len(text.plain) :])
        return text
    return Text(code)


def expanded(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Replace tabs by blanks, as wide as they are at their place in the line and not in the terminal."""
    column = 0
    result = []
    for segment in segments:
        text = ""
        for part in re.split("(\t)", segment.text):
            blank = " " * (TAB - (column + columns(text)) % TAB)
            text += blank if part == "\t" else part
        if segment.mark is not Mark.GONE:
            column += columns(text)
        result.append(replace(segment, text=text))
    return tuple(result)


def _gutter(line: Line, width: int, *, colour: bool) -> Text:
    number = "" if line.number is None else str(line.number)
    if not colour:
        sign = "+" if line.number is None else ">" if line.cursor else "|"
        return Text(f"{number:>{width}} {sign} ")
    return Text.assemble(
        (f"{number:>{width}} ", HERE if line.cursor else GUTTER),
        ("┃ " if line.cursor else "│ ", HERE if line.cursor else GUTTER),
    )


def _coloured(segments: Sequence[Segment], code: Text) -> Text:
    shown = Text()
    at = 0
    for segment in segments:
        if segment.mark is Mark.GONE:
            shown.append(harmless(segment.text), GONE)
            continue
        part = code[at : at + len(segment.text)]
        at += len(segment.text)
        if segment.mark is Mark.NEW:
            part.stylize(GHOST)
        shown.append_text(part)
    return shown


def _marked(line: Line) -> Text:
    if line.all_new:
        return Text(harmless(line.code))
    shown = Text()
    for segment in line.segments:
        before, after = _PLAIN_MARKS[segment.mark]
        shown.append(before + harmless(segment.text) + after)
    return shown
