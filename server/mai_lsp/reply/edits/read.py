"""Reads a reply in the format that was asked for, or in the one it is written in, where that can not be mistaken.

Pure; never raises, whatever the reply is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from mai_lsp.core.editformat import EditFormat
from mai_lsp.core.text import split_lines
from mai_lsp.reply.edits.calls import read_calls
from mai_lsp.reply.edits.diff import looks_like_diff, read_diff
from mai_lsp.reply.edits.region import read_region
from mai_lsp.reply.edits.resources import resource_in
from mai_lsp.reply.edits.search import has_blocks, read_search
from mai_lsp.reply.edits.wanted import Move, Problem, Reading, Refusal, Write
from mai_lsp.reply.edits.whole import read_whole


def read(
    reply: str,
    form: EditFormat,
    *,
    finished: bool,
    calls: Sequence[tuple[str, str]] = (),
    known: Collection[str] = (),
    language: str = "",
) -> Reading:
    """Read what a reply wants to be done.

    `finished` is False when the model stopped at its limit or the stream was cut: then nothing counts, since what is
    missing may be half of a rename. `calls` are names and JSON arguments; `known` the paths that were shown;
    `language` is the region's, as an LSP id.
    """
    # A moved file's new path counts as shown: edits may name it.
    moves = (resource_in(line, known) for line in split_lines(reply))
    known = {*known, *(one.to for one in moves if isinstance(one, Move))}
    reading = _read(reply, form, finished=finished, calls=calls, known=known, language=language)
    if not finished and not any(problem.refusal is Refusal.TRUNCATED for problem in reading.problems):
        cut = Problem(Refusal.TRUNCATED, "", "The reply was cut off.")
        return replace(reading, problems=(cut, *reading.problems))
    if not reading.wanted and not reading.problems:
        return replace(reading, problems=(Problem(Refusal.NOTHING, "", "The reply changes nothing."),))
    return reading


def _read(
    reply: str,
    form: EditFormat,
    *,
    finished: bool,
    calls: Sequence[tuple[str, str]],
    known: Collection[str],
    language: str,
) -> Reading:
    if form is EditFormat.CALLS and calls:
        return replace(read_calls(calls, known, finished=finished), prose=reply.strip())
    if form is EditFormat.REGION:
        region = read_region(reply, finished=finished, language=language)
        if isinstance(region, Problem):
            return Reading((), (region,), reply.strip() if region.refusal is Refusal.NOTHING else "")
        return Reading((Write("", region),))
    if has_blocks(reply):
        return read_search(reply, known)
    if form is EditFormat.DIFF or looks_like_diff(reply):
        return read_diff(reply, known)
    if form is EditFormat.WHOLE:
        return read_whole(reply, known)
    return read_search(reply, known)
