"""What a keystroke costs: didChange with its re-parse, over LSP and in process, beside the bare re-parse.

A line of code is typed character by character at changing places, and brackets and quotes close by themselves, as
editors have it by default. A quote that is left open, which gives everything below another meaning, is shown apart.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import tree_sitter

from _lib.bench_completion import keystrokes, settle
from _lib.bench_figures import Table, row
from _lib.bench_sources import python_file
from _lib.bench_startup import OURS
from mai_lsp.core import grammars, language
from mai_lsp.lsp.convert import Change, Place
from mai_lsp.lsp.documents import Documents
from tests.support.lsp_client import LspClient

SIZES = (1_000, 20_000)
ROUNDS = 5
LINES_TYPED = 2
QUOTES = 10
"""Both per round."""
TYPED = 'total = compute(items["key"], [1, 2])'
URI = "file:///bench/typed.py"

_VERSIONS = itertools.count(2)


@dataclass(frozen=True, slots=True)
class Key:
    """What one key changes, and where; columns count ASCII only, since nothing else is on the line."""

    line: int
    column: int
    text: str
    removed: int = 0
    """Columns taken away."""

    @property
    def end(self) -> int:
        """The column where what is taken away ends."""
        return self.column + self.removed


def run() -> Iterator[Table]:
    """Measure every size, in ASCII and not."""
    for lines in SIZES:
        for ascii_only in (True, False):
            yield _measure(lines, python_file(lines, ascii_only=ascii_only), "" if ascii_only else ", not ASCII")


def _measure(lines: int, text: str, variant: str) -> Table:
    typed, quotes = _typed(text), _quotes(text)
    large = lines == max(SIZES)
    with LspClient(OURS, env={"MAI_LSP_COMPLETION_ENABLE": "false"}) as client:
        client.initialize({})
        client.open(URI, "python", text)
        settle(client)
        over_lsp, over_lsp_quotes = _over_lsp(client, typed), _over_lsp(client, quotes)
    change, tree, bare = asyncio.run(_in_process(text, typed))
    change_quotes, tree_quotes, bare_quotes = asyncio.run(_in_process(text, quotes))
    return Table(
        "keystroke",
        f"Keystroke: {text.count(chr(10)):,} lines of Python{variant}, {ROUNDS} x {len(typed[0])} keys",
        (
            row("didChange over LSP", over_lsp, goal_p95=5 if large else None),
            row("  in the document store alone", change, goal_p95=5 if large else None),
            row("  until the tree is there", tree),
            row("  bare tree-sitter re-parse", bare),
            row("a quote left open, over LSP", over_lsp_quotes),
            row("  in the document store alone", change_quotes),
            row("  until the tree is there", tree_quotes),
            row("  bare tree-sitter re-parse", bare_quotes),
        ),
        "over LSP: a cheap request right behind it, less the median of that request alone",
    )


def _typed(text: str) -> list[list[Key]]:
    """Choose what is typed: whole lines below statements, the same for everything that is measured."""
    strokes = keystrokes(text, seed=2)
    code = text.split("\n")
    above: list[int] = []
    rounds = []
    for _ in range(ROUNDS + 1):
        keys: list[Key] = []
        for _ in range(LINES_TYPED):
            stroke = next(strokes)
            line = stroke.line + sum(1 for earlier in above if earlier <= stroke.line)
            indent = len(code[stroke.line]) - len(code[stroke.line].lstrip())
            keys.append(Key(line, stroke.character, "\n" + " " * indent))
            keys += [Key(line + 1, indent + at, change) for at, change in _paired(TYPED)]
            above.append(stroke.line)
        rounds.append(keys)
    return rounds


def _paired(text: str) -> Iterator[tuple[int, str]]:
    """Yield (column, insertion) for each key of `text` that changes something where pairs close by themselves."""
    closing = {"(": ")", "[": "]", '"': '"'}
    open_: list[str] = []
    for at, char in enumerate(text):
        if open_ and open_[-1] == char:
            open_.pop()  # The closing half is there already; the key only moves the cursor.
        elif char in closing:
            open_.append(closing[char])
            yield at, char + closing[char]
        else:
            yield at, char


def _quotes(text: str) -> list[list[Key]]:
    """Choose where a quote is typed at the end of a statement, and taken back."""
    strokes = keystrokes(text, seed=4)
    rounds = []
    for _ in range(ROUNDS + 1):
        keys: list[Key] = []
        for _ in range(QUOTES):
            stroke = next(strokes)
            keys += [Key(stroke.line, stroke.character, '"'), Key(stroke.line, stroke.character, "", removed=1)]
        rounds.append(keys)
    return rounds


def _over_lsp(client: LspClient, rounds: list[list[Key]]) -> list[list[float]]:
    """Measure a request behind each didChange, and the same request without one, in turns."""
    costs = []
    for keys in rounds:
        alone, behind = [], []
        for key in keys:
            started = time.perf_counter()
            _cheap(client)
            alone.append(time.perf_counter() - started)
            started = time.perf_counter()
            client.replace(URI, next(_VERSIONS), (key.line, key.column), (key.line, key.end), key.text)
            _cheap(client)
            behind.append(time.perf_counter() - started)
            settle(client)
        usual = median(alone)
        costs.append([max(0.0, elapsed - usual) for elapsed in behind])
    return costs[1:]


def _cheap(client: LspClient) -> None:
    """Say that a suggestion was accepted which never was: the server looks into a set and answers."""
    client.request("workspace/executeCommand", {"command": "mai.acceptCompletion", "arguments": [""]})


async def _in_process(text: str, rounds: list[list[Key]]) -> list[list[list[float]]]:
    """Measure the store's change function, how long it takes until the tree is there, and only the parser, in turns."""
    documents = Documents(lambda work, _: asyncio.ensure_future(work))
    documents.open(URI, "python", 1, text)
    await _tree(documents)
    bare = _Bare(text)
    gc.freeze()  # as the server does
    samples: list[list[list[float]]] = [[], [], []]
    for keys in rounds:
        for sample in samples:
            sample.append([])
        for number, key in enumerate(keys):
            changes = [Change(key.text, Place(key.line, key.column), Place(key.line, key.end))]
            started = time.perf_counter()
            documents.change(URI, number, changes)
            samples[0][-1].append(time.perf_counter() - started)
            await _tree(documents)
            samples[1][-1].append(time.perf_counter() - started)
            samples[2][-1].append(bare.change(key))
    return [sample[1:] for sample in samples]


async def _tree(documents: Documents) -> None:
    opened = documents.latest(URI)
    if opened is None or (await documents.parsed(opened, 10)).syntax is None:
        raise RuntimeError("the file has no tree")


class _Bare:
    """tree-sitter and nothing else: the bytes, the tree, and an edit."""

    def __init__(self, text: str) -> None:
        grammar = grammars.load(language.find("python", ""))
        if grammar is None:
            raise RuntimeError("there is no grammar for Python")
        self._parser = tree_sitter.Parser(grammar)
        self._lines = text.encode().split(b"\n")
        self._tree = self._parser.parse(text.encode())

    def change(self, key: Key) -> float:
        """Edit; returns the seconds that editing the tree and parsing took. Making the bytes is not counted."""
        line, typed = self._lines[key.line], key.text.encode()
        byte = sum(len(line) + 1 for line in self._lines[: key.line]) + key.column
        self._lines[key.line : key.line + 1] = (line[: key.column] + typed + line[key.end :]).split(b"\n")
        data = b"\n".join(self._lines)
        start, old_end = (key.line, key.column), (key.line, key.end)
        new_end = (key.line + 1, len(typed) - 1) if typed.startswith(b"\n") else (key.line, key.column + len(typed))
        started = time.perf_counter()
        self._tree.edit(byte, byte + key.removed, byte + len(typed), start, old_end, new_end)
        self._tree = self._parser.parse(data, self._tree)
        return time.perf_counter() - started
