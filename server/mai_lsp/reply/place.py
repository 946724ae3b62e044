"""Where a reply has to fit: what stands around the cursor, worked out once per request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mai_lsp.core.language import Language, find
from mai_lsp.core.seam import Seam
from mai_lsp.core.text import Document, line_end_of, with_line_ends
from mai_lsp.reply.brackets import balance
from mai_lsp.reply.reach import Reach, decide, text_end

AROUND = 6000
"""Characters looked at on each side; far more than a suggestion is long."""

_OPENERS = {"brace": ("{", "(", "[", "=>", ":"), "indent": (":", "(", "[", "{"), "tag": (">",), "none": ()}
_END_OPENER = re.compile(
    r"(?:\b(?:do|then|else|begin|ensure|rescue|repeat)|\|[^|]*\||^\s*(?:def|class|module|if|unless|while|until|for|case|"
    r"function|local function|elif|elsif|elseif)\b.*)\s*$"
)
_END = re.compile(r"(?:end|fi|done|esac|until|else|elsif|elseif|elif|rescue|ensure|when|;;)\b")
_CLOSERS_ONLY = re.compile(r"""^[\s)\]}>"'`]*[:;,{]?\s*$""")


@dataclass(frozen=True, slots=True)
class Place:
    r"""The cursor's surroundings, with ``\n`` as the only line end."""

    language: Language
    before: str
    """Text before the cursor, at most `AROUND` characters."""
    after: str
    """Text behind the cursor, at most `AROUND` characters."""
    line_prefix: str
    """The cursor's line up to the cursor."""
    line_suffix: str
    """The cursor's line behind the cursor, without trailing blanks."""
    indent: str
    """The blanks the cursor's line begins with (up to the cursor)."""
    tabs: bool
    """The file indents with tabs."""
    unit: int
    """Columns of one level of indentation; 1 with tabs."""
    line_end: str
    """What the document uses."""
    opens_block: bool
    """The last line with code before the cursor opens a block that is still empty: fill it all."""
    deeper: bool
    """The next line with code stands deeper than the cursor's: what the cursor's line may open has its body."""
    needs_end: bool
    """That block is closed by a word (`end`, `fi` …) which the code behind the cursor lacks."""
    reach: Reach
    """One line, one statement or a whole block."""
    closed_by_line: bool
    """The text goes on beyond `after`, where an outer block may end: what is missing is judged by the line alone."""
    text_end: str
    """What closes the string of several lines that the cursor is in; empty in code."""
    words: bool
    """Sentences are to be expected: the cursor is in a comment, a string or a file that is mostly text."""
    seam: Seam
    chat: bool
    """The reply comes from a chat model: fences, chatter and repeated lines are to be expected."""
    max_lines: int
    above: int = 0
    """Characters of `before` that stand in other cells of a notebook, each of which is complete by itself."""

    @property
    def begins(self) -> bool:
        """Nothing stands before the cursor in its cell of a notebook."""
        return bool(self.above) and not self.before[self.above :].strip()

    @property
    def missing(self) -> tuple[str, ...]:
        """Closing brackets that the text behind the cursor lacks, innermost first; only these may be written."""
        if self.closed_by_line:
            return _unmatched(self.line_prefix, self.line_suffix, self.language)[0]
        return _unmatched(self.before[self.above :], self.after, self.language)[0]

    @property
    def surplus(self) -> tuple[str, ...]:
        """Closing brackets that the text behind the cursor has and nothing before it opened."""
        return _unmatched(self.before[self.above :], self.after, self.language)[1]

    @property
    def single_line(self) -> bool:
        """Code follows on the cursor's line, so nothing but the line can be completed."""
        return self.reach is Reach.LINE

    @property
    def blank(self) -> bool:
        """Nothing but blanks stands before the cursor on its line."""
        return not self.line_prefix.strip()


def look(document: Document, offset: int, *, seam: Seam, chat: bool, max_lines: int) -> Place:
    """Work out the place at `offset` (code points)."""
    language = find(document.language, document.uri)
    before = with_line_ends(document.text[max(0, offset - AROUND) : offset], "\n")
    after = with_line_ends(document.text[offset : offset + AROUND], "\n")
    if after.startswith("\n") and document.text[offset - 1 : offset + 1] == "\r\n":
        before = before.removesuffix("\n")  # The cursor can not stand inside a line end; be safe all the same.
    line_prefix = before[before.rfind("\n") + 1 :]
    line_suffix = after.partition("\n")[0].rstrip()
    indent = line_prefix[: len(line_prefix) - len(line_prefix.lstrip())]
    tabs, unit = indentation(before + after)
    opener = _opener(before, line_prefix, language)
    following = next((line for line in after.split("\n")[1:] if line.strip()), "")
    rest = not _CLOSERS_ONLY.match(line_suffix)
    empty = opens_block(opener, language) and _is_empty(opener, following, line_prefix, indent)
    reach = decide(document, offset, rest=rest, empty=empty)
    fills = empty if rest else reach is Reach.BLOCK
    return Place(
        language=language,
        before=before,
        after=after,
        line_prefix=line_prefix,
        line_suffix=line_suffix,
        indent=indent,
        tabs=tabs,
        unit=unit,
        line_end=line_end_of(document.text),
        opens_block=fills,
        deeper=lead(following) > len(indent),
        needs_end=fills and language.block == "end" and not _ends(opener, following),
        reach=reach,
        closed_by_line=offset + AROUND < len(document.text),
        text_end=text_end(document, offset),
        words=_words(document, offset, before, line_prefix, language),
        seam=seam,
        chat=chat,
        max_lines=max_lines,
        above=len(before) - len(with_line_ends(document.text[max(document.own.start, offset - AROUND) : offset], "\n")),
    )


def _words(document: Document, offset: int, before: str, line_prefix: str, language: Language) -> bool:
    """Whether the cursor is where people write sentences; a text that is half written rarely parses, so ask twice."""
    if language.block in {"none", "tag"}:
        return True
    if language.comment and language.comment in line_prefix:
        return True
    if language.comment == "//" and before.rfind("/*") > before.rfind("*/"):
        return True
    if any(line_prefix.count(quote) % 2 for quote in "\"'`"):
        return True
    if language.id == "python" and any(before.count(mark) % 2 for mark in ('"""', "'''")):
        return True
    kind = document.syntax.leaf_at(offset).kind if document.syntax is not None else ""
    return any(word in kind for word in ("string", "comment", "heredoc", "text"))


def indentation(text: str) -> tuple[bool, int]:
    """Return (tabs, columns of one level) as most of the indented lines of `text` have it; 4 spaces if none has."""
    tabbed = len(re.findall(r"^\t", text, re.MULTILINE))
    widths = [len(found) for found in re.findall(r"^( +)\S", text, re.MULTILINE)]
    if tabbed > len(widths):
        return True, 1
    steps: dict[int, int] = {}
    last = 0
    for width in widths:
        step = abs(width - last)
        if step in {2, 3, 4, 8}:
            steps[step] = steps.get(step, 0) + 1
        last = width
    return False, max(steps, key=lambda s: (steps[s], s == 4)) if steps else 4


def opens_block(line: str, language: Language) -> bool:
    """Whether a line of code opens a block, judged by how it ends."""
    code = line.rstrip()
    if language.comment and not language.comment_end:
        code = code.split(f" {language.comment}")[0].rstrip()
    if not code:
        return False
    if language.block == "end":
        return bool(_END_OPENER.search(code)) or code.endswith(("{", "(", "["))
    return code.endswith(_OPENERS[language.block])


def _opener(before: str, line_prefix: str, language: Language) -> str:
    """Return the last line with code on it, up to the cursor; a docstring and comments do not fill a block."""
    if line_prefix.strip():
        return line_prefix
    lines = before[: len(before) - len(line_prefix)].rstrip().split("\n")
    while len(lines) > 1 and (skipped := _trailing_words(lines, language)):
        del lines[-skipped:]
    return lines[-1]


def _trailing_words(lines: list[str], language: Language) -> int:
    """Return how many of the last lines are one comment, one docstring, or blank; 0 if the last one is code."""
    last = lines[-1].strip()
    if not last or (language.comment and last.startswith(language.comment)):
        return 1
    mark = last[-3:]
    if language.id != "python" or mark not in {'"""', "'''"}:
        return 0
    if last.count(mark) == 2:
        return 1 if last.lstrip("rRuU").startswith(mark) else 0
    for count, line in enumerate(reversed(lines[:-1]), start=2):
        if mark in line:
            return count if line.strip().lstrip("rRuU").startswith(mark) else 0
    return 0


def _is_empty(opener: str, following: str, line_prefix: str, indent: str) -> bool:
    """Whether the block that `opener` opens has no line yet: `following` is the first line with code behind it."""
    depth = lead(opener)
    if line_prefix.strip():
        return lead(following) <= depth or not following
    # The cursor is on a blank line: a line below at its depth or deeper belongs to the same block.
    return len(indent) >= depth and (not following or lead(following) <= depth)


def _ends(opener: str, following: str) -> bool:
    return lead(following) == lead(opener) and bool(_END.match(following.strip()))


def lead(line: str) -> int:
    """Return how many blanks a line begins with."""
    return len(line) - len(line.lstrip())


@lru_cache(maxsize=8)
def _unmatched(before: str, after: str, language: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the closing brackets that `before` needs and `after` lacks, and those that `after` has too many."""
    closing = {"(": ")", "[": "]", "{": "}"}
    needed = [closing[b.char] for b in reversed(balance(before, language).opening)]
    present = [b.char for b in balance(after, language).closing]
    missing: list[str] = []
    for char in needed:  # What follows closes from the inside out.
        if present and present[0] == char:
            present.pop(0)
        else:
            missing.append(char)
    return tuple(missing), tuple(present)
