"""Lines that stand for code a model did not write out: dots, or a comment that says so.

Only what a line looks like is told here; whether anything is missing, others decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mai_lsp.core.editformat import CUT_MARK

_MARK = r"(?:#+|//+|--|;+|%|/\*+|<!--|\{/\*|\*|\"\"\"|'''|\(\*)"
_CLOSE = r"(?:\*+/\}?|-->|\*\)|\"\"\"|''')?"
_DOTS = re.compile(rf"^\s*(?:{_MARK}\s*)?(?:\.{{3,}}|…|{CUT_MARK})\s*{_CLOSE}\s*$")
_DOTTED = re.compile(
    rf"^\s*(?:{_MARK}\s*)?[\[(<]?\s*(?:(?:\.{{3,}}|…)[^.…]{{1,70}}(?:\.{{3,}}|…)?|[^.…=]{{1,70}}(?:\.{{3,}}|…))\s*[\])>]?\s*{_CLOSE}\s*$"
)
_WORDS = re.compile(
    r"\b(?:rest of|remain(?:s|ing|der)?|existing|unchanged|previous(?:ly)?|same as (?:before|above)|as before|omitted|"
    r"other (?:methods|functions|imports|code|tests|fields|members|routes|cases)|no changes?|stays? the same|"
    r"your code|code here|implementation here|truncated|and so on|keep (?:the )?(?:rest|existing))\b",
    re.IGNORECASE,
)
_SAYS = re.compile(
    rf"^\s*{_MARK}\s*[\[(<]?\s*(?:the |all |and |with |your |keep |\(?)*"
    r"(?:rest of|remaining|existing|unchanged|previous|same|other|original|omitted|no changes?)\b[\w\s,'()/-]{0,60}\b"
    r"(?:code|methods?|functions?|imports?|implementation|file|class|lines?|unchanged|before|above|same|here|omitted|"
    rf"logic|content|tests?|fields?|brevity|module|body|below)\b[\s.:)\]>]*{_CLOSE}\s*$",
    re.IGNORECASE,
)
_COMMENT = re.compile(rf"^\s*{_MARK}")


def is_dots(line: str) -> bool:
    """Whether a line is nothing but dots, in a comment or not, or dots around words that say code is left out."""
    return _DOTS.match(line) is not None or (_DOTTED.match(line) is not None and _WORDS.search(line) is not None)


def leaves_out(line: str) -> bool:
    """Whether a line says in words, or by the mark of our own prompts, that code is left out; dots alone do not."""
    if line.strip() == CUT_MARK:
        return True
    if not _COMMENT.match(line):
        return _DOTTED.match(line) is not None and _WORDS.search(line) is not None and "(" not in line[:3]
    return _SAYS.match(line) is not None or (_DOTTED.match(line) is not None and _WORDS.search(line) is not None)


def paired(search: Sequence[str], replace: Sequence[str]) -> list[tuple[list[str], list[str]]] | None:
    """Cut both sides of an edit at their dots into pairs (Aider's elision); None where the dots do not pair.

    Dots must stand between lines: code that is left out before or behind all others is no certain place.
    """
    left, right = _cut(search), _cut(replace)
    if len(left) != len(right) or len(left) < 2 or not all(any(line.strip() for line in part) for part in left):
        return None
    return list(zip(left, right, strict=True))


def _cut(lines: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if is_dots(line):
            parts.append([])
        else:
            parts[-1].append(line)
    return parts
