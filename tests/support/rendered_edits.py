"""Random refactors of real-looking files, written down in every format as models do, and spoiled as models spoil them.

What a refactor comes to is known from how it was made, so whatever is applied can be compared with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from mai_lsp.core.editformat import EditFormat
from mai_lsp.core.text import lines_with_ends

FILES = {
    "shop/cart.py": (
        "import os\nimport sys\n\n\nclass Cart:\n    def __init__(self, items):\n        self.items = items\n\n"
        "    def total(self):\n        result = 0\n        for item in self.items:\n            result += item.price\n"
        "        return result\n\n    def count(self):\n        result = 0\n        for item in self.items:\n"
        "            result += 1\n        return result\n\n\ndef main():\n"
        "    cart = Cart([])\n    print(cart.total())\n"
    ),
    "src/app.ts": (
        'import { a } from "./a";\n\nexport function one(x: number): number {\n  if (x > 0) {\n'
        "    return x;\n  }\n"
        "  return -x;\n}\n\nexport function two(x: number): number {\n"
        "  if (x > 1) {\n    return x;\n  }\n  return a(x);\n}\n"
    ),
    "cmd/main.go": (
        "package main\n\nfunc one() error {\n\tif err := open(); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n\n"
        "func two() error {\n\tif err := shut(); err != nil {\n\t\treturn err\n\t}\n\n\treturn nil\n}\n"
    ),
    "docs/notes.md": "# Notes\n\nFirst line.\nSecond line.\n\n- red\n- green\n\n  deeper\n\nThe end.\n",
    "web/site.css": "h1 {\n  color: red;\n}\n\n\nh2 {\n  color: red;\n  margin: 0;\n}\n",
}
"""Some with equal lines in several places."""

ENDS = ("\n", "\r\n", "\r")


@dataclass(frozen=True, slots=True)
class Change:
    """Lines of one file, from `first` up to `last`, become `new`."""

    first: int
    last: int
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refactor:
    """Files before and after, and what was done to their lines."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    changes: Mapping[str, tuple[Change, ...]]


@dataclass(frozen=True, slots=True)
class Said:
    """A reply."""

    text: str
    calls: tuple[tuple[str, str], ...] = ()
    finished: bool = True


def refactor(random: Random, files: Mapping[str, str] = FILES) -> Refactor:
    """Change random lines of one to three files."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    changes: dict[str, tuple[Change, ...]] = {}
    for path in random.sample(sorted(files), random.randint(1, min(3, len(files)))):
        rows = [line.rstrip("\n") for line in lines_with_ends(files[path])]
        rows = [row + " " * random.choice([0, 0, 0, 0, 0, 2]) if row.strip() else row for row in rows]
        ends = _ends(random, len(rows))
        made = _changes(random, rows)
        while not made:
            made = _changes(random, rows)
        before[path] = "".join(row + end for row, end in zip(rows, ends, strict=True))
        after[path] = _changed(rows, ends, made)
        changes[path] = made
    return Refactor(before, after, changes)


def _ends(random: Random, count: int) -> list[str]:
    usual = random.choice(ENDS)
    mixed = random.random() < 0.2
    ends = [random.choice(ENDS[:2]) if mixed else usual for _ in range(count)]
    if random.random() < 0.3:
        ends[-1] = ""
    return ends


def _changes(random: Random, rows: Sequence[str]) -> tuple[Change, ...]:
    """Change up to three places, at least two lines apart, each line replaced holding something."""
    found: list[Change] = []
    at = 0
    while at < len(rows) and len(found) < 3:
        at += random.randint(0, 8)
        if at >= len(rows):
            break
        size = random.choice([0, 1, 1, 2, 3])
        last = min(len(rows), at + size)
        if last == len(rows):
            break  # Else a blank last line without an end might be left, which no reply can show.
        depth = rows[at][: len(rows[at]) - len(rows[at].lstrip())]
        step = "\t" if any(row.startswith("\t") for row in rows) else "  "
        new = tuple(
            f"{depth}{random.choice(['', step])}new_{random.randint(0, 10**6)}();"
            for _ in range(random.choice([0, 1, 2]))
        )
        if all(row.strip() for row in rows[at:last]) and (last > at or new):
            found.append(Change(at, last, new))
        at = last + 3
    return tuple(found)


def _changed(rows: Sequence[str], ends: Sequence[str], changes: Sequence[Change]) -> str:
    """Return the text afterwards: a new line ends as the one that it replaces, or the one above, does."""
    usual = next((end for end in ends if end), "\n")
    pieces: list[tuple[str, str]] = []
    at = 0
    for change in changes:
        pieces += zip(rows[at : change.first], ends[at : change.first], strict=True)
        for number, line in enumerate(change.new):
            own = min(change.first + number, change.last - 1) if change.last > change.first else change.first - 1
            pieces.append((line, (ends[own] if own >= 0 else "") or usual))
        at = change.last
    pieces += zip(rows[at:], ends[at:], strict=True)
    text = "".join(line + (end or usual) for line, end in pieces[:-1])
    if not pieces:
        return ""
    line, end = pieces[-1]
    return text + line + ((end or usual) if ends[-1] else "")


def said(random: Random, done: Refactor, form: EditFormat) -> Said:
    """Write a refactor down in a format, with a few things spoiled."""
    write = {EditFormat.SEARCH: _blocks, EditFormat.DIFF: _diff, EditFormat.WHOLE: _whole, EditFormat.CALLS: _calls}[
        form
    ]
    reply = write(random, done)
    text = reply.text
    if text and random.random() < 0.3:
        text = f"I have changed what you asked for.\n\n{text}\nThat is all."
    if text and random.random() < 0.15:
        text = text.replace("\n", "\r\n")
    if random.random() < 0.1:
        return Said(text[: random.randint(0, len(text))], reply.calls[:-1], finished=False)
    return Said(text, reply.calls)


def _pieces(random: Random, done: Refactor, path: str) -> list[tuple[list[tuple[str, str]], int]]:
    """Return each change as signed lines with some around it, and the first one's number; lines are spoiled."""
    rows = [line.rstrip("\r\n") for line in lines_with_ends(done.before[path])]
    pieces = []
    changes = done.changes[path]
    for number, change in enumerate(changes):
        floor = changes[number - 1].last if number else 0
        ceiling = changes[number + 1].first if number + 1 < len(changes) else len(rows)
        around = random.randint(0, 3)
        first, last = max(floor, change.first - around), min(ceiling, change.last + around)
        while not any(row.strip() for row in rows[first:last]):
            first, last = max(floor, first - 1), min(ceiling, last + 1)
        body = [
            *((" ", row) for row in rows[first : change.first]),
            *(("-", row) for row in rows[change.first : change.last]),
            *(("+", line) for line in change.new),
            *((" ", row) for row in rows[change.last : last]),
        ]
        pieces.append((_spoiled(random, body), first))
    return pieces


def _spoiled(random: Random, body: list[tuple[str, str]]) -> list[tuple[str, str]]:
    spoil = random.choice(SPOILERS)
    return spoil(random, body)


def _as_it_is(_random: Random, body: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return body


def _no_trailing(_random: Random, body: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(sign, line.rstrip()) for sign, line in body]


def _trailing(random: Random, body: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(sign, line + " " * random.randint(0, 2) if sign != "+" else line) for sign, line in body]


def _deeper(_random: Random, body: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(sign, "    " + line if line.strip() else line) for sign, line in body]


def _flush(_random: Random, body: list[tuple[str, str]]) -> list[tuple[str, str]]:
    depth = min((len(line) - len(line.lstrip()) for _, line in body if line.strip()), default=0)
    return [(sign, line[depth:] if line.strip() else line) for sign, line in body]


def _tabless(_random: Random, body: list[tuple[str, str]]) -> list[tuple[str, str]]:
    # Where no line of the file's own shows its tabs, nothing says that blanks were not meant.
    if not any(sign != "+" and line.startswith("\t") for sign, line in body):
        return body
    return [(sign, line.replace("\t", "    ")) for sign, line in body]


def _without_blank(random: Random, body: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(sign, line) for sign, line in body if sign != " " or line.strip() or random.random() < 0.5]


def _slip(random: Random, body: list[tuple[str, str]]) -> list[tuple[str, str]]:
    at = random.randrange(len(body))
    sign, line = body[at]
    if sign == " " and len(line.strip()) > 8:
        body = [*body[:at], (sign, line[:-2] + line[-1]), *body[at + 1 :]]
    return body


def _wrong(random: Random, body: list[tuple[str, str]]) -> list[tuple[str, str]]:
    at = random.randrange(len(body))
    sign, line = body[at]
    return [*body[:at], (sign, line + "_other"), *body[at + 1 :]] if sign == "-" else body


SPOILERS: tuple[Callable[[Random, list[tuple[str, str]]], list[tuple[str, str]]], ...] = (
    _as_it_is,
    _as_it_is,
    _as_it_is,
    _no_trailing,
    _trailing,
    _deeper,
    _flush,
    _tabless,
    _without_blank,
    _slip,
    _wrong,
)


def _side(body: Sequence[tuple[str, str]], without: str) -> str:
    return "".join(line + "\n" for sign, line in body if sign != without)


def _blocks(random: Random, done: Refactor) -> Said:
    parts: list[str] = []
    for path in done.changes:
        for body, _ in _pieces(random, done, path):
            name = random.choice([path, path, f"`{path}`", f"**{path}**", f"### {path}", f"File: {path}", f"./{path}"])
            marks = random.randint(5, 9)
            block = f"{'<' * marks} SEARCH\n{_side(body, '+')}{'=' * marks}\n{_side(body, '-')}{'>' * marks} REPLACE\n"
            fence = random.choice(["```", "```code", "````", None])
            parts.append(f"{name}\n{block}" if fence is None else f"{name}\n{fence}\n{block}{fence.rstrip('code')}\n")
    return Said("\n".join(parts))


def _diff(random: Random, done: Refactor) -> Said:
    parts: list[str] = []
    for path in done.changes:
        prefix = random.choice(["a/", ""])
        parts.append(f"--- {prefix}{path}\n+++ {prefix.replace('a', 'b')}{path}\n")
        for body, first in _pieces(random, done, path):
            old, new = sum(sign != "+" for sign, _ in body), sum(sign != "-" for sign, _ in body)
            right = f"@@ -{first + 1},{old} +{first + 1},{new} @@\n"
            wrong = f"@@ -{random.randint(1, 99)},{old + random.randint(1, 4)} +{random.randint(1, 99)},{new} @@\n"
            parts.append(random.choice([right, wrong, "@@ @@\n", "@@\n"]))
            parts += [
                f"{sign}{line}\n" if line or random.random() < 0.5 else "\n" if sign == " " else f"{sign}\n"
                for sign, line in body
            ]
    text = "".join(parts)
    return Said(random.choice([text, f"````diff\n{text}````\n"]))


def _whole(random: Random, done: Refactor) -> Said:
    parts: list[str] = []
    for path in done.changes:
        rows = [line.rstrip("\r\n") for line in lines_with_ends(done.after[path])]
        if random.random() < 0.5:
            rows = [row.rstrip() for row in rows]
        fence = random.choice(["```", "```code", "~~~", "````"])
        body = "".join(row + "\n" for row in rows)
        parts.append(f"{path}\n{fence}\n{body}{fence.rstrip('code')}\n")
    return Said("\n".join(parts))


def _calls(random: Random, done: Refactor) -> Said:
    calls: list[tuple[str, str]] = []
    for path in done.changes:
        for body, _ in _pieces(random, done, path):
            given = {"path": path, "search": _side(body, "+"), "replace": _side(body, "-")}
            if random.random() < 0.5 and given["replace"] != "\n":
                given = {name: text.removesuffix("\n") for name, text in given.items()}
            calls.append(("replace_in_file", json.dumps(given)))
    return Said("", tuple(calls))
