"""Finds secret values in text and puts a placeholder in their place; names, quotes and markers around them stay.

It is a pure function of the text and never raises. It prefers masking a harmless value to sending a secret one, but for
what code is full of: names, calls, subscripts, words and templates are no values.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mai_lsp.core.secrets_rules import AUTHORIZATION, BASE64_LINE, BASE64_LINES, RULES, TOKEN

PLACEHOLDER = "<secret>"
"""What a model sees instead; no rule finds a secret in it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret stands."""

    start: int
    end: int
    rule: str
    """Id of the rule that found it."""


def find(text: str) -> tuple[Secret, ...]:
    """Return the secrets of a text in order; they do not overlap."""
    lower = _lower(text)
    found = [*_shaped(text, lower), *_assigned(text, lower), *private_keys(text)]
    return joined(found)


def joined(found: Iterable[Secret]) -> tuple[Secret, ...]:
    """Return secrets in order, those that overlap as one."""
    merged: list[Secret] = []
    for secret in sorted(found, key=lambda secret: (secret.start, -secret.end)):
        if merged and secret.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Secret(last.start, max(last.end, secret.end), last.rule)
        else:
            merged.append(secret)
    return tuple(merged)


def mask(text: str, secrets: tuple[Secret, ...] | None = None) -> str:
    """Return the text with its secrets (by default those that `find` finds) replaced."""
    parts, at = [], 0
    for secret in find(text) if secrets is None else secrets:
        parts += [text[at : secret.start], PLACEHOLDER]
        at = secret.end
    return "".join([*parts, text[at:]]) if parts else text


def entropy(text: str) -> float:
    """Return Shannon's entropy in bits per character: 0 for one character over and over, 4 for random hex digits."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values()) if text else 0.0


def _lower(text: str) -> str:
    """Lower ASCII letters only where more would move what follows ("İ" becomes two characters)."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text.translate(_ASCII_LOWER)


_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _shaped(text: str, lower: str) -> Iterator[Secret]:
    runs = [found.span() for found in TOKEN.finditer(text)]
    tokens = " ".join([text[start:end] for start, end in runs])
    lower_tokens = " ".join([lower[start:end] for start, end in runs])
    for rule in RULES:
        searched = lower_tokens if rule.token else lower
        if any(map(searched.__contains__, rule.keywords)) and (not rule.token or rule.pattern.search(tokens)):
            for found in rule.pattern.finditer(text):
                value = found["secret"]
                if entropy(value) >= rule.entropy and not _is_template(value):
                    yield Secret(*found.span("secret"), rule.id)
    lines_end = 0
    for start, end in runs:
        if end - start >= BASE64_LINE and start >= lines_end and (block := BASE64_LINES.match(text, start)):
            lines_end = block.end()
            if not any(one.isdigit() for one in block.group()):
                continue  # Very long names.
            yield Secret(*_bare(text, start, lines_end), "base64-lines")
        elif text[start - 1 : start].isspace() and AUTHORIZATION.search(text, max(0, start - 12), start):
            value = text[start:end]
            if entropy(value) >= 3.2 and not _WORDS.match(value):
                yield Secret(start, end, "authorization-header")


# Values that are assigned to a telling name.

_STRONG = ("passw", "pwd", "passphrase", "secret", "pass")
_WEAK = ("key", "token", "auth", "credential")
_VALUE = re.compile(
    r"""
    [\w.-]{0,30} [\"'`\])]{0,2} [ \t]*                       # the rest of the name, and what closes it
    (?: :[ \t]* [A-Za-z_][\w.\[\]|&?<> ]{0,30}? [ \t]* =     # a type
      | => | := | \?\?=? | \|\|=? | \?= | -> | \+?= (?!=) | :(?!:) | , | \( | [ \t] (?=[\"'`]) )
    [ \t]* (?:[rbfuRBFUL@]{0,2})
    (?: (?P<quote>\"\"\"|'''|[\"'`]) (?P<quoted> (?: \\. | (?!(?P=quote)) [^\\\r\n] ){4,512} )
      | (?P<bare> [^\s\"'`(){}\[\]<>,;&$\\]{16,512} ) (?= [\"'`&\\] | [ \t]* (?:[#;].*)? (?:[\r\n]|\Z) ) )
    """,
    re.VERBOSE,
)
_WORDS = re.compile(r"[A-Za-z]+\d{0,2}(?:[ ._/:+-]+[A-Za-z]+\d{0,2})*[.!?…:]?\Z")
_WORD = re.compile(r"[A-Za-z]+\Z|[\W_]+\Z|\d{1,5}\Z")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*\Z")
_TEMPLATE = re.compile(
    r"[<>]|\$\{|\$\(|\{\{|\{\w*\}|%\(|%[sd]\b|\A\$[A-Za-z_]\w*\Z|\A%\w+%\Z"
    r"|\\[wdsbWS.]|\(\?|\[\^?[A-Za-z]-"  # regular expressions
)
_STAND_IN = re.compile(
    r"(?i)change[-_ ]?me|your[-_ ]|example|placeholder|redacted|\A(.)\1*\Z|\A(?:x{3,}|\*{3,}|\.{3,})"
)


def _assigned(text: str, lower: str) -> Iterator[Secret]:
    for words, strong in ((_STRONG, True), (_WEAK, False)):
        for word in words:
            at = lower.find(word)
            while at >= 0:
                at += len(word)
                whole = word != "pass" or not lower[at : at + 1].isalpha()
                if whole and (value := _VALUE.match(text, at)):
                    group = "bare" if value["quoted"] is None else "quoted"
                    if _is_secret(value[group], strong=strong, bare=group == "bare"):
                        yield Secret(*value.span(group), "assigned-secret")
                at = lower.find(word, at)


def _is_secret(value: str, *, strong: bool, bare: bool) -> bool:
    """Judge a value by its looks; `strong` names can have weak values, `bare` ones could be code."""
    if _is_template(value) or _STAND_IN.search(value) or any(one.isspace() for one in value):
        return False
    mixed = any(one.isdigit() for one in value) and any(one.isalpha() for one in value)
    bits = entropy(value)
    if bare:
        groups = len(re.findall(r"\d+", value))
        if _IDENTIFIER.match(value) and (groups < 3 or "_" in value or "." in value):
            return False
        return mixed and bits >= 3.2 and not _WORDS.match(value) and "://" not in value
    if strong:
        return (not _WORD.match(value) and (mixed or (not _WORDS.match(value) and bits >= 2.5))) or (
            len(value) >= 20 and bits >= 4.0 and not _WORDS.match(value)
        )
    if len(value) < 12 or _WORDS.match(value) or "://" in value:
        return False
    return bits >= 3.0 and (mixed or (len(value) >= 24 and bits >= 4.0))


def _is_template(value: str) -> bool:
    return _TEMPLATE.search(value) is not None


# Private keys, which have a beginning and an end of which a window may show only one.

_BEGIN = re.compile(r"-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BEGINS = re.compile(r"(?:\\[nr]|[\s\"'`+,;\\#*/|>.)(])*(?:[A-Za-z0-9+/=]{12}|[A-Z][A-Za-z-]+:[ \t])")
_KEY_LINE = re.compile(
    r"[ \t\"'`+,;\\#*/|>.(]*(?:[A-Za-z0-9+/]{4,}={0,2}|=[A-Za-z0-9+/]{4})?(?:\\[nr]|[ \t\"'`+,;\\.)])*\Z"
    r"|[ \t\"']*[A-Z][A-Za-z-]+: .*\Z"
)
_KEY_TAIL = re.compile(r"(?:[A-Za-z0-9+/=]|\\[nr])*\Z")

MAX_KEY = 16_384
"""Characters of a private key at most: RSA with 16,384 bits has 12,600."""


def private_keys(text: str) -> Iterator[Secret]:
    """Find the bodies of PEM keys, also of those of which only one marker is there."""
    if "PRIVATE KEY" not in text:
        return
    ended = 0
    for begin in _BEGIN.finditer(text):
        at = begin.end()
        if at < ended or not _KEY_BEGINS.match(text, at):
            continue  # Code that looks for the marker.
        end = _END.search(text, at, at + MAX_KEY)
        ended = end.start() if end else at + _lines_of_key(text[at : at + MAX_KEY])
        yield Secret(*_bare(text, at, ended), "private-key")
    for end in _END.finditer(text):
        if end.start() <= ended or _BEGIN.search(text, ended, end.start()):
            continue
        start = _back(text, end.start())
        if end.start() - start >= 4:
            yield Secret(*_bare(text, start, end.start()), "private-key")


def _lines_of_key(text: str) -> int:
    """Return how much of a text without an end looks like a key's lines."""
    at = 0
    for number, line in enumerate(text.split("\n")):
        if number and (not _KEY_LINE.match(line.rstrip("\r")) or not line.strip()) and at:
            return at
        at += len(line) + 1
    return min(at, len(text))


def _back(text: str, end: int) -> int:
    """Return where a key's lines begin whose beginning is not there."""
    start = text.rfind("\n", 0, end) + 1
    tail = _KEY_TAIL.search(text, start, end)
    if tail is not None and tail.start() > start:
        return tail.start()
    while start:
        above = text.rfind("\n", 0, start - 1) + 1
        line = text[above : start - 1].rstrip("\r")
        if not line.strip() or not _KEY_LINE.match(line):
            return start
        start = above
    return 0


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave the blanks and quotes around a key's body as they are."""
    while start < end and text[start] in " \t\r\n\"'`":
        start += 1
    while end > start and text[end - 1] in " \t\r\n\"'`":
        end -= 1
    return start, end
