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

SVG_STYLE = "one-dark"
"""Pygments' style for pictures, whose background is `_BACKGROUND`."""

_BACKGROUND = TerminalTheme(
    (40, 44, 52),
    (171, 178, 191),
    [
        (40, 44, 52),
        (224, 108, 117),
        (152, 195, 121),
        (229, 192, 123),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (171, 178, 191),
    ],
    [
        (92, 99, 112),
        (224, 108, 117),
        (152, 195, 121),
        (229, 192, 123),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (255, 255, 255),
    ],
)
"""One Dark (atom/one-dark-syntax), as a terminal's colours."""

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


def draw(card: Card, *, colour: bool, theme: str = paint.TERMINAL_THEME, titled: bool = True) -> Text:
    """Draw it as text."""
    suggestion = None if isinstance(card.outcome, Skipped) else card.outcome
    lines = ghost.view(card.document, suggestion, card.cursor, above=card.around, below=card.around)
    body = paint.draw(lines, card.document.language, colour=colour, theme=theme)
    shown = Text(tab_size=4)
    if titled:
        shown.append(f"{harmless(card.title)}\n", paint.GUTTER)
    shown.append_text(body)
    if card.outcome.trace.provider:
        shown.append("\n").append(harmless(facts.line(card.outcome.trace)), paint.GUTTER)
    return shown


def svg(card: Card) -> str:
    """Draw it as an SVG picture of a terminal window, as wide as it needs to be."""
    shown = draw(card, colour=True, theme=SVG_STYLE, titled=False)
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
