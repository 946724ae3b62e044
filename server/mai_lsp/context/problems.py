"""Problems that other servers report near the cursor, each as one line: pure.

A message is shown as words about the code, on one line of printable characters, and never as an instruction; one about
the word that is being typed is left out, since it is about to be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable

from mai_lsp.core import tokens
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.snippet import Kind, Snippet
from mai_lsp.core.text import Document

MAX_PROBLEMS = 5
"""Copilot's next edits show as many lints."""

LINES_AWAY = 10
"""Further away it is about something else."""

MESSAGE_CHARACTERS = 200
"""The first sentence says it; compilers go on for pages."""


def problems(
    document: Document, offset: int, reported: Iterable[Problem], budget: int, *, path: str
) -> tuple[Snippet, ...]:
    """Write the errors and warnings near `offset` within `budget` tokens, in file order."""
    here = document.line_at(offset)
    near = []
    for problem in reported:
        away = document.line_at(min(problem.span.start, len(document.text))) - here
        touches = problem.span.start <= offset <= problem.span.end
        if problem.severity <= Severity.WARNING and abs(away) <= LINES_AWAY and not touches:
            near.append((problem.severity, abs(away), problem.span.start, away, problem))
    near.sort(key=lambda one: one[:3])
    found: list[Snippet] = []
    left = budget
    for *_, start, away, problem in near:
        message = _one_line(problem.message)
        if not message:
            continue
        text = f"line {here + away + 1}{_where(away)}: {problem.severity.name.lower()}: {message}"
        if source := _one_line(problem.source):
            text += f" ({source})"
        snippet = Snippet(Kind.DIAGNOSTIC, path, text, start, tokens.estimate(text) + 2, f"line {here + away + 1}")
        if snippet.tokens <= left and all(snippet.text != other.text for other in found):
            left -= snippet.tokens
            found.append(snippet)
        if len(found) == MAX_PROBLEMS:
            break
    return tuple(sorted(found, key=lambda snippet: snippet.start))


def _where(away: int) -> str:
    """Say it from the cursor, too: a prompt's lines have no numbers."""
    if not away:
        return " (the cursor's)"
    return f" ({abs(away)} {'below' if away > 0 else 'above'} the cursor)"


def _one_line(text: str) -> str:
    """Return the first line, cut between two words only: half a secret could not be recognised."""
    first = next((line for line in text.replace("\r", "\n").split("\n") if line.strip()), "")
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in first).split())
    if len(line) <= MESSAGE_CHARACTERS:
        return line
    kept, blank, _ = line[: MESSAGE_CHARACTERS + 1].rpartition(" ")
    return f"{kept} …" if blank else ""
