"""Reads the new text of one region, a fenced block, and gives it the indentation that the region has.

What stands around the region in its file is not looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence

from mai_lsp.core.language import find
from mai_lsp.core.syntax import parse
from mai_lsp.core.text import split_lines
from mai_lsp.reply.edits.fences import Block, block_at, fence_in
from mai_lsp.reply.edits.indent import lead, learn, moved
from mai_lsp.reply.edits.wanted import Problem, Refusal


def read_region(reply: str, *, finished: bool, language: str = "") -> str | Problem:
    """Return the region's new text, its lines ended by newlines; `language` (LSP id) tells several blocks apart."""
    if not finished:
        return Problem(Refusal.TRUNCATED, "", "The reply was cut off.")
    blocks = _blocks(split_lines(reply), prose=find(language).id == "markdown")
    if any(not block.closed for block in blocks):
        return Problem(Refusal.TRUNCATED, "", "The reply ends inside the block of code.")
    own = [block for block in blocks if _language(block) == find(language).id] if language else []
    chosen = blocks if len(blocks) == 1 else own
    if len(chosen) == 1:
        return "".join(line + "\n" for line in chosen[0].lines)
    if blocks:
        return Problem(Refusal.MALFORMED, "", "The reply has more than one block of code, and one was asked for.")
    if reply.strip() and _is_code(reply, language):
        return reply.strip("\r\n") + "\n"
    return Problem(Refusal.NOTHING, "", "The reply holds no block of code.")


def fitted(text: str, old: str) -> str:
    """Return `text` with the indentation that `old` has, whether the model kept it, took it off or lost it.

    Both are whole lines. Where only the first line lost its indentation, only that one gets it back.
    """
    new_lines, old_lines = split_lines(text), split_lines(old)
    new_filled = [line for line in new_lines if line.strip()]
    old_filled = [line for line in old_lines if line.strip()]
    if not new_filled or not old_filled:
        return text
    depth = lead(old_filled[0])
    rest_new, rest_old = (
        min((lead(line) for line in some[1:]), key=len, default="") for some in (new_filled, old_filled)
    )
    first = new_lines.index(new_filled[0])
    if not lead(new_filled[0]) and depth and len(rest_new) >= len(depth) and rest_new == rest_old:
        new_lines[first] = depth + new_lines[first]
        return "\n".join(new_lines)
    shifted = moved(new_lines, _told(new_filled, old_filled))
    return text if shifted is None else "\n".join(shifted)


def _told(new: Sequence[str], old: Sequence[str]) -> dict[str, str]:
    """Return which indentation is which: by the first line, and by all that stand in both once."""
    first = (new[0], lead(old[0]) + new[0].lstrip(" \t"))
    texts = [[line.strip() for line in some] for some in (new, old)]
    both = [line for line in texts[0] if texts[0].count(line) == texts[1].count(line) == 1]
    same = [(new[texts[0].index(line)], old[texts[1].index(line)]) for line in both]
    return learn([first, *same]) or learn([first]) or {}


def _blocks(lines: list[str], *, prose: bool) -> list[Block]:
    found, at = [], 0
    while at < len(lines):
        if fence_in(lines[at]) and (block := block_at(lines, at, prose=prose)):
            found.append(block)
            at = block.last
        at += 1
    return found


def _language(block: Block) -> str:
    return find(block.fence.info.partition(" ")[0]).id


def _is_code(reply: str, language: str) -> bool:
    """Whether a reply without any fence is code of the language from its first to its last character."""
    syntax = parse(find(language), reply.strip("\r\n") + "\n") if language else None
    return syntax is not None and not syntax.root.has_error and len(reply.split()) > 1 and _has_code(reply)


def _has_code(reply: str) -> bool:
    return any(mark in reply for mark in "(){}[]=;:")
