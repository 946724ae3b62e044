"""What IPython adds to Python in a notebook's cell: `%magics`, `!shell` lines, `help?`, and cells in other languages.

A grammar knows none of it. It is given a text of the same length in which such lines are comments; the text that a
model is shown stays as it is. Which lines are meant follows IPython's own input transformers
(`IPython/core/inputtransformer2.py`), line by line: what looks like one inside a long string changes the string only.
"""

from __future__ import annotations

import re

PYTHON_CELLS = frozenset({"capture", "debug", "heat", "memit", "mprun", "prun", "px", "scalene", "time", "timeit"})
"""Cell magics below which Python goes on, in the same namespace; what stands below any other is its own affair."""

LANGUAGES = {
    "bash": "shellscript",
    "html": "html",
    "javascript": "javascript",
    "js": "javascript",
    "markdown": "markdown",
    "perl": "perl",
    "R": "r",
    "ruby": "ruby",
    "sh": "shellscript",
    "sql": "sql",
    "svg": "html",
}
"""What is written below the cell magics that say so."""

OTHER = "plaintext"
"""What is written below the rest: a file, a script of whatever kind, an extension's own."""

_CELL = re.compile(r"\s*%%(\w+)")

_MARKED = re.compile(r"[%!?]")

_LINE = re.compile(
    r"""^(?P<indent>[ \t]*)(?:
        (?P<timed>%time[ \t]+)(?=[^\W\d])  # what it times may define names
      | (?P<line>%{1,2}\w | !(?!=) | \?{1,2}[%\w])
      | (?P<help>%{0,2}[\w.*]+(?=\?{1,2}[ \t]*$))
    )""",
    re.MULTILINE | re.VERBOSE,
)

_ASSIGNED = re.compile(r"^([ \t]*[^\W\d][\w., \t]*=[ \t]*)[!%](?!=)[!-~]", re.MULTILINE)


def foreign(text: str) -> str:
    """Return the language below a cell magic that is not for Python; empty for a cell that is Python."""
    found = _CELL.match(text)
    if found is None or found[1] in PYTHON_CELLS:
        return ""
    return LANGUAGES.get(found[1], OTHER)


def hidden(text: str) -> str:
    """Return a cell of Python as its grammar can read it: as long, in characters and bytes, and with the same lines."""
    if not _MARKED.search(text):
        return text
    lines = _continued(_LINE.sub(_comment, text), text)
    return _ASSIGNED.sub(r"\g<1>0#", lines)


def _comment(found: re.Match[str]) -> str:
    indent, whole = found["indent"], found.group()
    if timed := found["timed"]:
        return f"{indent}1{' ' * (len(timed) - 2)};"
    return _marked(whole, len(indent))


def _continued(lines: str, text: str) -> str:
    """Hide what a line that was made a comment goes on with behind a backslash."""
    if "\\" not in text:
        return lines
    parts, going = [], False
    for line, before in zip(lines.split("\n"), text.split("\n"), strict=True):
        parts.append(_marked(line, len(line) - len(line.lstrip(" \t"))) if going else line)
        going = (going or line != before) and before.removesuffix("\r").endswith("\\")
    return "\n".join(parts)


def _marked(line: str, at: int) -> str:
    """Put a comment's mark over a character of one byte; over another it would not fit."""
    return f"{line[:at]}#{line[at + 1 :]}" if line[at : at + 1].strip() and line[at].isascii() else line
