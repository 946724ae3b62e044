r"""The corpus of edits: files, what a model replies, and what must come of it, one readable file each.

    about: One sentence
    label: applied                 (or ``refused REASON``)
    format: search                 (or whole, diff, calls, region)
    ==== file: src/a.py            (shown to the model; one or more)
    …
    ==== other: src/b.py           (in the workspace, not part of the request)
    …
    ==== reply
    …
    ==== call: replace_in_file     (instead of or beside the reply; the arguments as JSON)
    …
    ==== result: src/a.py          (each file that is changed or made)
    …
    ==== gone: src/old.py          (deleted, or moved away)

The head may also have ``finish: length`` (cut off by the token limit), ``resources: yes``, ``creates: PATH …``,
``ignored: PATH …``, ``region: PATH FIRST-LAST`` (lines from 1), ``parts: PATH FIRST-LAST`` (all that was shown),
``renamed: OLD -> NEW``, ``many: yes`` and ``line-ends: crlf`` or ``cr``. Secrets in files are masked as the gate does.
``␉ ␍ ␌ ␖ ␋ ␣`` stand for a tab, a carriage return, a form feed, U+2028, a byte order mark and a blank; ``␄`` at the
end of a section takes its last line end away. Replies do not keep theirs. Nothing here guesses: an unknown name raises
`ChangeCaseError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mai_lsp.core import secrets, syntax
from mai_lsp.core.change import Change
from mai_lsp.core.editformat import EditFormat
from mai_lsp.core.language import find
from mai_lsp.core.text import Document, Span, line_starts, open_document, with_line_ends
from mai_lsp.reply.edits.apply import Given, apply
from mai_lsp.reply.edits.check import check
from mai_lsp.reply.edits.paths import leads_out
from mai_lsp.reply.edits.read import read
from mai_lsp.reply.edits.wanted import Problem, Refusal

ROOT = Path(__file__).resolve().parents[1] / "corpus" / "edits"

_SECTION = re.compile(r"^==== ((?:file|other|result|call|gone): \S+|reply)\n", re.MULTILINE)
_NAMES = {
    *("about", "label", "format", "finish", "resources", "creates", "ignored", "region", "parts", "renamed", "many"),
    "line-ends",
}
_MARKS = {"␉": "\t", "␍": "\r", "␌": "\f", "␖": "\u2028", "␋": "\ufeff", "␣": " "}
_ENDS = {"crlf": "\r\n", "cr": "\r", "": "\n"}


class ChangeCaseError(ValueError):
    """The case is written wrongly; the file is at fault, not the code."""


@dataclass(frozen=True, slots=True)
class ChangeCase:
    """One case."""

    name: str
    about: str
    form: EditFormat
    files: Mapping[str, str]
    others: Mapping[str, str]
    reply: str
    calls: tuple[tuple[str, str], ...]
    refusal: Refusal | None
    """Why nothing is applied; None where something is."""
    results: Mapping[str, str]
    gone: frozenset[str]
    head: Mapping[str, str]

    @property
    def expected(self) -> dict[str, str]:
        """All files afterwards."""
        return {path: text for path, text in {**self.files, **self.results}.items() if path not in self.gone}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What really comes of a case."""

    files: Mapping[str, str] | None
    """All files afterwards; None where nothing is applied."""
    problems: tuple[Problem, ...]


def corpus() -> list[ChangeCase]:
    """Read all cases."""
    return [read_case(path) for path in sorted(ROOT.glob("*/*.case"))]


def read_case(path: Path) -> ChangeCase:
    """Read one case; raises `ChangeCaseError`."""
    parts = _SECTION.split(path.read_text(encoding="utf-8"))
    head = dict(_field(path, line) for line in parts[0].split("\n") if line)
    label, _, reason = head["label"].partition(" ")
    ends = _ENDS[head.get("line-ends", "")]
    files: dict[str, str] = {}
    others: dict[str, str] = {}
    results: dict[str, str] = {}
    calls: list[tuple[str, str]] = []
    gone: set[str] = set()
    reply = ""
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        kind, _, name = title.partition(": ")
        match kind:
            case "file" | "other" | "result":
                {"file": files, "other": others, "result": results}[kind][name] = with_line_ends_of(_raw(body), ends)
            case "reply":
                reply = _raw(body).removesuffix("\n")
            case "call":
                calls.append((name, _raw(body).strip()))
            case _:
                gone.add(name)
    if label not in {"applied", "refused"} or (label == "refused") != bool(reason):
        raise ChangeCaseError(f"{path}: 'refused' goes with a reason, 'applied' with none")
    if (label == "applied") != bool(results or gone) or not (files or others) or not (reply or calls):
        raise ChangeCaseError(f"{path}: files and a reply are needed; 'applied' goes with results")
    return ChangeCase(
        name=path.relative_to(ROOT).with_suffix("").as_posix(),
        about=head["about"],
        form=EditFormat(head["format"]),
        files=files,
        others=others,
        reply=reply,
        calls=tuple(calls),
        refusal=Refusal(reason) if reason else None,
        results=results,
        gone=frozenset(gone),
        head=head,
    )


def with_line_ends_of(text: str, ends: str) -> str:
    """Give a file its line ends; those that a case writes out itself stay."""
    return text if ends == "\n" else with_line_ends(text, ends)


def carried_out(case: ChangeCase) -> Outcome:
    """Read, apply and check a case's reply, as the server does."""
    documents = {path: opened(path, text) for path, text in case.files.items()}
    known = tuple(case.files)
    region_path, region = _span(case, "region")
    parts_path, part = _span(case, "parts")
    language = documents[region_path].language if region_path else ""
    finished = case.head.get("finish", "stop") == "stop"
    reading = read(case.reply, case.form, finished=finished, calls=case.calls, known=known, language=language)
    given = Given(
        files=documents,
        masks={path: secrets.find(text) for path, text in case.files.items()},
        shown={parts_path: (part,)} if part else {},
        judge=lambda path: _judged(case, path),
        resources=case.head.get("resources") == "yes",
        creates=tuple(case.head.get("creates", "").split()),
        region=region,
        region_path=region_path,
    )
    applied = apply(reading, given)
    if applied.problems:
        return Outcome(None, applied.problems)
    renamed = tuple(_renamed(case))
    problems = check(applied.changes, many=case.head.get("many") == "yes", renamed=renamed, others=case.others)
    if problems:
        return Outcome(None, problems)
    return Outcome(after(case.files, applied.changes), ())


def opened(path: str, text: str) -> Document:
    """Open a file with its tree."""
    row = find("", path)
    document = open_document(f"file:///{path}", row.id, None, text)
    return Document(document.uri, row.id, None, text, document.starts, syntax=syntax.parse(row, text))


def after(files: Mapping[str, str], changes: tuple[Change, ...]) -> dict[str, str]:
    """Return all files after changes."""
    found = dict(files)
    for change in changes:
        found.pop(change.path, None)
        if change.after is not None:
            found[change.moved_to or change.path] = change.after
    return found


def _judged(case: ChangeCase, path: str) -> Problem | None:
    """Say what is against a path that was not shown, as the workspace does."""
    if leads_out(path):
        return Problem(Refusal.OUTSIDE, path)
    if path in case.head.get("ignored", "").split():
        return Problem(Refusal.IGNORED, path)
    return Problem(Refusal.NOT_GIVEN, path) if path in case.others else None


def _span(case: ChangeCase, name: str) -> tuple[str, Span | None]:
    """Return the lines that a field of the head names."""
    if name not in case.head:
        return "", None
    path, _, lines = case.head[name].partition(" ")
    first, last = (int(number) for number in lines.split("-"))
    text = case.files[path]
    starts = [*line_starts(text), len(text)]
    end = starts[last]
    while end > starts[first - 1] and text[end - 1] in "\r\n":
        end -= 1
    return path, Span(starts[first - 1], end)


def _renamed(case: ChangeCase) -> Iterator[tuple[str, str]]:
    if "renamed" in case.head:
        old, _, new = case.head["renamed"].partition(" -> ")
        yield old, new


def _raw(text: str) -> str:
    for mark, character in _MARKS.items():
        text = text.replace(mark, character)
    return text.removesuffix("␄\n") if text.endswith("␄\n") else text


def _field(path: Path, line: str) -> tuple[str, str]:
    name, colon, value = line.partition(": ")
    if name not in _NAMES or not colon:
        raise ChangeCaseError(f"{path}: {line!r} is not one of {', '.join(sorted(_NAMES))}")
    return name, value
