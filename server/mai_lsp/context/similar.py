"""Parts of other open or recently closed files that use the words of the place being written: pure.

Files are cut where definitions begin, not every so many lines. A file's parts and their words are remembered by its
text, and only a few files are read anew per request: what is missing in one is there for the next.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mai_lsp.context.resolve import related
from mai_lsp.core import tokens
from mai_lsp.core.outline import outline
from mai_lsp.core.recent import Visited
from mai_lsp.core.secrets import MAX_KEY
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Document, Span

MAX_FILES = 20
MAX_SNIPPETS = 4
FILE_CHARACTERS = 10_000
"""Copilot's, as is one snippet per file: a second one from the same file is mostly more of the same."""

WINDOW_LINES = 40
"""A part at most; Copilot has 60, Cody 50, of prompts with four times the room."""

LEAST_LINES = 8
"""Smaller definitions are put together with what follows."""

QUERY_LINES = 40
"""How much above the cursor is compared."""

LEAST_SCORE = 0.08
"""Weighted Jaccard similarity below which two pieces of code have only a language in common."""

FRESH_FILES = 2
"""Files read anew in one request, 2 ms each."""

OUTLINED_CHARACTERS = 40_000
"""A longer file is cut at blank lines: working out what it defines takes too long for the one part looked at."""

_WORD = re.compile(r"[^\W\d]\w\w+")


class _Window(NamedTuple):
    span: Span
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Read:
    """A file's windows, of one version of its text."""

    text: str
    windows: tuple[_Window, ...]


class Memory:
    """The windows of the files looked at last."""

    def __init__(self, limit: int = 2 * MAX_FILES) -> None:
        self._limit = limit
        self._read: dict[str, _Read] = {}

    def get(self, document: Document) -> tuple[_Window, ...] | None:
        """Return the windows if they are of this text."""
        read = self._read.get(document.uri)
        return read.windows if read is not None and read.text is document.text else None

    def put(self, document: Document, windows: tuple[_Window, ...]) -> None:
        """Remember them; the file that was put first is forgotten when there are too many."""
        self._read.pop(document.uri, None)
        self._read[document.uri] = _Read(document.text, windows)
        if len(self._read) > self._limit:
            del self._read[next(iter(self._read))]


_MEMORY = Memory()


def similar(
    document: Document, offset: int, visited: Sequence[Visited], budget: int, *, memory: Memory = _MEMORY
) -> tuple[Snippet, ...]:
    """Return the parts of other files that are most like the lines above `offset`, within `budget` tokens, by path."""
    wanted = query(document, offset)
    found: list[tuple[Visited, _Window]] = []
    fresh = 0
    for one in [one for one in visited if related(one.document.language, document.language)][:MAX_FILES]:
        windows = memory.get(one.document)
        if windows is None:
            if fresh == FRESH_FILES:
                continue
            fresh += 1
            windows = tuple(_windows(one))
            memory.put(one.document, windows)
        found += [(one, window) for window in windows]
    chosen: dict[str, Snippet] = {}
    left = budget
    for score, number in _ranked(wanted, [window.words for _, window in found]):
        one, window = found[number]
        if score < LEAST_SCORE or len(chosen) == MAX_SNIPPETS:
            break
        if one.path in chosen:
            continue
        snippet = _snippet(one, window.span)
        if snippet.tokens <= left and snippet.text.strip() not in document.text:
            left -= snippet.tokens
            chosen[one.path] = snippet
    return tuple(chosen[path] for path in sorted(chosen))


def query(document: Document, offset: int) -> frozenset[str]:
    """Return the words above the cursor's line: those of the line itself change with every key."""
    line = document.line_at(offset)
    return _words(document.text, document.starts[max(0, line - QUERY_LINES)], document.starts[line])


def _ranked(wanted: frozenset[str], windows: Sequence[frozenset[str]]) -> list[tuple[float, int]]:
    """Score windows by Jaccard similarity, a word counting more the fewer windows have it; the best first."""
    shared = [wanted & words for words in windows]
    counts = dict.fromkeys(wanted, 0)
    for words in shared:
        for word in words:
            counts[word] += 1
    weights = {word: math.log(1 + (1 + len(windows)) / (1 + count)) for word, count in counts.items()}
    total = sum(weights.values())
    if not total:
        return []
    mean = total / len(weights)
    scores = []
    for number, words in enumerate(shared):
        both = sum([weights[word] for word in words])
        scores.append((both / (total + mean * (len(windows[number]) - len(words))), number))
    scores.sort(key=lambda one: (-one[0], one[1]))
    return scores


def _windows(one: Visited) -> Iterator[_Window]:
    document = one.document
    part = _part(one)
    cuts = [cut for cut in _cuts(document) if part.start < cut < part.end]
    first, last = document.line_at(part.start), document.line_at(max(part.start, part.end - 1))
    lines = [*dict.fromkeys(document.line_at(cut) for cut in cuts), last + 1]
    begin = first
    for line in lines:
        while line - begin > WINDOW_LINES:
            cut = _blank_line(document, begin + WINDOW_LINES // 2, begin + WINDOW_LINES)
            yield _window(document, begin, cut)
            begin = cut
        if line - begin >= LEAST_LINES or (line > last and line > begin):
            yield _window(document, begin, line)
            begin = line


def _part(one: Visited) -> Span:
    """Return what of a long file is looked at: around its latest edit, else its beginning."""
    size = len(one.document.text)
    if size <= FILE_CHARACTERS:
        return Span(0, size)
    at = max(one.regions, key=lambda region: region.at).start if one.regions else 0
    start = max(0, min(at - FILE_CHARACTERS // 2, size - FILE_CHARACTERS))
    start = one.document.starts[one.document.line_at(start)]
    return Span(start, start + FILE_CHARACTERS)


def _cuts(document: Document) -> list[int]:
    """Return where definitions begin; a function's own are part of it."""
    if len(document.text) > OUTLINED_CHARACTERS:
        return []
    return [
        found.span.start
        for found in outline(document).definitions()
        if found.parent is None or found.parent.kind != "function"
    ]


def _blank_line(document: Document, low: int, high: int) -> int:
    """Return the line behind the last blank one of a range, or `high` when there is none."""
    for line in range(high - 1, low - 1, -1):
        if not document.line_text(line).strip():
            return line + 1
    return high


def _window(document: Document, first: int, behind: int) -> _Window:
    span = Span(document.starts[first], document.line_span(behind - 1).end)
    return _Window(span, _words(document.text, span.start, span.end))


def _words(text: str, start: int, end: int) -> frozenset[str]:
    return frozenset(_WORD.findall(text, start, end))


def _snippet(one: Visited, span: Span) -> Snippet:
    document = one.document
    text = document.slice(span).strip("\r\n")
    start = document.text.index(text, span.start) if text else span.start
    end = start + len(text)
    return Snippet(
        Kind.SIMILAR,
        one.path,
        text,
        start,
        tokens.estimate(f"{one.path}\n{text}\n") + 2,
        f"lines {document.line_at(start) + 1} to {document.line_at(max(start, end - 1)) + 1}",
        document.text[max(0, start - MAX_KEY) : start],
        document.text[end : end + MAX_KEY],
    )
