"""What the real local model gets right: held-out lines of real functions, filled in raw and through the server.

The lines are drawn from the standard library by a seed, the same for every way of asking. The raw way is the model's
own FIM tokens around the same amount of plain text, one line taken, as published infilling benchmarks do it. It
measures no time; that is `bench_model`.
"""

from __future__ import annotations

import ast
import asyncio
import difflib
import os
import random
import re
import warnings
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from _lib.bench_figures import Row, Table
from _lib.bench_sources import LIBRARY
from mai_lsp.cli.source import OneDocument
from mai_lsp.core import language
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import Document, open_document
from mai_lsp.core.tokens import estimate
from mai_lsp.engine.backend import new_client
from mai_lsp.engine.completion import complete
from mai_lsp.engine.outcome import Reason, Skipped
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.model.client import ModelClient
from mai_lsp.model.types import Role
from mai_lsp.prompt.formats import FORMATS
from mai_lsp.prompt.prompt import FimPrompt
from mai_lsp.settings import Settings
from mai_lsp.settings_reading import from_env, read

SEED = 4
LINES = 100
BEFORE = 0.75
"""Share of the raw prompt that stands before the cursor; the server's own split is close to it."""

_LINE_TOKENS = 64
"""Output limit of the raw way: more than any line of the sample has."""


@dataclass(frozen=True, slots=True)
class Held:
    """A line that was taken out of a function, from the cursor to its end."""

    name: str
    text: str
    """The file without it."""
    offset: int
    want: str


@dataclass(frozen=True, slots=True)
class Score:
    """How one answer did."""

    shown: bool
    exact: bool
    """It is the held-out text and nothing else, but for blanks at line ends."""
    similar: float
    """`difflib` ratio of its first line and the held-out text; 0 to 1."""
    parses: bool
    """The file with it is a Python file again."""


def run() -> Iterator[Table]:
    """Measure; raises RuntimeError when the model can not be asked. MAI_BENCH_SEED and MAI_BENCH_LINES override."""
    settings, _ = read({"environment": from_env({**os.environ, "MAI_LSP_PROVIDER": "local"})})
    seed = int(os.environ.get("MAI_BENCH_SEED", SEED))
    lines = int(os.environ.get("MAI_BENCH_LINES", LINES))
    yield asyncio.run(_measure(settings, held_out(lines, seed), seed))


def held_out(count: int, seed: int) -> list[Held]:
    """Draw lines from functions of the standard library: from a line's start, between two words, inside a word."""
    rnd = random.Random(seed)  # noqa: S311 (a sample to repeat, not a secret)
    files = [path for path in sorted(LIBRARY.glob("*.py")) if 4_000 < path.stat().st_size < 120_000]
    found: list[Held] = []
    while len(found) < count:
        path = rnd.choice(files)
        text = path.read_text(encoding="utf-8", errors="replace")
        places = _statements(text)
        if not places:
            continue
        number = rnd.choice(places)
        lines = text.split("\n")
        line = lines[number]
        column = _column(line, len(found) % 3, rnd)
        if column is None:
            continue
        offset = sum(len(one) + 1 for one in lines[:number]) + column
        found.append(Held(path.name, text[:offset] + text[offset + len(line) - column :], offset, line[column:]))
    return found


@cache
def _statements(text: str) -> list[int]:
    """Return the line numbers, from 0, of simple statements of one line inside functions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    kinds = (ast.Assign, ast.AugAssign, ast.Return, ast.Expr, ast.Raise, ast.AnnAssign, ast.Delete, ast.Assert)
    lines = text.split("\n")
    return sorted(
        {
            node.lineno - 1
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and len(function.body) > 2
            for node in ast.walk(function)
            if isinstance(node, kinds)
            and node.lineno == node.end_lineno
            and 10 < len(lines[node.lineno - 1].strip()) < 80
            and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            and lines[node.lineno - 1].isascii()  # so that columns are bytes, as `ast` counts
            and not lines[node.lineno - 1][: node.col_offset].strip()
            and node.end_col_offset == len(lines[node.lineno - 1].rstrip())
        }
    )


def _column(line: str, kind: int, rnd: random.Random) -> int | None:
    indent = len(line) - len(line.lstrip())
    if kind == 0:
        return indent
    words = [word for word in re.finditer(r"[A-Za-z_]\w*", line) if word.start() > indent and len(word.group()) > 3]
    if not words:
        return None
    word = rnd.choice(words)
    return word.start() if kind == 1 else word.start() + 2


Fill = Callable[[Held, Document], Awaitable[tuple[str, str] | None]]
"""Gives (inserted text, file with it), or None for no suggestion."""


async def _measure(settings: Settings, sample: list[Held], seed: int) -> Table:
    fim, chat = settings, replace(settings, wire="chat")
    clients = [new_client(lambda: fim, os.environ), new_client(lambda: chat, os.environ)]
    ways: Mapping[str, Fill] = {
        "raw FIM": lambda held, _document: _raw(held, clients[0]),
        "server, FIM": lambda held, document: _server(held, document, clients[0], fim),
        "server, chat": lambda held, document: _server(held, document, clients[1], chat),
    }
    scores: dict[str, list[Score]] = {way: [] for way in ways}
    try:
        for held in sample:
            document = _document(held)
            for way, fill in ways.items():
                scores[way].append(score(held, await fill(held, document)))
    finally:
        for client in clients:
            await client.aclose()
    model = clients[0].endpoint(Role.COMPLETION).model
    return Table(
        "infill",
        f"Filling in held-out lines: {model}, {len(sample)} lines, seed {seed}",
        tuple(line for way in ways for line in _rows(way, scores)),
        "raw FIM always answers; what the server does not show counts as wrong, and not at all for the parsing",
    )


def _rows(way: str, scores: Mapping[str, list[Score]]) -> Iterator[Row]:
    ours = scores[way]
    shown = [one for one in ours if one.shown]
    yield Row(f"{way}: shown", _percent(len(shown), len(ours)), unit="%")
    yield Row(f"{way}: exactly the line", _percent(sum(one.exact for one in ours), len(ours)), unit="%")
    yield Row(f"{way}: similarity of the line", _percent(sum(one.similar for one in ours), len(ours)), unit="%")
    yield Row(f"{way}: file parses", _percent(sum(one.parses for one in shown), len(shown)), unit="%")


def _percent(part: float, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def score(held: Held, filled: tuple[str, str] | None) -> Score:
    """Judge what was filled in."""
    if filled is None:
        return Score(shown=False, exact=False, similar=0.0, parses=False)
    text, after = filled
    first = text.strip().split("\n")[0].strip()
    return Score(
        shown=True,
        exact=text.strip() == held.want.strip(),
        similar=difflib.SequenceMatcher(None, first, held.want.strip(), autojunk=False).ratio(),
        parses=_parses(after),
    )


def _parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return True


def _document(held: Held) -> Document:
    document = open_document(f"file:///bench/{held.name}", "python", None, held.text)
    return replace(document, syntax=parse(language.find("python", held.name), held.text))


async def _server(held: Held, document: Document, client: ModelClient, settings: Settings) -> tuple[str, str] | None:
    outcome = await complete(Ask(document, held.offset), Deps(client, OneDocument(document, None), settings))
    if isinstance(outcome, Skipped):
        if outcome.reason is Reason.ERROR:
            raise RuntimeError(outcome.detail)
        return None
    span, text = outcome.span, outcome.text
    typed = held.text[span.start : held.offset]
    return text.removeprefix(typed), held.text[: span.start] + text + held.text[span.end :]


async def _raw(held: Held, client: ModelClient) -> tuple[str, str]:
    """Ask with nothing but the model's tokens and the text around the cursor; take the first line with text on it."""
    endpoint = client.endpoint(Role.COMPLETION)
    row = FORMATS[endpoint.fim_format or ""]
    before, after = _window(held, endpoint.context_tokens)
    prompt = FimPrompt(
        row.template.replace("{after}", after).replace("{before}", before), max_tokens=_LINE_TOKENS, stop=row.stop
    )
    said = ""
    async with client.ask(endpoint, prompt) as answer:
        async for piece in answer:
            said += piece
            if "\n" in said.lstrip():
                break
    lead = said[: len(said) - len(said.lstrip())]
    line = lead + said.lstrip().split("\n")[0]
    return line, held.text[: held.offset] + line + held.text[held.offset :]


def _window(held: Held, tokens: int) -> tuple[str, str]:
    """Return whole lines on both sides of the cursor, as many as the budget has room for."""
    before = held.text[: held.offset].split("\n")
    after = held.text[held.offset :].split("\n")
    first, last = len(before) - 1, 1
    while first and estimate("\n".join(before[first - 1 :])) <= tokens * BEFORE:
        first -= 1
    while last < len(after) and estimate("\n".join(after[: last + 1])) <= tokens * (1 - BEFORE):
        last += 1
    return "\n".join(before[first:]), "\n".join(after[:last])
