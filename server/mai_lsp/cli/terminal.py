"""Where a command prints: a rich console that is plain when nobody looks, and text that can not steer a terminal.

It decides nothing about what is printed.
"""

from __future__ import annotations

import io
import sys

from rich.cells import cell_len
from rich.console import Console

_PICTURES = {code: 0x2400 + code for code in range(0x20) if code not in {0x09, 0x0A}} | {0x7F: 0x2421}
_REPLACED = dict.fromkeys((*range(0x80, 0xA0), *range(0xD800, 0xE000), 0x2028, 0x2029), 0xFFFD)
_BIDI = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
"""Marks that reorder what is shown (CVE-2021-42574)."""
_HARMLESS = _PICTURES | _REPLACED | _BIDI


def console(*, error: bool = False) -> Console:
    """Return a console on standard output (or error) that wraps and highlights nothing by itself.

    Rich follows NO_COLOR, FORCE_COLOR and TERM, and prints no escape codes when the output is not a terminal.
    """
    stream = sys.stderr if error else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        # A Windows console's code page has no room for every character of a source file.
        stream.reconfigure(errors="replace")
    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)


def coloured(target: Console) -> bool:
    """Whether colour can be seen there; without it marks must do."""
    return target.color_system is not None and not target.no_color


def harmless(text: str) -> str:
    """Replace control characters, except tab and line feed, one for one by characters that only show themselves.

    A file, or a model's answer, could otherwise move the cursor, recolour the window or hide code.
    """
    return text.translate(_HARMLESS)


def harmless_json(text: str) -> str:
    """Like `harmless` for JSON, where such characters can be escaped, so that nothing is lost."""
    return text.translate({code: f"\\u{code:04x}" for code in _HARMLESS if code != 0x0A})


def columns(text: str) -> int:
    """Count the columns that a line without tabs takes in a terminal."""
    return cell_len(text)
