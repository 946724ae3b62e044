"""Finds the brackets of a piece of code, leaving out strings and comments; needs no tree, since text is partial."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from mai_lsp.core.language import Language

_PAIRS = {")": "(", "]": "[", "}": "{"}

_BLOCK_COMMENT = r"/\*[\s\S]*?(?:\*/|\Z)"
_TRIPLE = r'"""[\s\S]*?(?:"""|\Z)' + r"|'''[\s\S]*?(?:'''|\Z)"
_DOUBLE = r'"(?:\\.|[^"\\\n])*"?'
_ESCAPE = r"\\(?:[^\n]|\Z)"
_SINGLE = rf"'(?:{_ESCAPE}|[^'\\\n])*(?:'|\Z)"
_RUST_CHAR = r"'(?:\\[^'\n]+|[^'\\\n])(?:'|\Z)"
_BACKTICK = r"`(?:\\.|[^`\\])*(?:`|\Z)"
_CHARACTERS = rf"\[(?:{_ESCAPE}|[^\]\\\n])*(?:\]|\Z)"
_REGEX = (
    r"(?:(?<=[(,=:\[!&|?{};\n])|(?<=\breturn))[ \t]*"
    rf"/(?![*/])(?:{_ESCAPE}|{_CHARACTERS}|[^/\\\[\n])+(?:/|\Z)"
)
"""A regular expression where no division can stand."""
_CASE_PATTERN = r"(?:(?<=\n)|\A)[ \t]*[^\s()#;&$<>`]+(?:[ \t]*\|[ \t]*[^\s()]+)*\)"
"""`start)` in a shell's `case`, whose bracket has no partner."""
_NO_SINGLE = frozenset(
    {"rust", "html", "plaintext", "markdown", "haskell", "elm", "ocaml", "fsharp", "julia", "clojure", "scheme", "lisp"}
)
"""Where an apostrophe is a part of names or opens no string."""
_SCRIPTS = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
_BACKTICKED = _SCRIPTS | {"go"}


@dataclass(frozen=True, slots=True)
class Bracket:
    """One bracket that has no partner in the text."""

    char: str
    at: int
    """Offset in the text."""


@dataclass(frozen=True, slots=True)
class Balance:
    """The brackets without a partner: first the closing ones, then the opening ones."""

    closing: tuple[Bracket, ...]
    opening: tuple[Bracket, ...]


def balance(text: str, language: Language) -> Balance:
    """Match brackets by kind; a closing one of the wrong kind counts as unmatched and matches nothing."""
    closing: list[Bracket] = []
    opening: list[Bracket] = []
    for found in _tokens(language).finditer(text):
        char = found.group()
        if char in _PAIRS.values():
            opening.append(Bracket(char, found.start()))
        elif char in _PAIRS:
            if opening and opening[-1].char == _PAIRS[char]:
                opening.pop()
            else:
                closing.append(Bracket(char, found.start()))
    return Balance(tuple(closing), tuple(opening))


def comment_at(line: str, language: Language) -> int | None:
    """Return where a line's comment begins, outside of strings; None if it has none."""
    if language.comment:
        for found in _tokens(language).finditer(line):
            if found.group().startswith(language.comment):
                return found.start()
    return None


def bare(text: str, language: Language) -> str:
    """Return the code without its comments; what looks like one inside a string stays."""
    marks = (language.comment, "/*") if language.comment == "//" else (language.comment,)

    def keep(found: re.Match[str]) -> str:
        token = found.group()
        return "" if language.comment and len(token) > 1 and token.startswith(marks) else token

    # A comment mark of one character that ends the text is a comment, and no bracket.
    return _tokens(language).sub(lambda found: "" if found.group() == language.comment else keep(found), text)


def outside_strings(text: str, language: Language) -> str:
    """Return the code with blanks in place of its strings and comments, so that offsets stay."""
    return _tokens(language).sub(lambda found: found.group() if len(found.group()) == 1 else " " * len(found[0]), text)


def unpaired(text: str) -> str:
    """Return the closing brackets without a partner, with no regard to strings: for text that begins inside one."""
    depth: list[str] = []
    alone = ""
    for char in text:
        if char in _PAIRS.values():
            depth.append(char)
        elif char in _PAIRS:
            if depth and depth[-1] == _PAIRS[char]:
                depth.pop()
            else:
                alone += char
    return alone


@cache
def _tokens(language: Language) -> re.Pattern[str]:
    """Build one pattern whose matches are strings, comments (both longer than one character) and brackets."""
    parts = [_TRIPLE] if language.id == "python" else []
    if language.comment == "//":
        parts.append(_BLOCK_COMMENT)
    if language.comment:
        closing = rf"[\s\S]*?(?:{re.escape(language.comment_end)}|\Z)" if language.comment_end else r"[^\n]*"
        parts.append(re.escape(language.comment) + closing)
    parts.append(_DOUBLE)
    if language.id == "rust":
        parts.append(_RUST_CHAR)
    elif language.id not in _NO_SINGLE:
        parts.append(_SINGLE)
    if language.id in _BACKTICKED:
        parts.append(_BACKTICK)
    if language.id in _SCRIPTS or language.id == "ruby":
        parts.append(_REGEX)
    if language.id == "shellscript":
        parts.append(_CASE_PATTERN)
    return re.compile("|".join([*parts, r"[()\[\]{}]"]))
