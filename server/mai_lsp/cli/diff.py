"""Changes of files as a unified diff: coloured on a terminal, elsewhere as ``git apply`` takes it.

It prints nothing. Characters that could steer a terminal are made visible, also where nobody looks: a diff is piped
into pagers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff

from rich.style import Style
from rich.text import Text

from mai_lsp.cli.terminal import harmless
from mai_lsp.core.change import Change

CONTEXT = 3
"""Lines around a change, as git shows."""

_STYLES = {
    "+": Style(color="green"),
    "-": Style(color="red"),
    "@": Style(color="cyan"),
    " ": Style(),
    "\\": Style(dim=True),
}
_HEAD = Style(bold=True)


def draw(changes: Sequence[Change]) -> Text:
    """Return all changes in colour, one file after the other."""
    shown = Text()
    for change in changes:
        for line in lines(change):
            text = harmless(line.removesuffix("\r"))
            shown.append(text, _HEAD if line.startswith(_HEADS) else _STYLES[line[:1]])
            shown.append("\n")
    return shown


def plain(changes: Sequence[Change]) -> str:
    """Return the same without colour; what steers no terminal is kept, so that a diff of CRLF files still applies."""
    found = [
        harmless(line.removesuffix("\r")) + "\r" * line.endswith("\r") for change in changes for line in lines(change)
    ]
    return "".join(f"{line}\n" for line in found)


_HEADS = ("diff --git ", "--- ", "+++ ", "new file ", "deleted file ", "rename ", "similarity ")


def lines(change: Change) -> Iterator[str]:
    """Yield the lines of one file's diff, without line ends of their own; carriage returns stay at a line's end."""
    old, new = f"a/{change.path}", f"b/{change.moved_to or change.path}"
    yield f"diff --git {old} {new}"
    if change.before is None:
        yield "new file mode 100644"
        old = "/dev/null"
    elif change.after is None:
        yield "deleted file mode 100644"
        new = "/dev/null"
    elif change.moved_to:
        yield f"rename from {change.path}"
        yield f"rename to {change.moved_to}"
    before, after = _split(change.old), _split(change.after or "")
    for number, line in enumerate(unified_diff(before, after, old, new, n=CONTEXT, lineterm="")):
        if number < 2:
            yield line.rstrip("\t")
        elif line.startswith("@@"):
            yield line
        elif line.endswith("\n"):
            yield line[:-1]
        else:
            yield line
            yield "\\ No newline at end of file"


def _split(text: str) -> list[str]:
    """Split at newlines alone and keep them, as git does."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + parts[-1:] * bool(parts[-1])
