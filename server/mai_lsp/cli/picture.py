"""What `complete` shows: title, code with the suggestion in it, facts; on a terminal or as an SVG picture.

It prints and writes nothing itself.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from mai_lsp.cli import facts, ghost, paint
from mai_lsp.cli.terminal import columns, harmless
from mai_lsp.core.text import Document
from mai_lsp.engine.outcome import Outcome, Skipped

SVG_STYLE = "github-dark"
"""Pygments' style for pictures, whose background is `_BACKGROUND`."""

_BACKGROUND = TerminalTheme(
    (13, 17, 23),
    (230, 237, 243),
    [
        (72, 79, 88),
        (255, 123, 114),
        (63, 185, 80),
        (210, 153, 34),
        (88, 166, 255),
        (188, 140, 255),
        (57, 197, 207),
        (177, 186, 196),
    ],
    [
        (110, 118, 129),
        (255, 161, 152),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (255, 255, 255),
    ],
)
"""GitHub Dark's terminal colours (primer/github-vscode-theme)."""

_FACTS_COLUMNS = 92
"""A picture's facts are broken at this width, so that they do not make it wider than its code."""

_WEB_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""A picture in a README may load nothing, and every piece of text has its place and length anyhow."""


@dataclass(frozen=True, slots=True)
class Card:
    """One completion to be shown."""

    document: Document
    cursor: int
    outcome: Outcome
    title: str
    around: int
    """Lines above and below the cursor."""


def draw(card: Card, *, colour: bool, theme: str = paint.TERMINAL_THEME) -> Text:
    """Draw the code with the suggestion in it."""
    suggestion = None if isinstance(card.outcome, Skipped) else card.outcome
    lines = ghost.view(card.document, suggestion, card.cursor, above=card.around, below=card.around)
    return paint.draw(lines, card.document.language, colour=colour, theme=theme)


def facts_of(card: Card) -> str:
    """Give the line of facts; empty when nothing was asked."""
    return harmless(facts.line(card.outcome.trace)) if card.outcome.trace.provider else ""


def svg(card: Card) -> str:
    """Draw it as an SVG picture of a terminal window, as wide as it needs to be."""
    shown = draw(card, colour=True, theme=SVG_STYLE)
    if told := facts_of(card):
        shown.append(f"\n\n{facts.broken(told, _FACTS_COLUMNS)}", paint.GUTTER)
    width = max(60, *(columns(line) for line in shown.plain.split("\n")))
    console = Console(
        record=True,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        no_color=False,
        width=width,
        legacy_windows=False,
    )
    console.print(shown, soft_wrap=True)
    picture = console.export_svg(title=harmless(card.title), theme=_BACKGROUND)
    return _WEB_FONTS.sub("", picture).replace("Fira Code, monospace", "monospace")
