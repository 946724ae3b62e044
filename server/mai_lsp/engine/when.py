"""When to ask a model by itself: what speaks against it at a place, each with a name and a sentence.

Pure but for the snapshot it is given, and about automatic requests only: who asks by hand gets an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mai_lsp.core.language import find
from mai_lsp.core.text import Document
from mai_lsp.engine.outcome import Reason, Skipped
from mai_lsp.engine.ports import Ask
from mai_lsp.reply.brackets import comment_at
from mai_lsp.settings import Settings
from mai_lsp.workspace.chosen import chosen_by

DELETIONS = 3
"""Deletions in a row after which somebody rewrites rather than corrects, and may be helped again (cursortab)."""

_REST = re.compile(r"""^\s*[)\]}>"'`\s]*[:{;,]?\s*$""")
"""What may stand behind the cursor on its line: blanks and closers, then one of these (Copilot)."""

_TEXT_KIND = re.compile(r"string|comment|heredoc|template|char_literal")


@dataclass(frozen=True, slots=True)
class Habits:
    """What the user did last in a document."""

    deletions: int = 0
    """Changes in a row, up to the last one, that took text away and put none in its place."""
    read_only: str = ""
    """Why the document can not be edited; empty where it can."""


NO_HABITS = Habits()


def about_file(document: Document, settings: Settings, read_only: str, path: str) -> Skipped | None:
    """Return why no automatic request is made anywhere in a document, or None; arguments as in `objection`."""
    if pattern := chosen_by(path, settings.completion_disabled_files):
        return Skipped(
            Reason.DISABLED, f"Completions are switched off for this file (mai.completion.disabledFiles: {pattern})."
        )
    if read_only:
        return Skipped(Reason.READ_ONLY, f"This file can not be edited ({read_only}).")
    limit = settings.completion_max_file_size
    if limit and len(document.text) > limit * 1_000:
        return Skipped(
            Reason.LARGE,
            f"The file is longer than {limit:,} thousand characters (mai.completion.maxFileSize).",
        )
    if not document.text.strip():
        return Skipped(Reason.BLANK, "The file is empty: there is nothing to go on from.")
    return None


def objection(ask: Ask, settings: Settings, habits: Habits = NO_HABITS, path: str = "") -> Skipped | None:
    """Return why no automatic request is made here, or None; `path` is the document's in its workspace folder."""
    document, offset = ask.document, ask.offset
    if skipped := about_file(document, settings, habits.read_only, path):
        return skipped
    if 0 < habits.deletions < DELETIONS:
        return Skipped(Reason.DELETED, "Text was just deleted; suggestions come again when typing goes on.")
    line = document.line_span(document.line_at(offset))
    rest = document.text[offset : line.end]
    if not settings.completion_middle_of_line and not _REST.match(rest):
        return Skipped(Reason.MIDDLE, "The cursor is in the middle of a line (mai.completion.middleOfLine).")
    if settings.completion_quiet_in and (kind := text_at(document, offset)) in settings.completion_quiet_in:
        return Skipped(Reason.PROSE, f"The cursor is in one of the {kind} (mai.completion.quietIn).")
    return None


def text_at(document: Document, offset: int) -> str:
    """Return ``comments`` or ``strings`` if the cursor is in one; by the tree, else by the cursor's line."""
    language = find(document.language, document.uri)
    line = document.text[document.line_span(document.line_at(offset)).start : offset]
    if comment_at(line, language) is not None:
        return "comments"
    if document.syntax is not None and offset:
        leaf = document.syntax.leaf_at(offset - 1)
        kind = leaf.kind if leaf.start < offset else ""
        # A mark that begins or ends a string has a kind of its own, or is named by its character.
        inside = offset < leaf.end or leaf.kind.endswith(("content", "fragment", "comment"))
        if inside and (found := _TEXT_KIND.search(kind)):
            return "comments" if found.group() == "comment" else "strings"
    if any(line.replace("\\" + quote, "").count(quote) % 2 for quote in '"`'):
        return "strings"
    return ""


def promise(document: Document, offset: int) -> float:
    """Return from 0 to 1 how much a suggestion at a place can bring: most on a new line, least inside a word."""
    line = document.line_span(document.line_at(offset))
    before = document.text[line.start : offset]
    if not before.strip():
        return 1.0
    last = before[-1]
    if last.isalnum() or last == "_":
        return 0.0
    return 0.5
