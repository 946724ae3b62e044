r"""Whether what is typed agrees with a suggestion, and what of the suggestion is left then.

Pure, on plain strings with ``\n`` as line end; it knows neither documents nor requests, and guesses nothing: what it
calls a rest is to be put behind what was typed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

CLOSERS = ")]}>\"'`"
"""What editors put behind the cursor when its opening half is typed."""

MOST_CLOSERS = 3
"""Of those, how many may have come or gone while a suggestion waited."""

DRIFT = 0.1
"""Share of what stands below that may have changed meanwhile (Copilot keeps a suffix within a tenth of it)."""

LOOKED_AT = 1_000
"""Characters behind the cursor that are compared."""

_BLANK_ENDS = re.compile(r"[ \t]+(?=\n)")


class Agreement(NamedTuple):
    """How a suggestion stands to what was typed since it was asked for."""

    rest: str
    """What is left of it; empty where it has not come that far, or there is no more."""
    contradicted: bool
    """It can not come true any more: another text was typed, or all of it and more."""


CONTRADICTED = Agreement("", True)


def agree(text: str, typed: str, *, whole: bool, by_columns: bool) -> Agreement:
    """Compare a suggestion's `text` with what was `typed` at its place.

    `whole` says that no more of it will come; `by_columns` that indentation has a meaning in this language, so that a
    line which the editor has indented further than the suggestion does is another line.
    """
    if text.startswith(typed):
        return Agreement(text[len(typed) :], False)
    if typed.startswith(text):
        return CONTRADICTED if whole else Agreement("", False)
    plain = _BLANK_ENDS.sub("", typed)
    if plain != typed and text.startswith(plain):
        return Agreement(text[len(plain) :], False)
    above, newline, blanks = plain.rpartition("\n")
    if not newline or blanks.strip(" \t") or not text.startswith(above + newline):
        return CONTRADICTED
    body = text[len(above) + 1 :]
    code = body.lstrip(" \t")
    lead = body[: len(body) - len(code)]
    if not code:
        return CONTRADICTED if whole else Agreement("", False)
    if code.startswith("\n") or by_columns or not blanks.startswith(lead):
        return CONTRADICTED
    # The editor has indented the new line further than the model would: what follows moves along.
    return Agreement(code.replace("\n", "\n" + blanks[len(lead) :]), False)


def same_behind(was: str, now: str) -> bool:
    """Whether the text behind the cursor is the same but for closing marks of the editor's and little changes below.

    Both begin at the cursor; only the first `LOOKED_AT` characters count.
    """
    was, now = was[:LOOKED_AT], now[:LOOKED_AT]
    if was == now or _only_closers_more(was, now) or _only_closers_more(now, was):
        return True
    first = was.partition("\n")[0]
    if first != now.partition("\n")[0]:
        return False
    return _changed(was, now) <= DRIFT * max(len(was), len(now))


def _only_closers_more(shorter: str, longer: str) -> bool:
    """Whether `longer` is the other with closing marks before it (both may be cut off at their ends)."""
    extra = len(longer) - len(longer.lstrip(CLOSERS))
    for count in range(1, min(extra, MOST_CLOSERS) + 1):
        rest = longer[count:]
        length = min(len(rest), len(shorter))
        cut = len(shorter) == LOOKED_AT or len(longer) == LOOKED_AT
        if rest[:length] == shorter[:length] and (cut or len(rest) == len(shorter)):
            return True
    return False


def _changed(was: str, now: str) -> int:
    """Return how many characters are in lines that only one of two windows has; a cheap bound, blind to their order."""
    before, after = Counter(_lines(was)), Counter(_lines(now))
    return max(sum(len(line) + 1 for line in only.elements()) for only in (before - after, after - before))


def _lines(window: str) -> list[str]:
    """Return a window's lines, without the last one where that is cut off."""
    lines = window.split("\n")
    return lines[:-1] if len(window) == LOOKED_AT else lines
