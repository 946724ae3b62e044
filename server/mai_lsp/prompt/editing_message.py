"""The user's message of a prompt for changing code: files in fences that their text can not close, then the request.

It writes what the gate has let through and nothing else. What changes least stands first, for the provider's cache;
the request stands last, so that nothing a file says comes after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from mai_lsp.core.editformat import CUT_MARK, EditFormat
from mai_lsp.core.language import find
from mai_lsp.core.snippet import Kind
from mai_lsp.core.text import Span, split_lines, with_line_ends
from mai_lsp.prompt.asked import Asked, pieces
from mai_lsp.prompt.gate import Gated

REGION_LINES = 40
"""Lines of the place of a task that are shown once more; of a longer one the first and the last."""

Texts = Mapping[tuple[str, int], str]
"""What the gate has let through of files, by path and by the offset where it begins there."""


def message(gated: Gated, asked: Asked, closing: str) -> str:
    """Write the message; `closing` are its last words."""
    words = {one.name: one.text for one in gated.source.snippets if one.kind is Kind.REQUEST}
    texts = {(one.path, one.start): one.text for one in gated.source.snippets if one.kind is Kind.FILE}
    fence = _fence([one.text for one in gated.source.snippets])
    written = (*_files(asked, texts, fence), *_reference(gated, fence), *_request(asked, words, texts, fence))
    return "\n\n".join((*written, closing))


def _files(asked: Asked, texts: Texts, fence: str) -> Iterator[str]:
    """Write the files that may be changed."""
    if asked.files:
        yield "The files, as they are now:" if len(asked.files) > 1 else "The file, as it is now:"
    if any(file.parts for file in asked.files):
        yield f"A line with {CUT_MARK} alone stands for lines that are not shown and stay as they are."
    for number, file in enumerate(asked.files):
        shown: list[str] = []
        end = 0
        for span in pieces(file, asked.region if number == 0 else None):
            if span.start > end:
                shown.append(f"{CUT_MARK}\n")
            shown.append(texts[file.path, span.start])
            end = span.end
        if end < len(file.document.text):
            shown.append(f"{'' if shown[-1].endswith(chr(10)) else chr(10)}{CUT_MARK}\n")
        yield f"{file.path}\n{_fenced(''.join(shown), file.path, fence)}"


def _reference(gated: Gated, fence: str) -> Iterator[str]:
    """Write what may not be changed."""
    found = [one for one in gated.source.snippets if one.kind not in {Kind.FILE, Kind.REQUEST}]
    if found:
        yield "For reading only, from other files that may not be changed:"
    for one in found:
        yield f"{one.path}\n{_fenced(one.text, one.path, fence)}"


def _request(asked: Asked, words: Mapping[str, str], texts: Texts, fence: str) -> Iterator[str]:
    """Write what is to be done, and what was wrong with the answer before."""
    if plan := words["plan"].strip():
        yield f"The plan of the whole change, of which you do what is for these files:\n{_fenced(plan, '', fence)}"
    if asked.region is not None and asked.files:
        yield from _where(asked, asked.region, texts, fence)
    # Small models do what they have read last.
    yield f"What is to be done:\n{words['instruction'].strip()}"
    if asked.diagnostics:
        found = "\n".join(f"- {words[f'diagnostic {n}']}" for n in range(len(asked.diagnostics)))
        yield f"Problems that tools report there:\n{found}"
    if asked.complaints:
        yield "Your former answer was not used, nothing of it. Answer again, with the whole change. What was wrong:"
    for number, one in enumerate(asked.complaints):
        lines = words[f"lines {number}"]
        true = f"\nThese lines stand in {one.path} exactly so:\n{_fenced(lines, one.path, fence)}" if lines else ""
        yield f"- {words[f'complaint {number}']}{true}"


def _where(asked: Asked, region: Span, texts: Texts, fence: str) -> Iterator[str]:
    """Point at the place of the task."""
    file = asked.files[0]
    if len(region):
        text = texts[file.path, region.start]
        lines = split_lines(text.strip("\r\n"))
        if asked.form is EditFormat.REGION:
            about = f"The region of {file.path}, to be written anew:"
        elif len(lines) <= REGION_LINES:
            about = f"The task is about these lines of {file.path}:"
        else:
            about = f"The task is about the lines of {file.path} from the first to the last of these:"
            text = f"{lines[0]}\n{CUT_MARK}\n{lines[-1]}\n"
    else:
        document = file.document
        text = next(
            (one for at in range(document.line_at(region.start), -1, -1) if (one := document.line_text(at).strip())), ""
        )
        if not text or not any(text in shown for (path, _), shown in texts.items() if path == file.path):
            return  # At the very beginning, or at a line in which something was masked.
        about = f"The task is about the place at this line of {file.path}:"
    yield f"{about}\n{_fenced(text, file.path, fence)}"


def _fenced(text: str, path: str, fence: str) -> str:
    language = find("", path).id if path else ""
    shown = with_line_ends(text, "\n")
    if shown and not shown.endswith("\n"):
        shown += "\n"
    return f"{fence}{language if language != 'plaintext' else ''}\n{shown}{fence}"


def _fence(texts: Sequence[str]) -> str:
    """Return a fence that is longer than any in the texts."""
    longest = max((len(run) for text in texts for run in re.findall(r"`{3,}", text)), default=2)
    return "`" * (longest + 1)
