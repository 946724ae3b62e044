"""One line of a `.gitignore` to a regular expression over bytes, with the meaning that git's `wildmatch.c` gives it.

It reads no file and knows no precedence. Packages come close (pathspec 1.1.1 lets `[!a]` match a slash, does not know
`[[:digit:]]`, strips tabs, and raises at a final backslash); what must never be sent is no place for close.

The expressions never backtrack far, since a repository's patterns are hostile input: between two stars the first place
that fits is as good as any later one, so all but the last part are atomic.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

_CLASSES = {
    b"alnum": (string.ascii_letters + string.digits).encode(),
    b"alpha": string.ascii_letters.encode(),
    b"blank": b" \t",
    b"cntrl": bytes([*range(32), 127]),
    b"digit": string.digits.encode(),
    b"graph": bytes(range(33, 127)),
    b"lower": string.ascii_lowercase.encode(),
    b"print": bytes(range(32, 127)),
    b"punct": string.punctuation.encode(),
    b"space": b" \t\n\r\x0b\x0c",
    b"upper": string.ascii_uppercase.encode(),
    b"xdigit": string.hexdigits.encode(),
}
"""POSIX classes by git's `sane_ctype`, ASCII only."""

_STAR, _DEEP, _SLASH = b"*", b"**", b"/"
"""Tokens that are no expression for one byte."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One rule of an ignore file."""

    regex: str
    """Matches the whole of a path or name, whose bytes are given as Latin-1 characters."""
    negated: bool
    directory: bool
    """Holds for folders only."""
    basename: bool
    """Is about the last part of a path, wherever that is; otherwise about the path from the ignore file's folder."""
    text: str
    """The line, for a person."""


def parse(line: bytes, *, fold: bool = False) -> Pattern | None:
    """Return the rule of one line, without its line end; None for a comment, a blank or what can match nothing.

    `fold` ignores the case of ASCII letters, as git does on systems whose file names do.
    """
    if line.startswith(b"#"):
        return None
    bare = body = _trimmed(line)
    negated = body.startswith(b"!")
    body = body[negated:]
    directory = body.endswith(b"/")
    body = body[: len(body) - directory]
    basename = b"/" not in body
    tokens = _tokens(body[body.startswith(b"/") :], fold=fold)
    if not tokens:
        return None
    regex = _regex(tokens).decode("latin-1")
    return Pattern(
        f"(?i:{regex})" if fold else regex, negated, directory, basename, bare.decode("utf-8", "backslashreplace")
    )


def _trimmed(line: bytes) -> bytes:
    """Drop trailing spaces, but not one behind a backslash; tabs stay."""
    end, at = 0, 0
    while at < len(line):
        if line[at : at + 1] == b"\\":
            at += 2
            end = min(at, len(line))
            continue
        at += 1
        if line[at - 1 : at] != b" ":
            end = at
    return line[:end]


def _tokens(body: bytes, *, fold: bool) -> list[bytes]:
    """Cut a pattern into single bytes (as expressions), stars and slashes; empty when it can match nothing."""
    found: list[bytes] = []
    at = 0
    while at < len(body):
        byte = body[at : at + 1]
        at += 1
        if byte == b"\\":
            if at == len(body):
                return []
            byte = body[at : at + 1]
            found.append(_SLASH if byte == b"/" else re.escape(byte))
            at += 1
        elif byte == b"?":
            found.append(b"[^/]")
        elif byte == b"*":
            start = at - 1
            while body[at : at + 1] == b"*":
                at += 1
            whole = body[start - 1 : start] in {b"", b"/"} if start else True
            deep = at - start > 1 and whole and body[at : at + 1] in {b"", b"/"}
            if not deep:
                found.append(_STAR)
            elif at == len(body):
                found += [_DEEP, b""]  # A mark: this one takes the last part, too.
            else:
                at += 1  # The slash behind it is its own: a/**/b is a/b, too.
                if found[-1:] != [_DEEP]:
                    found.append(_DEEP)
        elif byte == b"[":
            parsed = _bracket(body, at, fold=fold)
            if parsed is None:
                return []
            expression, at = parsed
            found.append(expression)
        else:
            found.append(_SLASH if byte == b"/" else re.escape(byte))
    return found


def _bracket(body: bytes, at: int, *, fold: bool) -> tuple[bytes, int] | None:
    """Read a set from behind its bracket; returns the expression and where it ends, None for a set without an end."""
    members: set[int] = set()
    negated = body[at : at + 1] in {b"!", b"^"}
    at += negated
    first, before = True, -1
    while True:
        if at >= len(body):
            return None
        byte = body[at]
        if byte == 0x5D and not first:  # ]
            break
        first = False
        if byte == 0x5C:  # \
            at += 1
            if at >= len(body):
                return None
            members.add(body[at])
            before = body[at]
        elif byte == 0x2D and before >= 0 and at + 1 < len(body) and body[at + 1] != 0x5D:  # -
            at += 1
            if body[at] == 0x5C:
                at += 1
                if at >= len(body):
                    return None
            members.update(range(before, body[at] + 1))
            before = -1
        elif body[at : at + 2] == b"[:":
            end = body.find(b"]", at + 2)
            if end < 0:
                return None
            if end - at - 3 < 0 or body[end - 1] != 0x3A:  # No :] there, so it is an ordinary bracket.
                members.add(byte)
                before = byte
            else:
                name = body[at + 2 : end - 1]
                if name not in _CLASSES:
                    return None
                members.update(_CLASSES[b"alpha" if fold and name == b"upper" else name])
                at, before = end, -1
        else:
            members.add(byte)
            before = byte
        at += 1
    if fold:
        members |= {ord(chr(one).swapcase()) for one in members if one < 0x80 and chr(one).isalpha()}
    if negated:
        members = set(range(256)) - members
    members.discard(0x2F)  # A set never matches a slash.
    listed = b"".join(b"\\x%02x" % one for one in sorted(members))
    return (b"[" + listed + b"]" if listed else b"(?!)"), at + 1


def _regex(tokens: list[bytes]) -> bytes:
    """Join tokens to an expression in which only the last part behind a star can be tried twice."""
    ends_deep = tokens[-1:] == [b""]
    runs: list[list[bytes]] = [[]]
    for token in tokens[: len(tokens) - 2 * ends_deep]:
        if token == _DEEP:
            runs.append([])
        else:
            runs[-1].append(token)
    written = _path(runs[0])
    for number, run in enumerate(runs[1:], 1):
        last = number == len(runs) - 1
        part = b"(?:[^/]+/)*?" + _path(run)
        written += part if last and not ends_deep else b"(?>" + part + b")"
    return written + (b".*" if ends_deep else b"")


def _path(tokens: list[bytes]) -> bytes:
    """Write tokens without deep stars, one part of a path after the other."""
    parts: list[list[bytes]] = [[]]
    for token in tokens:
        if token == _SLASH:
            parts.append([])
        else:
            parts[-1].append(token)
    return b"/".join(map(_part, parts))


def _part(tokens: list[bytes]) -> bytes:
    pieces: list[bytes] = [b""]
    for token in tokens:
        if token == _STAR:
            pieces.append(b"")
        else:
            pieces[-1] += token
    if len(pieces) == 1:
        return pieces[0]
    middle = b"".join(b"(?>[^/]*?" + piece + b")" for piece in pieces[1:-1] if piece)
    return pieces[0] + middle + b"[^/]*" + pieces[-1] + b"(?![^/])"
