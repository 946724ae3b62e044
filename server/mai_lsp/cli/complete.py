"""``mai-lsp complete FILE:LINE:COL``: ask for a completion at a place and show it there, through the editor's engine.

It changes no file. Exit code: 0 there is a suggestion (or, with ``--show-prompt``, a prompt), 1 there is none and
nothing is wrong, 2 usage or error.

``--json`` prints one object. Its keys stay; new ones may come:

- ``uri``, ``language``; ``position``: ``line`` and ``column`` from 1, columns in code points, and ``offset`` from 0
- ``suggestion``: null, or ``text`` which replaces what is between ``start`` and ``end`` (both like ``position``)
- ``reason`` and ``message``: null, or why there is no suggestion, as a word of `engine.outcome.Reason` and a sentence
- ``error``: null, or ``kind`` (a class of `mai_lsp.errors`), ``message`` and ``advice``
- ``provider``, ``model``, ``wire``, ``finish``: strings, or null where nothing was asked
- ``milliseconds``: ``context``, ``first_token`` (or null), ``total``
- ``tokens``: ``prompt_estimate``, ``input``, ``cached`` (part of input), ``output``, ``reasoning`` (part of output),
  ``estimated`` (true when the provider did not count)
- ``cost_usd``: a number, or null when the price is not known
- ``notes``: sentences about settings and position
- ``explain`` with ``--explain``: ``reach`` (how far a suggestion may go here: line, statement or block),
  ``said_characters``, ``filters`` (each with ``filter``, a word of `reply.verdict.Verdict`, and ``verdict``: passed,
  dropped or not reached) and ``why``, a sentence

With ``--show-prompt`` it holds ``request`` (``method``, ``url``, ``headers``, ``body``), ``pieces`` (``piece``,
``path``, ``tokens``, ``why``), ``withheld`` (``what``, ``path``, ``why``: what was masked or left out) and ``notes``
instead; where nothing would be sent, it is the object above with its reason. What goes wrong before there is a
position to ask at gives ``error`` alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mai_lsp.cli import explain, facts, neighbours, options, position, source
from mai_lsp.engine.outcome import Outcome, Reason, Skipped, Suggestion
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.errors import MaiError
from mai_lsp.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console


SUGGESTED, NOTHING, WRONG = 0, 1, 2
"""Exit codes."""

_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked, and with which settings."""

    ask: Ask
    documents: source.OneDocument
    settings: Settings
    notes: list[str]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``complete`` to the command line."""
    parser = subparsers.add_parser(
        "complete",
        help="show the completion at a place in a file",
        description="Ask for a completion at FILE:LINE:COL and show it in place. The file is not changed.",
        epilog="Exit code: 0 there is a suggestion, 1 there is none, 2 usage or error.",
    )
    parser.add_argument(
        "position",
        nargs="?",
        metavar="FILE:LINE[:COL]",
        help="where, from 1; columns in code points, without one the line's end; - as FILE is standard input",
    )
    # An option's name, as far as argparse is concerned: `-:3:5` reads like a position and could not be one otherwise.
    parser.add_argument("-:", dest="stdin", metavar="LINE[:COL]", help=argparse.SUPPRESS)
    parser.add_argument("--language", default="", metavar="ID", help="LSP language id; by default by the file's ending")
    parser.add_argument("--index", action="store_true", help="first bring the index of the file's project up to date")
    parser.add_argument("--automatic", action="store_true", help="ask as if while typing, not as if by hand")
    parser.add_argument(
        "--show-prompt",
        action="store_true",
        help="show exactly what would be sent and what is withheld, and send nothing",
    )
    parser.add_argument(
        "--explain", action="store_true", help="also say what was asked, how much came, and what each filter made of it"
    )
    shown = parser.add_argument_group("output")
    shown.add_argument("--json", action="store_true", help="print one JSON object")
    shown.add_argument("--svg", type=Path, metavar="FILE", help="also write the output as a picture")
    shown.add_argument("--lines", type=_count, default=8, metavar="N", help="lines above and below the cursor (8)")
    options.add_to(parser)


def run(args: argparse.Namespace) -> int:
    """Ask and print; return the exit code."""
    try:
        return asyncio.run(_run(args))
    except MaiError as error:
        if args.json:
            _print_json({"error": facts.error(error)})
        else:
            print(f"mai-lsp: {error}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return _INTERRUPTED


async def _run(args: argparse.Namespace) -> int:
    request = _request(args)
    from mai_lsp.engine.backend import new_client  # noqa: PLC0415 (`--help` need not wait for it)

    client = new_client(lambda: request.settings, os.environ)
    gatherer = neighbours.gatherer(request.documents, request.settings)
    try:
        if args.index and gatherer is not None and request.documents.root is not None:
            gitignore = request.settings.ignore_gitignore
            quiet = args.json or not sys.stderr.isatty()
            request.notes.append(await neighbours.build(request.documents.root, gitignore=gitignore, quiet=quiet))
        deps = Deps(client, request.documents, request.settings, gatherer)
        return await (_preview if args.show_prompt else _complete)(args, request, deps)
    finally:
        if gatherer is not None:
            gatherer.close()
        await client.aclose()


def _request(args: argparse.Namespace) -> _Request:
    where = _position(args)
    documents = (
        source.open_stdin(args.language)
        if where.file == position.STDIN
        else source.open_file(where.file, args.language)
    )
    gathered = options.gather(args, documents.root)
    documents = replace(documents, gitignore=gathered.settings.ignore_gitignore)
    offset, note = position.offset_of(where, documents.document)
    notes = [*gathered.problems, *([note] if note else [])]
    return _Request(Ask(documents.document, offset, args.automatic), documents, gathered.settings, notes)


def _position(args: argparse.Namespace) -> position.Position:
    if (args.position is None) == (args.stdin is None):
        raise position.BadPosition(
            "Name one place.", advice="Write it like src/app.py:12:5, or -:12:5 for standard input."
        )
    return position.parse(args.position or f"{position.STDIN}:{args.stdin.removeprefix(':')}")


async def _preview(args: argparse.Namespace, request: _Request, deps: Deps) -> int:
    from mai_lsp.cli import preview  # noqa: PLC0415 (loads rich)
    from mai_lsp.engine.completion import plan_for  # noqa: PLC0415 (`--help` need not wait for it)

    plan = await plan_for(request.ask, deps)
    if isinstance(plan, Skipped):
        if args.json:
            _print_json(facts.as_json(request.ask.document, request.ask.offset, plan, request.notes))
        else:
            _note([*request.notes, plan.detail])
        return NOTHING
    shown = deps.model.preview(plan.endpoint, plan.prompt)
    if args.json:
        _print_json({**preview.as_json(shown, plan.prompt, plan.withheld), "notes": request.notes})
        return SUGGESTED
    from mai_lsp.cli import terminal  # noqa: PLC0415 (loads rich)

    _note(request.notes)
    out = terminal.console()
    out.print(preview.draw(shown, plan.prompt, plan.withheld, colour=terminal.coloured(out)))
    return SUGGESTED


async def _complete(args: argparse.Namespace, request: _Request, deps: Deps) -> int:
    from mai_lsp.engine import when  # noqa: PLC0415 (`--help` need not wait for it)
    from mai_lsp.engine.completion import complete  # noqa: PLC0415 (same)

    ask = request.ask
    path = deps.documents.display_path(ask.document.uri)
    skipped = when.objection(ask, deps.settings, path=path) if ask.automatic else None
    with _waiting(quiet=args.json):
        outcome = skipped or await complete(ask, deps)
    if args.json:
        told = facts.as_json(request.ask.document, request.ask.offset, outcome, request.notes)
        _print_json({**told, "explain": explain.as_json(outcome)} if args.explain else told)
    else:
        _note(request.notes)
        _show(args, request, outcome)
        if args.explain:
            print("\n" + "\n".join(explain.lines(outcome)))
    if isinstance(outcome, Suggestion):
        return SUGGESTED
    return WRONG if outcome.reason is Reason.ERROR else NOTHING


def _show(args: argparse.Namespace, request: _Request, outcome: Outcome) -> None:
    from mai_lsp.cli import picture, terminal  # noqa: PLC0415 (loads rich)

    title = f"{request.documents.display_path(request.ask.document.uri)} · {request.ask.document.language}"
    card = picture.Card(request.ask.document, request.ask.offset, outcome, title, around=args.lines)
    out = terminal.console()
    out.print(terminal.harmless(title), style="dim")
    out.print(picture.draw(card, colour=terminal.coloured(out)))
    if told := picture.facts_of(card):
        told = facts.broken(told, out.width) if out.is_terminal else told
        out.print(f"\n{told}", style="dim")
    if isinstance(outcome, Skipped):
        terminal.console(error=True).print(outcome.detail or outcome.reason.value)
    if args.svg is not None:
        try:
            args.svg.write_text(picture.svg(card), encoding="utf-8", newline="\n")
        except OSError as error:
            raise MaiError(f"{args.svg} can not be written: {error.strerror or type(error).__name__}.") from error


def _waiting(*, quiet: bool) -> AbstractContextManager[Any]:
    """Show on a terminal that something is going on; a model that starts takes seconds."""
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    from mai_lsp.cli import terminal  # noqa: PLC0415 (loads rich)

    err: Console = terminal.console(error=True)
    return err.status("Asking the model …")


def _note(notes: list[str]) -> None:
    for note in notes:
        print(f"mai-lsp: {note}", file=sys.stderr)


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps(data, indent=2))


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number
