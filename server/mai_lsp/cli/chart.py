"""Bar charts as SVG text that stands in an HTML page and takes its colours from the page's style sheet.

Pure: labels and lengths in, markup out; nothing in it is loaded from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH = 360
_NAME = 126
"""Where bars begin; names stand to the left."""
_TEXT = 92
"""What is kept free for the figure at a bar's end."""
_ROW = 26
_THICK = 14
_HEIGHT = 120
"""Of the columns, without what stands above and below them."""
_NAME_CHARS = 17
_CORNER = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `value` in full colour, and behind it `beyond` in a lighter one."""

    name: str
    value: float | None
    """None where it is not known: no bar, and `text` says so."""
    text: str
    """The figure for a person."""
    beyond: float | None = None


def rows(identity: str, title: str, bars: Sequence[Bar], most: float | None = None) -> str:
    """Draw bars from left to right below each other; `most`, or else the greatest, is as long as there is room."""
    room = _WIDTH - _NAME - _TEXT
    scale = room / (most or _greatest(bars))
    parts = []
    for index, bar in enumerate(bars):
        y = index * _ROW
        middle = y + _THICK - 3
        parts.append(f'<text class="name" x="{_NAME - 8}" y="{middle}" text-anchor="end">{_label(bar.name)}</text>')
        end = max(bar.value or 0.0, bar.beyond or 0.0) * scale
        for kind, value in (("beyond", bar.beyond), ("value", bar.value)):
            if value:
                parts.append(_bar(kind, _NAME, y, max(2.0, value * scale), _THICK))
        parts.append(_figure(_NAME + end + 6, middle, "start", bar.text))
    parts.append(f'<line class="axis" x1="{_NAME}" y1="-4" x2="{_NAME}" y2="{len(bars) * _ROW - _ROW + _THICK + 4}"/>')
    return _svg(identity, title, bars, parts, (0, -6, _WIDTH, len(bars) * _ROW))


def columns(identity: str, title: str, bars: Sequence[Bar], most: float | None = None) -> str:
    """Draw bars from the ground up beside each other, such as one per week; `most` as for `rows`."""
    pitch = min(44.0, _WIDTH / max(1, len(bars)))
    thick = max(2.0, min(26.0, pitch - 4))
    scale = _HEIGHT / (most or _greatest(bars))
    every = -(-len(bars) * 52 // _WIDTH)  # As many names as there is room for.
    few = pitch >= 40
    parts = []
    for index, bar in enumerate(bars):
        x = index * pitch + (pitch - thick) / 2
        centre = x + thick / 2
        top = float(_HEIGHT)
        for kind, value in (("beyond", bar.beyond), ("value", bar.value)):
            if value:
                height = max(2.0, value * scale)
                top = min(top, _HEIGHT - height)
                parts.append(_bar(kind, x, _HEIGHT - height, thick, height))
        if few:
            parts.append(_figure(centre, top - 5, "middle", bar.text))
        if (len(bars) - 1 - index) % every == 0:
            parts.append(
                f'<text class="name" x="{centre:.1f}" y="{_HEIGHT + 16}" text-anchor="middle">{_label(bar.name)}</text>'
            )
    if bars and not few:  # There is room for one figure only, above all bars.
        parts.append(_figure(pitch * len(bars), -7, "end", f"{bars[-1].name}: {bars[-1].text}"))
    parts.append(f'<line class="axis" x1="0" y1="{_HEIGHT}" x2="{max(pitch * len(bars), 44):.1f}" y2="{_HEIGHT}"/>')
    return _svg(identity, title, bars, parts, (-14, -20, _WIDTH + 28, _HEIGHT + 44))


def _svg(identity: str, title: str, bars: Sequence[Bar], parts: Sequence[str], box: tuple[int, int, int, int]) -> str:
    told = "; ".join(f"{bar.name}: {bar.text}" for bar in bars)
    return (
        f'<svg viewBox="{box[0]} {box[1]} {box[2]} {box[3]}" role="img" aria-labelledby="{identity}-t {identity}-d">'
        f'<title id="{identity}-t">{escape(title)}</title><desc id="{identity}-d">{escape(told)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _bar(kind: str, x: float, y: float, width: float, height: float) -> str:
    corner = min(_CORNER, width / 2, height / 2)
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{corner:.1f}"/>'


def _figure(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text class="figure" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _greatest(bars: Sequence[Bar]) -> float:
    return max((value for bar in bars for value in (bar.value, bar.beyond) if value), default=1.0)


def _label(name: str) -> str:
    """Write a name, shortened where it is too long: who publishes a model tells the least."""
    short = name if len(name) <= _NAME_CHARS else name.rpartition("/")[2]
    if len(short) > _NAME_CHARS:
        short = f"{short[: _NAME_CHARS - 1]}…"
    return escape(short) if short == name else f"<title>{escape(name)}</title>{escape(short)}"
