"""The figures as one HTML page with charts, for a browser: light or dark as the reader has it, readable without sight.

It runs no script and loads nothing, and says so to the browser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from mai_lsp.cli import amounts, chart
from mai_lsp.cli.chart import Bar
from mai_lsp.usage.counts import Book
from mai_lsp.usage.figures import By, Figures, grouped, of_kind, overall

_STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --card: #f6f8fa;
  --value: #0969da; --beyond: #a5cdf8; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d;
  --card: #151b23; --value: #4493f8; --beyond: #1f4a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: .95rem; margin: 0; } p { margin: .25rem 0; color: var(--soft); }
ul.tiles, div.charts { display: grid; gap: 1rem; margin: 1.25rem 0 0; padding: 0; list-style: none; }
ul.tiles { grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); }
div.charts { grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); }
ul.tiles li, figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1rem; }
ul.tiles strong { display: block; font-size: 1.5rem; font-weight: 600; line-height: 1.25; }
ul.tiles span { color: var(--soft); font-size: .85rem; }
figure { margin: 0; } figcaption p { font-size: .8rem; min-height: 1.5em; margin: 0 0 .6rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); } svg .name { fill: var(--soft); }
svg .value { fill: var(--value); } svg .beyond { fill: var(--beyond); } svg .axis { stroke: var(--line); }
i { display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin-right: .3em; }
i.value { background: var(--value); } i.beyond { background: var(--beyond); }
div.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
thead th { white-space: normal; vertical-align: bottom; }
details { margin-top: 1rem; } summary { cursor: pointer; color: var(--soft); }
"""


@dataclass(frozen=True, slots=True)
class _Measure:
    """One chart: what is drawn, and how it is told."""

    title: str
    note: str
    """What the two colours are, if there are two: ``dark|light``."""
    value: Callable[[Figures], float | None]
    text: Callable[[Figures], str]
    beyond: Callable[[Figures], float | None] = lambda _: None
    most: float | None = None
    """What a full bar stands for; without it the greatest value."""


_MEASURES = (
    _Measure("Acceptance", "of the suggestions shown", lambda f: f.acceptance, lambda f: amounts.percent(f.acceptance)),
    _Measure(
        "Still there",
        "after 5 min|after 30 s, of what was accepted",
        lambda f: f.kept_5min,
        lambda f: amounts.percent(f.kept_5min),
        lambda f: f.kept_30s,
        most=1.0,
    ),
    _Measure(
        "Waiting for a suggestion",
        "p50: half were faster|p95",
        lambda f: f.wait_p50,
        lambda f: _pair(amounts.seconds(f.wait_p50), amounts.seconds(f.wait_p95)),
        lambda f: f.wait_p95,
    ),
    _Measure(
        "Tokens",
        "out|in and out",
        lambda f: f.output_tokens,
        lambda f: amounts.count(f.input_tokens + f.output_tokens),
        lambda f: f.input_tokens + f.output_tokens,
    ),
    _Measure("Cost", "of all requests, in US dollars", lambda f: f.cost, amounts.cost),
    _Measure("Cost of 1,000 accepted characters", "", lambda f: f.cost_per_char, amounts.cost_per_thousand),
)

_CELLS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("Requests", lambda f: amounts.count(f.requests)),
    ("Shown", lambda f: amounts.count(f.shown)),
    ("Accepted", lambda f: f"{amounts.count(f.accepted)} ({amounts.percent(f.acceptance)})"),
    ("Characters", lambda f: amounts.count(f.accepted_chars)),
    ("Kept 30 s", lambda f: amounts.percent(f.kept_30s)),
    ("Kept 5 min", lambda f: amounts.percent(f.kept_5min)),
    ("Wait p50 · p95", lambda f: _pair(amounts.seconds(f.wait_p50), amounts.seconds(f.wait_p95))),
    ("Model p50 · p95", lambda f: _pair(amounts.seconds(f.answer_p50), amounts.seconds(f.answer_p95))),
    ("Tokens in", lambda f: amounts.count(f.input_tokens)),
    ("Tokens out", lambda f: amounts.count(f.output_tokens)),
    ("Cost", amounts.cost),
    ("Cost of 1,000", amounts.cost_per_thousand),
)


def page(book: Book, groups: Sequence[By], since: date) -> str:
    """Return the whole page."""
    sections = "".join(_section(by, _named(book, by)) for by in groups)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Suggestions since {amounts.full_day(since.isoformat())}</title>
<style>{_STYLE}</style>
<main>
<h1>Suggestions since {amounts.full_day(since.isoformat())}</h1>
<p>Counted on this machine by the MAI Language Server, and sent nowhere. {_COST_NOTE}</p>
{_tiles(book)}
{sections}
</main>
</html>
"""


_COST_NOTE = (
    "≈: some tokens were counted here, since an answer that is closed early brings no count. "
    "≥: the price of some requests is not known."
)

_TITLES = {By.KIND: "By kind", By.MODEL: "By model", By.LANGUAGE: "By language", By.WEEK: "By week"}


def _named(book: Book, by: By) -> dict[str, Figures]:
    return {amounts.day(name) if by is By.WEEK else name: row for name, row in grouped(book, by).items()}


def _tiles(book: Book) -> str:
    f = overall(book)
    completions, edits = of_kind(book, "completion"), of_kind(book, "next edit")
    tiles = (
        *((_taken(completions, "completions "), _taken(edits, "next edits ")) if edits.shown else (_taken(f, ""),)),
        (amounts.count(f.accepted_chars), "characters accepted"),
        (amounts.percent(f.kept_5min), "of them still there after 5 min"),
        (amounts.seconds(f.wait_p50), f"wait, p50; {amounts.seconds(f.wait_p95)} p95"),
        (amounts.count(f.input_tokens + f.output_tokens), f"tokens in {amounts.count(f.requests)} requests"),
        (amounts.cost(f), f"{amounts.cost_per_thousand(f)} per 1,000 accepted characters"),
    )
    items = "".join(f"<li><strong>{big}</strong><span>{small}</span></li>" for big, small in tiles)
    return f'<ul class="tiles">{items}</ul>'


def _taken(f: Figures, what: str) -> tuple[str, str]:
    return amounts.percent(
        f.acceptance
    ), f"{what}accepted: {amounts.count(f.accepted)} of {amounts.count(f.shown)} shown"


def _section(by: By, rows: Mapping[str, Figures]) -> str:
    charts = "".join(_figure(f"{by.value}-{index}", by, measure, rows) for index, measure in enumerate(_MEASURES))
    return (
        f'<section><h2>{_TITLES[by]}</h2><div class="charts">{charts}</div>'
        f"<details open><summary>All figures</summary>{_table(by, rows)}</details></section>"
    )


def _figure(identity: str, by: By, measure: _Measure, rows: Mapping[str, Figures]) -> str:
    bars = [Bar(name, measure.value(row), measure.text(row), measure.beyond(row)) for name, row in rows.items()]
    drawn = (chart.columns if by is By.WEEK else chart.rows)(
        identity, f"{measure.title} by {by.value}", bars, measure.most
    )
    dark, two, light = measure.note.partition("|")
    note = f'<i class="value"></i>{dark} &ensp;<i class="beyond"></i>{light}' if two else dark
    return f"<figure><figcaption><h3>{measure.title}</h3><p>{note}</p></figcaption>{drawn}</figure>"


def _table(by: By, rows: Mapping[str, Figures]) -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title, _ in _CELLS)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{write(row)}</td>" for _, write in _CELLS)}</tr>'
        for name, row in rows.items()
    )
    first = f'<th scope="col">{by.value.capitalize()}</th>'
    return f'<div class="scroll"><table><thead><tr>{first}{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _pair(first: str, second: str) -> str:
    return first if first == second else f"{first} · {second}"
