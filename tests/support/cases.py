r"""The corpus of replies: a document, what a model says, and what must come of it, one readable file each.

    about: One sentence
    label: show                    (or ``quiet REASON``)
    ==== document: path.py
    def f(a):
        return $0
    ==== reply
    return a
    ==== result
    …

The head may also have ``wire: fim`` (a model that fills gaps; else one that chats), ``finish: length`` (cut off by the
token limit), ``line-ends: crlf``, and as JSON ``deleted`` (what the user has just deleted at the cursor), ``rejected``
(what was turned down here before) and ``reply`` (in place of the section). Documents and results keep their last line
end, replies do not. Nothing here guesses: an unknown name raises `CaseError`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1] / "corpus" / "completions"

_SECTION = re.compile(r"^==== (document: \S+|reply|result)\n", re.MULTILINE)
_NAMES = {"about", "label", "wire", "finish", "line-ends", "deleted", "rejected", "reply"}


class CaseError(ValueError):
    """The case is written wrongly; the file is at fault, not the code."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case."""

    name: str
    path: str
    """The document's, which gives its language."""
    source: str
    """The document with ``$0`` for the cursor."""
    reply: str
    result: str | None
    """The whole document afterwards; None where nothing must be shown."""
    reason: str
    """Why nothing is shown; empty where something is."""
    wire: str
    finish: str
    deleted: str
    rejected: tuple[str, ...]

    @property
    def text(self) -> str:
        """The document."""
        return self.source.replace("$0", "")

    @property
    def cursor(self) -> int:
        """Offset of the cursor in `text`."""
        return self.source.index("$0")


def corpus() -> list[Case]:
    """Read all cases."""
    return [read(path) for path in sorted(ROOT.glob("*/*.case"))]


def read(path: Path) -> Case:
    """Read one case; raises `CaseError`."""
    parts = _SECTION.split(path.read_text(encoding="utf-8"))
    head = dict(_field(path, line) for line in parts[0].split("\n") if line)
    sections = {title.partition(": ")[0]: (title, body) for title, body in zip(parts[1::2], parts[2::2], strict=True)}
    label, _, reason = head["label"].partition(" ")
    shown = label == "show"
    if label not in {"show", "quiet"} or shown == bool(reason) or shown != ("result" in sections):
        raise CaseError(f"{path}: 'show' goes with a result, 'quiet' with a reason")
    if ("reply" in head) == ("reply" in sections) or sections["document"][1].count("$0") != 1:
        raise CaseError(f"{path}: one reply and one cursor are needed")
    ends = "\r\n" if head.get("line-ends") == "crlf" else "\n"
    reply = json.loads(head["reply"]) if "reply" in head else sections["reply"][1].removesuffix("\n")
    return Case(
        name=path.relative_to(ROOT).with_suffix("").as_posix(),
        path=sections["document"][0].partition(": ")[2],
        source=sections["document"][1].replace("\n", ends),
        reply=reply,
        result=sections["result"][1].replace("\n", ends) if shown else None,
        reason=reason,
        wire=head.get("wire", "chat"),
        finish=head.get("finish", "stop"),
        deleted=json.loads(head.get("deleted", '""')),
        rejected=tuple(json.loads(head.get("rejected", "[]"))),
    )


def _field(path: Path, line: str) -> tuple[str, str]:
    name, colon, value = line.partition(": ")
    if name not in _NAMES or not colon:
        raise CaseError(f"{path}: {line!r} is not one of {', '.join(sorted(_NAMES))}")
    return name, value
