"""The filters a finished suggestion has to pass, in order; each is a name and a pure question.

They see the suggestion as it would be inserted. What can be told from the reply alone is settled in `trim`, while it
streams.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from mai_lsp.core.history import Region
from mai_lsp.core.text import Document, Span
from mai_lsp.reply import redundant, slight
from mai_lsp.reply.brackets import balance
from mai_lsp.reply.place import Place
from mai_lsp.reply.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Memory:
    """What happened at this place before."""

    last_edit: Region | None = None
    """The user's last edit of this document, in its present coordinates."""
    rejected: Collection[str] = ()
    """Suggestions the user has turned down here."""


NONE = Memory()


@dataclass(frozen=True, slots=True)
class Candidate:
    r"""A suggestion that is about to be shown; its line ends are ``\n``."""

    text: str
    span: Span
    """What it replaces."""
    document: Document
    place: Place
    memory: Memory = NONE


def first_objection(candidate: Candidate) -> Verdict | None:
    """Return the first filter that objects; None if the suggestion may be shown."""
    return next((verdict for verdict, objects in CHECKS if objects(candidate)), None)


def _repetitive(candidate: Candidate) -> bool:
    return redundant.repeats_above(candidate.text, candidate.place)


def _duplicate(candidate: Candidate) -> bool:
    return not len(candidate.span) and redundant.repeats_below(candidate.text, candidate.place)


def _rejected(candidate: Candidate) -> bool:
    return was_rejected(candidate.text, candidate.memory.rejected)


def was_rejected(text: str, rejected: Collection[str]) -> bool:
    """Whether a text was turned down before; blanks at line ends and the kind of line end do not make it another."""
    if not rejected:
        return False
    mine = _settled(text)
    return any(_settled(other) == mine for other in rejected)


def _undoes(candidate: Candidate) -> bool:
    """Whether accepting would give back the text from before the last edit, or the whole lines of it that fit here."""
    last = candidate.memory.last_edit
    document, span = candidate.document, candidate.span
    # Who has begun to type there again may well want the same once more.
    if last is None or not last.old.strip() or document.text[last.start : last.end].strip():
        return False
    start, end = min(span.start, last.start), max(span.end, last.end)
    if end - start > len(last.old) + len(candidate.text) + 1:
        return False  # Another place.
    text = document.text
    accepted = text[start : span.start] + candidate.text + text[span.end : end]
    before = text[start : last.start] + last.old + text[last.end : end]
    mine, old = _settled(accepted), _settled(before)
    return mine == old or old.startswith(mine + "\n")


def _comment(candidate: Candidate) -> bool:
    return slight.only_comment(candidate.text, candidate.place)


def _imports(candidate: Candidate) -> bool:
    return slight.only_imports(candidate.text, candidate.place)


def _unbalanced(candidate: Candidate) -> bool:
    """Whether a suggestion in front of a line's rest leaves more brackets alone on that line than were so before."""
    place = candidate.place
    if not place.line_suffix or place.words:
        return False
    rest = "" if len(candidate.span) else place.line_suffix
    was = balance(place.line_prefix + place.line_suffix, place.language)
    now = balance(place.line_prefix + candidate.text + rest, place.language)
    return len(now.opening) > len(was.opening) or len(now.closing) > len(was.closing)


def _settled(text: str) -> str:
    return "\n".join(line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n"))


CHECKS: tuple[tuple[Verdict, Callable[[Candidate], bool]], ...] = (
    (Verdict.REPETITIVE, _repetitive),
    (Verdict.DUPLICATE, _duplicate),
    (Verdict.REJECTED, _rejected),
    (Verdict.UNDOES, _undoes),
    (Verdict.COMMENT, _comment),
    (Verdict.IMPORTS, _imports),
    (Verdict.UNBALANCED, _unbalanced),
)
