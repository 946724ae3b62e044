"""Puts a reply through the trimming as a stream in pieces, and checks what would be inserted."""

from __future__ import annotations

from mai_lsp.core.text import Document, Edit
from mai_lsp.prompt.seam import cut
from mai_lsp.reply.checks import NONE, Memory
from mai_lsp.reply.place import look
from mai_lsp.reply.trim import land, trim
from tests.support.fixture import parse

NOTHING = "<{}>"
"""What stands for no suggestion, with its verdict."""


def settle(
    document: Document, offset: int, reply: str, *, chat: bool, step: int, words: bool = True, memory: Memory = NONE
) -> tuple[str, str]:
    """Return (inserted text or <verdict>, whole document afterwards) for a reply that comes in pieces of `step`."""
    text = document.text[:offset]
    _, seam = cut(text, words=words and not chat)
    place = look(document, offset, seam=seam, chat=chat, max_lines=12)
    got = trim("", place, final=not reply)
    for end in range(step, len(reply) + step, step):
        got = trim(reply[:end], place, final=False)
        if got.complete:
            break
    else:
        got = trim(reply, place, final=True)
    if got.verdict is not None:
        return NOTHING.format(got.verdict.value), document.text
    landed = land(got.text, document, offset, place, memory)
    if landed.verdict is not None:
        return NOTHING.format(landed.verdict.value), document.text
    return landed.text, document.edited([Edit(landed.span, landed.text)], 2).text


def check(
    source: str, reply: str, expect: str, *, language: str = "python", chat: bool = False, memory: Memory = NONE
) -> None:
    """Check the inserted text; it must be the same however the reply was cut into chunks."""
    fixture = parse(source)
    document = fixture.document(language)
    for step in (len(reply) or 1, 1, 3, 7):
        inserted, _ = settle(document, fixture.cursor, reply, chat=chat, step=step, memory=memory)
        assert inserted == expect, f"streamed {step} at a time"


def check_document(source: str, reply: str, expect: str, *, language: str = "python", chat: bool = False) -> None:
    """Check the whole document after accepting; for replies that replace what stands behind the cursor."""
    fixture = parse(source)
    document = fixture.document(language)
    for step in (len(reply) or 1, 1, 5):
        _, after = settle(document, fixture.cursor, reply, chat=chat, step=step)
        assert after == expect, f"streamed {step} at a time"
