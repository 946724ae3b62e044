"""``mai-lsp edit FILE[:LINES] "instruction"``: change a part of one file in words, or by a built-in action.

It shows a diff and writes nothing without ``--write``. LINES are ``12`` or ``12-30``, from 1; without them it is the
whole file. ``--action ID`` runs a built-in action instead of an instruction, ``--list`` shows those that make sense at
the place. Exit code: 0 there are changes (or an explanation), 1 there are none, and why, 2 usage or error, 130
interrupted. What is printed, and the JSON of ``--json``, is told in `mai_lsp.cli.work`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

from mai_lsp.actions.offer import find, offer
from mai_lsp.actions.offered import Abilities, Offer
from mai_lsp.cli import source, work
from mai_lsp.core.text import Document, Span
from mai_lsp.engine.change import instructed
from mai_lsp.engine.change.job import Job
from mai_lsp.engine.change.jobs import job_of
from mai_lsp.errors import MaiError
from mai_lsp.reply.edits.wanted import Problem

_PLACE = re.compile(r"(?P<file>.+?)(?::(?P<first>\d+)(?:-(?P<last>\d+))?)?", re.DOTALL)


class BadPlace(MaiError):
    """What was named can not be changed."""


class Place(NamedTuple):
    """A file, and lines of it from 1; no lines: all of it."""

    file: Path
    first: int = 0
    last: int = 0


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``edit`` to the command line."""
    parser = subparsers.add_parser(
        "edit",
        help="change a part of a file by an instruction",
        description="Ask for a change of FILE and show it as a diff. Nothing is written without --write.",
        epilog="Exit code: 0 there are changes, 1 there are none, 2 usage or error.",
    )
    parser.add_argument("place", metavar="FILE[:LINES]", help="LINES like 12 or 12-30, from 1; without them all of it")
    parser.add_argument("instruction", nargs="?", default="", help="what is to be done, in words")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--action", metavar="ID", help="run a built-in action")
    chosen.add_argument("--list", action="store_true", help="list the actions that make sense there, and ask nobody")
    work.add_to(parser)


def run(args: argparse.Namespace) -> int:
    """Ask and print; return the exit code."""
    place = parse(args.place)
    root = source.project_root(place.file.parent)
    if args.list:
        try:
            return _list(args, place, root)
        except MaiError as error:
            print(f"mai-lsp: {error}", file=sys.stderr)
            return work.WRONG
    return work.run(args, root, lambda desk: _job(args, place, desk))


def parse(text: str) -> Place:
    """Read FILE[:LINES]; a file whose name looks like that counts as a file."""
    found = _PLACE.fullmatch(text)
    if found is None or found["first"] is None or Path(text).is_file():
        return Place(_absolute(text))
    first = int(found["first"])
    return Place(_absolute(found["file"]), first, int(found["last"] or first))


def _absolute(name: str) -> Path:
    return Path(name).expanduser().absolute()


def _job(args: argparse.Namespace, place: Place, desk: work.Desk) -> Job:
    document, path = _document(place, desk)
    span = span_of(document, place)
    said = args.instruction.strip()
    if args.action:
        offered = find(args.action, document, span, (), ())
        if offered is None:
            raise BadPlace(
                f"The action {args.action} makes no sense at this place.", advice="See `mai-lsp edit --list`."
            )
        made = job_of(offered, document, path, lambda: set(desk.files.listed()), said=said)
    elif said:
        made = instructed.edit(said, document, path, span)
    else:
        raise BadPlace(
            "Say what is to be done.", advice='Write it behind the file, like "use a dict", or add --action.'
        )
    if isinstance(made, str):
        raise BadPlace(made)
    return made


def span_of(document: Document, place: Place) -> Span:
    """Return the named lines whole, all of the text where none are named; raises BadPlace for others."""
    if not place.first:
        return Span(0, len(document.text))
    if not 1 <= place.first <= place.last <= document.line_count:
        raise BadPlace(
            f"{place.file.name} has no lines {place.first}-{place.last}.", advice=f"It has {document.line_count}."
        )
    return Span(document.starts[place.first - 1], document.line_span(place.last - 1).end)


def _document(place: Place, desk: work.Desk) -> tuple[Document, str]:
    path = place.file.relative_to(desk.root).as_posix()
    document = desk.files.read(path)
    if isinstance(document, Problem):
        raise BadPlace(document.detail)
    return document, path


def _list(args: argparse.Namespace, place: Place, root: Path) -> int:
    desk = work.desk(args, root)
    document, _ = _document(place, desk)
    span = span_of(document, place)
    disabled = desk.settings.actions_disabled
    found: list[Offer] = offer(document, span, (), (), Abilities(input=True, disabled=disabled))
    if args.json:
        print(json.dumps([{"id": one.id, "title": one.title, "kind": one.kind} for one in found], indent=2))
    else:
        from mai_lsp.cli.terminal import harmless  # noqa: PLC0415 (loads rich)

        width = max((len(one.id) for one in found), default=0)
        for one in found:
            print(f"{one.id:<{width}}  {harmless(one.title)}")
    return work.CHANGES if found else work.NOTHING
