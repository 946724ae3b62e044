"""``mai-lsp undo``: take back the last change that was made in this folder, by the command line or in an editor.

All or nothing: where a file is not as the change left it, nothing is undone and the file is named. An undone change can
not be done again. It also completes the way back of a change whose writing was broken off. Exit code: 0 undone (with
``--list``: there is something to undo), 1 there is nothing to undo, or a file was changed since, 2 error.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

from mai_lsp.engine.change import undo
from mai_lsp.engine.change.files import Files
from mai_lsp.engine.change.told import summary
from mai_lsp.reply.edits.wanted import Problem
from mai_lsp.workspace.ignore import Rules

UNDONE, NOTHING, WRONG = 0, 1, 2
"""Exit codes."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``undo`` to the command line."""
    parser = subparsers.add_parser(
        "undo",
        help="take back the last change",
        description="Take back the last change that was made in this folder, here or in an editor: all or nothing.",
        epilog="Exit code: 0 undone, 1 nothing to undo or changed since, 2 error.",
    )
    parser.add_argument(
        "folder", nargs="?", default=".", type=Path, help="a folder of the project; by default this one"
    )
    parser.add_argument("--list", action="store_true", help="list what can be undone, the last first")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Undo and print; return the exit code."""
    folder = args.folder.expanduser().absolute()
    # The change was made in the project's folder, which may be above this one.
    found = [entry for root in (folder, *folder.parents) for entry in undo.entries(root)]
    found.sort(key=lambda entry: entry.at, reverse=True)
    if args.list:
        return _list(found, as_json=args.json)
    code, message, files = _undo(found)
    if args.json:
        print(json.dumps({"undone": code == UNDONE, "message": message, "files": files}, indent=2))
    else:
        _say(message, error=code != UNDONE)
    return code


def _undo(found: list[undo.Entry]) -> tuple[int, str, list[str]]:
    if not found:
        return NOTHING, "There is no change to undo here.", []
    from mai_lsp.engine.change.writing import NotWritten, leftovers, rewrite  # noqa: PLC0415 (only when it is needed)

    entry = found[0]
    root = Path(entry.root)
    # What is ignored by now was not when it was changed.
    changes = undo.back(entry, Files(root, (), Rules([root], gitignore=False)).current)
    if isinstance(changes, Problem):
        return NOTHING, f"“{entry.title}” can not be undone: {changes.detail} Nothing was changed.", [changes.path]
    if not changes:
        if entry.by == "editor":
            told = "no file on disk has it: the editor has not saved it, or it was undone there"
            return NOTHING, f"“{entry.title}” was made in an editor, and {told}.", []
        undo.forget(entry)
        leftovers(root, entry)
        return NOTHING, f"“{entry.title}” is undone already.", []
    try:
        rewrite(root, changes, marked=entry.marked)
    except NotWritten as error:
        return WRONG, str(error), []
    undo.forget(entry)
    leftovers(root, entry)
    paths = [change.moved_to or change.path for change in changes]
    return UNDONE, f"Undone: “{entry.title}” ({summary(changes)}).", paths


def _list(found: list[undo.Entry], *, as_json: bool) -> int:
    if as_json:
        told = [
            {"title": entry.title, "at": _time(entry), "by": entry.by, "files": [file.path for file in entry.files]}
            for entry in found
        ]
        print(json.dumps(told, indent=2))
    else:
        for entry in found:
            count = len(entry.files)
            broken = "" if entry.complete else ", broken off"
            files = f"{count} file{'' if count == 1 else 's'}"
            print(f"{_time(entry)}  {_harmless(entry.title)} ({files}, {entry.by}{broken})")
    return UNDONE if found else NOTHING


def _time(entry: undo.Entry) -> str:
    return datetime.fromtimestamp(entry.at).astimezone().isoformat(" ", "seconds")


def _say(message: str, *, error: bool) -> None:
    print(f"mai-lsp: {_harmless(message)}" if error else _harmless(message), file=sys.stderr if error else sys.stdout)


def _harmless(text: str) -> str:
    from mai_lsp.cli.terminal import harmless  # noqa: PLC0415 (loads rich)

    return harmless(text)
