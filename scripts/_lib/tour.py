"""Opens the sample files in the real server over stdio and prints what an editor would show.

It runs in the project's environment; the provider is the local model unless the environment names another.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mai_lsp.core.language import find
from tests.support.lsp_client import LspClient

CURSOR = "$0"
LINES_ABOVE = 4
LINES_BELOW = 3


def main(folder: Path) -> int:
    """Complete at the cursor of every sample file; returns the exit code."""
    console = Console(highlight=False)
    chosen = {} if os.environ.get("MAI_LSP_PROVIDER") else {"MAI_LSP_PROVIDER": "local"}
    times = []
    shown = 0
    with LspClient([sys.executable, "-m", "mai_lsp", "--stdio"], env=chosen) as client:
        client.initialize({"textDocument": {"inlineCompletion": {}}}, root=folder.as_uri())
        console.print("[dim]The server is up. The first answer waits for the model to be loaded.[/]\n")
        for path in sorted(folder.iterdir()):
            marked = path.read_text(encoding="utf-8")
            before, _, after = marked.partition(CURSOR)
            language = find("", path.name)
            client.open(path.as_uri(), language.id, before + after)
            line = before.count("\n")
            started = time.monotonic()
            answer = client.complete(path.as_uri(), line, len(before) - before.rfind("\n") - 1)
            times.append(time.monotonic() - started)
            items = answer["items"] if answer else []
            shown += bool(items)
            console.print(f"[bold]{path.name}[/]  [dim]{language.name}, {times[-1]:.1f} s[/]")
            _show(console, path.name, before, after, items)
    console.print(
        f"{shown} of {len(times)} places completed by the real server; "
        f"median {statistics.median(times):.1f} s, the first one {times[0]:.1f} s."
    )
    if not shown:
        console.print("[red]Nothing was suggested.[/] `mai-lsp doctor` says why.")
    return 0 if shown else 1


def _show(console: Console, name: str, before: str, after: str, items: list[dict[str, Any]]) -> None:
    """Print the lines around the cursor with the suggestion as ghost text."""
    above = "\n".join(before.split("\n")[-LINES_ABOVE - 1 :])
    below = "\n".join(after.split("\n")[: LINES_BELOW + 1])
    text = Text()
    text.append_text(_highlighted(above, name))
    if items:
        # Without colours the suggestion is marked as `git diff --word-diff` marks what is new.
        left, right = ("", "") if console.is_terminal and not console.no_color else ("{+", "+}")
        text.append(left + items[0]["insertText"] + right, style="italic bright_black on grey11")
    else:
        text.append(" (no suggestion)", style="italic red")
    text.append_text(_highlighted(below, name))
    text.expand_tabs(4)
    for line in text.split("\n"):
        console.print(Text("  │ ", style="dim") + line, soft_wrap=True)
    console.print()


def _highlighted(code: str, name: str) -> Text:
    shown = Syntax("", Syntax.guess_lexer(name), theme="ansi_dark").highlight(code)
    shown.rstrip()
    blanks = code[len(code.rstrip()) :]
    return shown + Text(blanks) if not shown.plain.endswith(blanks) else shown


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]).resolve()))
