"""What a keystroke costs: didChange with its re-parse, over LSP and in process, beside the bare re-parse.

A line of code is typed character by character at changing places, brackets and quotes included, which for a moment
change the meaning of everything below.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import tree_sitter

from _lib.bench_completion import keystrokes
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
"""Per round."""
TYPED = 'total = compute(items["key"], [1, 2])'
FIRST_PARSE = 1.0
"""Seconds that a large file's first parse, in a thread of the server, is given; no message tells when it is done."""
URI = "file:///bench/typed.py"


@dataclass(frozen=True, slots=True)
class Key:
    """One character and where it is typed; columns count ASCII only, since nothing else is on the line."""

    line: int
    column: int
    text: str


def run() -> Iterator[Table]:
    """Measure every size, in ASCII and not."""
    for lines in SIZES:
        for ascii_only in (True, False):
            yield _measure(lines, python_file(lines, ascii_only=ascii_only), "" if ascii_only else ", not ASCII")


def _measure(lines: int, text: str, variant: str) -> Table:
    rounds = _keys(text)
    with LspClient(OURS, env={"MAI_LSP_COMPLETION_ENABLE": "false"}) as client:
        client.initialize({})
        client.open(URI, "python", text)
        time.sleep(FIRST_PARSE)
        over_lsp = _over_lsp(client, rounds)
    change, tree, bare = asyncio.run(_in_process(text, rounds))
    return Table(
        "keystroke",
        f"Keystroke: {text.count(chr(10)):,} lines of Python{variant}, {ROUNDS} x {len(rounds[0])} keys",
        (
            row("didChange over LSP", over_lsp, goal_p95=5 if lines == max(SIZES) else None),
            row("document store alone", change, goal_p95=5 if lines == max(SIZES) else None),
            row("  until its tree is there", tree),
            row("bare tree-sitter re-parse", bare),
        ),
        "over LSP: a cheap request right behind it, less the median of that request alone",
    )


def _keys(text: str) -> list[list[Key]]:
    """Choose what is typed: whole lines below statements, the same for everything that is measured."""
    strokes = keystrokes(text, seed=2)
    rounds = []
    shift: list[int] = []
    for _ in range(ROUNDS + 1):
        keys: list[Key] = []
        for _ in range(LINES_TYPED):
            stroke = next(strokes)
            line = stroke.line + sum(1 for earlier in shift if earlier <= stroke.line)
            blanks = text.split("\n")[stroke.line]
            indent = len(blanks) - len(blanks.lstrip())
            keys.append(Key(line, stroke.character, "\n" + " " * indent))
            keys += [Key(line + 1, indent + at, char) for at, char in enumerate(TYPED)]
            shift.append(stroke.line)
        rounds.append(keys)
    return rounds


def _over_lsp(client: LspClient, rounds: list[list[Key]]) -> list[list[float]]:
    """Measure a request behind each didChange, and the same request without one, in turns."""
    version = 1
    costs = []
    for keys in rounds:
        alone, behind = [], []
        for key in keys:
            started = time.perf_counter()
            _cheap(client)
            alone.append(time.perf_counter() - started)
            version += 1
            started = time.perf_counter()
            client.insert(URI, version, key.line, key.column, key.text)
            _cheap(client)
            behind.append(time.perf_counter() - started)
        usual = median(alone)
        costs.append([max(0.0, elapsed - usual) for elapsed in behind])
    return costs[1:]


def _cheap(client: LspClient) -> None:
    client.request("workspace/executeCommand", {"command": "mai.status", "arguments": []})


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
            place = Place(key.line, key.column)
            changes = [Change(key.text, place, place)]
            started = time.perf_counter()
            documents.change(URI, number, changes)
            samples[0][-1].append(time.perf_counter() - started)
            await _tree(documents)
            samples[1][-1].append(time.perf_counter() - started)
            samples[2][-1].append(bare.insert(key))
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

    def insert(self, key: Key) -> float:
        """Insert; returns the seconds that editing the tree and parsing took. Making the bytes is not counted."""
        line, typed = self._lines[key.line], key.text.encode()
        byte = sum(len(line) + 1 for line in self._lines[: key.line]) + key.column
        self._lines[key.line : key.line + 1] = (line[: key.column] + typed + line[key.column :]).split(b"\n")
        data = b"\n".join(self._lines)
        before = (key.line, key.column)
        after = (key.line + 1, len(typed) - 1) if typed.startswith(b"\n") else (key.line, key.column + len(typed))
        started = time.perf_counter()
        self._tree.edit(byte, byte, byte + len(typed), before, before, after)
        self._tree = self._parser.parse(data, self._tree)
        return time.perf_counter() - started
