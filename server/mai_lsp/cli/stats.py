"""``mai-lsp stats``: what became of the suggestions, how long they took and what they cost.

It reads this machine's figures, sends nothing and changes nothing but the file that ``--html`` names. Exit code: 0
there are figures, 1 there are none, 2 usage or error.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import sqlite3
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from mai_lsp import __version__
from mai_lsp.cli import options, source
from mai_lsp.errors import MaiError
from mai_lsp.usage import store
from mai_lsp.usage.counts import Book
from mai_lsp.usage.figures import By, grouped, overall, worth

FOUND, NOTHING, WRONG = 0, 1, 2
"""Exit codes."""

_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``stats`` to the command line."""
    parser = subparsers.add_parser(
        "stats",
        help="show what became of the suggestions and what they cost",
        description="Show what became of the suggestions: acceptance, what was kept, latency, tokens and cost. "
        "The figures are kept on this machine and never sent.",
        epilog="Exit code: 0 there are figures, 1 there are none yet, 2 usage or error.",
    )
    parser.add_argument(
        "--since", type=_since, default="12w", metavar="WHEN", help="how far back: 10d, 4w, 6m, 1y, or a date (12w)"
    )
    parser.add_argument("--by", type=By, choices=list(By), metavar="WHAT", help="only by kind, model, language or week")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with charts, for a browser")
    options.add_to(parser)


def run(args: argparse.Namespace) -> int:
    """Read, work out and print; return the exit code."""
    try:
        return _run(args)
    except MaiError as error:
        print(f"mai-lsp: {error}", file=sys.stderr)
        return WRONG


def _run(args: argparse.Namespace) -> int:
    gathered = options.gather(args, source.project_root(Path.cwd()))
    enabled = gathered.settings.stats_enable
    since: date = args.since
    path = store.database()
    book = _read(path, since)
    groups = worth(book) if args.by is None else (args.by,)
    if args.html is not None and book:
        _write_page(args.html, book, groups, since)
    if args.json:
        print(json.dumps(as_json(book, groups, since, path, enabled=enabled), indent=2))
    elif book:
        from mai_lsp.cli import stats_table, terminal  # noqa: PLC0415 (loads rich)

        out = terminal.console()
        width = out.width if out.is_terminal else stats_table.WIDE
        shown = stats_table.draw(book, groups, since, width=width, ascii_only=not _unicode(out.encoding))
        out.print(shown, soft_wrap=True)
        if args.html is not None:
            out.print(f"\nThe page is {args.html}.")
    else:
        print(nothing(path, since, enabled=enabled))
    return FOUND if book else NOTHING


def as_json(book: Book, groups: Sequence[By], since: date, path: Path, *, enabled: bool) -> dict[str, Any]:
    """Return all figures as JSON data; shares from 0 to 1, times in milliseconds, costs in USD."""
    return {
        "version": __version__,
        "since": since.isoformat(),
        "enabled": enabled,
        "file": str(path),
        "overall": dataclasses.asdict(overall(book)),
        "by": {by.value: {name: dataclasses.asdict(row) for name, row in grouped(book, by).items()} for by in groups},
    }


def nothing(path: Path, since: date, *, enabled: bool) -> str:
    """Say why there is nothing to show, and what to do."""
    if not enabled:
        return "Nothing is counted: mai.stats.enable is false. Set it to true and use your editor for a while."
    if path.exists():
        return f"There are no figures since {since.isoformat()}. Look further back with --since 1y."
    return (
        "There are no figures yet. Connect your editor to `mai-lsp --stdio`, write some code, and ask again.\n"
        "What `mai-lsp complete` shows is not counted."
    )


def _read(path: Path, since: date) -> Book:
    try:
        return store.read(path, since.isoformat())
    except (sqlite3.Error, OSError) as error:
        raise MaiError(f"{path} can not be read: {error}.") from error


def _write_page(path: Path, book: Book, groups: Sequence[By], since: date) -> None:
    from mai_lsp.cli import stats_page  # noqa: PLC0415 (not needed otherwise)

    try:
        path.write_text(stats_page.page(book, groups, since), encoding="utf-8", newline="\n")
    except OSError as error:
        raise MaiError(f"{path} can not be written: {error.strerror or type(error).__name__}.") from error


def _since(text: str) -> date:
    if found := re.fullmatch(r"(\d{1,4})([dwmy])", text):
        return datetime.now().astimezone().date() - timedelta(days=int(found[1]) * _DAYS[found[2]])
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither like 4w nor a date like 2026-11-01") from None


def _unicode(encoding: str) -> bool:
    return encoding.lower().replace("-", "").startswith("utf")
