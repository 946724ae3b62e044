r"""The corpus of next edits: a document, what was changed in it, and what must come of that, one readable file each.

    about: One sentence
    label: show                    (or ``quiet REASON``)
    change: ["what stood there, once", "what stands there now"]
    ==== document: path.py
    …
    ==== reply                     (what the model says, if one is to be asked)
    …
    ==== result                    (the document after all edits that are proposed)
    …

There may be several changes, made one after the other, some seconds apart; the cursor is behind the last. The head may
also have ``wire: fim``, ``line-ends: crlf`` and ``model: never``. Nothing here guesses: what is not so raises
`EditCaseError`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mai_lsp.core.difference import difference
from mai_lsp.core.text import Edit

ROOT = Path(__file__).resolve().parents[1] / "corpus" / "nextedits"

_SECTION = re.compile(r"^==== (document: \S+|reply|result)\n", re.MULTILINE)
_NAMES = {"about", "label", "change", "wire", "line-ends", "model"}


class EditCaseError(ValueError):
    """The case is written wrongly; the file is at fault, not the code."""


@dataclass(frozen=True, slots=True)
class EditCase:
    """One case."""

    name: str
    path: str
    """The document's, which gives its language."""
    before: str
    changes: tuple[tuple[str, str], ...]
    reply: str | None
    result: str | None
    """The whole document after all edits; None where nothing must be proposed."""
    reason: str
    """Why nothing is proposed; empty where something is."""
    wire: str
    model: str

    def edits(self) -> Iterator[tuple[str, Edit]]:
        """Yield each change as an edit, with the text it is made in."""
        text = self.before
        for old, new in self.changes:
            if text.count(old) != 1:
                raise EditCaseError(f"{self.name}: {old!r} stands {text.count(old)} times")
            after = text.replace(old, new)
            yield text, difference(text, after)
            text = after

    @property
    def text(self) -> str:
        """The document after the changes."""
        text = self.before
        for _, edit in self.edits():
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        return text

    @property
    def cursor(self) -> int:
        """Offset behind the last change."""
        *_, (_, last) = self.edits()
        return last.span.start + len(last.text)


def corpus() -> list[EditCase]:
    """Read all cases."""
    return [read(path) for path in sorted(ROOT.glob("*/*.case"))]


def read(path: Path) -> EditCase:
    """Read one case; raises `EditCaseError`."""
    parts = _SECTION.split(path.read_text(encoding="utf-8"))
    fields = [_field(path, line) for line in parts[0].split("\n") if line]
    head = dict(fields)
    sections = {title.partition(": ")[0]: (title, body) for title, body in zip(parts[1::2], parts[2::2], strict=True)}
    label, _, reason = head["label"].partition(" ")
    shown = label == "show"
    if label not in {"show", "quiet"} or shown == bool(reason) or shown != ("result" in sections):
        raise EditCaseError(f"{path}: 'show' goes with a result, 'quiet' with a reason")
    ends = "\r\n" if head.get("line-ends") == "crlf" else "\n"
    return EditCase(
        name=path.relative_to(ROOT).with_suffix("").as_posix(),
        path=sections["document"][0].partition(": ")[2],
        before=sections["document"][1].replace("\n", ends),
        changes=tuple(
            (old.replace("\n", ends), new.replace("\n", ends))
            for name, value in fields
            if name == "change"
            for old, new in [json.loads(value)]
        ),
        reply=sections["reply"][1].removesuffix("\n") if "reply" in sections else None,
        result=sections["result"][1].replace("\n", ends) if shown else None,
        reason=reason,
        wire=head.get("wire", "chat"),
        model=head.get("model", "auto"),
    )


def _field(path: Path, line: str) -> tuple[str, str]:
    name, colon, value = line.partition(": ")
    if name not in _NAMES or not colon:
        raise EditCaseError(f"{path}: {line!r} is not one of {', '.join(sorted(_NAMES))}")
    return name, value
