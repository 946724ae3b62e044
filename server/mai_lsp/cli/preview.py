"""``--show-prompt``: the request exactly as it would be sent, its prompt as readable text, and why what is in it is.

It lists what was kept out, too, and sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from mai_lsp.cli.paint import TERMINAL_THEME
from mai_lsp.cli.terminal import harmless, harmless_json
from mai_lsp.engine import shown
from mai_lsp.model.types import Preview
from mai_lsp.prompt.gate import Withheld
from mai_lsp.prompt.prompt import ChatPrompt, FimPrompt, Prompt


def as_json(preview: Preview, prompt: Prompt, withheld: Sequence[Withheld] = ()) -> dict[str, Any]:
    """Make the object of ``--show-prompt --json``."""
    return {
        "request": shown.request(preview),
        "pieces": shown.pieces(prompt),
        "withheld": shown.withheld(withheld),
    }


def draw(preview: Preview, prompt: Prompt, withheld: Sequence[Withheld] = (), *, colour: bool) -> RenderableType:
    """Show request, prompt and pieces one below the other."""
    parts: list[RenderableType] = [_request(preview, colour=colour)]
    for title, text in readable(prompt):
        parts += [Text(f"\n── {title} ──", style="bold"), Text(harmless(text), tab_size=4)]
    parts += [Text("\n── pieces ──", style="bold"), _pieces(prompt)]
    if withheld:
        parts += [Text("\n── withheld ──", style="bold"), _withheld(withheld)]
    return Group(*parts)


def readable(prompt: Prompt) -> Iterator[tuple[str, str]]:
    """Give the prompt's texts with a title each, as the model reads them and not as JSON strings."""
    if isinstance(prompt, ChatPrompt):
        for message in prompt.messages:
            yield f"{message.role} message", message.content
    elif isinstance(prompt, FimPrompt):
        yield "prompt", prompt.text
        if prompt.suffix is not None:
            yield "suffix", prompt.suffix
    else:
        for extra in prompt.extra:
            yield f"context from {extra.filename}", extra.text
        yield "input_prefix", prompt.prefix
        yield "input_suffix", prompt.suffix


def _request(preview: Preview, *, colour: bool) -> RenderableType:
    head = Text.assemble((f"{preview.method} {preview.url}", "bold"))
    for name, value in preview.headers.items():
        head.append(f"\n{name}: ", "cyan").append(value)
    body = harmless_json(json.dumps(preview.body, indent=2, ensure_ascii=False))
    text = (
        Syntax("", "json", theme=TERMINAL_THEME, background_color="default").highlight(body) if colour else Text(body)
    )
    text.rstrip()
    return Group(head, Text(), text)


def _pieces(prompt: Prompt) -> Table:
    table = Table(box=None, pad_edge=False, show_footer=True)
    table.add_column("piece", footer="together", no_wrap=True)
    table.add_column(
        "tokens", footer=f"{sum(piece.tokens for piece in prompt.pieces):,}", justify="right", no_wrap=True
    )
    table.add_column("why it is there", no_wrap=True)
    for piece in prompt.pieces:
        name = shown.name(piece)
        table.add_row(Text(harmless(name)), f"{piece.tokens:,}", Text(shown.why(piece), style="dim"))
    return table


def _withheld(withheld: Sequence[Withheld]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("what", "file", "why it is not there"):
        table.add_column(title, no_wrap=True)
    for one in withheld:
        table.add_row(Text(harmless(one.what)), Text(harmless(one.path)), Text(harmless(one.why), style="dim"))
    return table
