"""Carries a job out for a command: runs it, shows what would be changed and by whom it was proposed, writes if told to.

Standard output has the diff alone, so that it can be piped to ``git apply``; everything else goes to standard error.

``--json`` prints one object. Its keys stay; new ones may come:

- ``state``: proposed, written, explained, refused or error; ``title`` of the job; ``message``: a sentence, or null
- ``files``: each with ``path``, ``kind`` (changed, new, moved, deleted), ``moved_to``, ``why`` and ``diff``
- ``chosen``: the files that were looked at, each with ``path`` and ``why``
- ``decisions``: whom was asked in turn, each with ``role``, ``provider``, ``model`` and ``reason``
- ``problems`` of the last attempt, each with ``refusal`` (a word of `reply.edits.wanted.Refusal`), ``path``, ``detail``
- ``tokens``: ``input``, ``cached`` (part of input), ``output``, ``reasoning`` (part of output), ``estimated``
- ``cost_usd``: a number, or null when the price is not known
- ``prose``: what the model said besides; the explanation of an action that explains
- ``error``: null, or ``kind`` (a class of `mai_lsp.errors`), ``message`` and ``advice``
- ``notes``: sentences about settings
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mai_lsp.cli import facts, options
from mai_lsp.cli.watch import TerminalWatcher
from mai_lsp.core.change import Change
from mai_lsp.engine.change.files import Files
from mai_lsp.engine.change.job import Ended, Explained, Job, Proposal, Refused
from mai_lsp.engine.change.told import kind, summary, usage_line
from mai_lsp.errors import MaiError
from mai_lsp.model.types import Role
from mai_lsp.reply.edits.wanted import Problem
from mai_lsp.settings import Settings
from mai_lsp.workspace.ignore import Rules

CHANGES, NOTHING, WRONG, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: there are changes (with ``--write``: they were made); there are none, and why; an error; Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job works with here."""

    root: Path
    files: Files
    settings: Settings
    notes: tuple[str, ...]


Make = Callable[[Desk], Job]
"""Makes the job; raises MaiError."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options that both commands have."""
    parser.add_argument(
        "--write", action="store_true", help="make the changes, all or none; `mai-lsp undo` undoes them"
    )
    parser.add_argument("--role", choices=(Role.EDIT.value, Role.PLAN.value), help="which model is asked")
    parser.add_argument("--yes", action="store_true", help="answer questions about cost with yes")
    parser.add_argument("--index", action="store_true", help="first bring the index of the project up to date")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options.add_to(parser)


def run(args: argparse.Namespace, root: Path, make: Make) -> int:
    """Carry out the job and print what comes of it; return the exit code."""
    try:
        return asyncio.run(_run(args, root, make))
    except MaiError as error:
        if args.json:
            print(json.dumps({"state": "error", "error": facts.error(error)}, indent=2))
        else:
            _say(str(error))
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED


def desk(args: argparse.Namespace, root: Path) -> Desk:
    """Return what a job in a folder works with; raises SettingsError."""
    gathered = options.gather(args, root)
    files = Files(root, (), Rules([root], gitignore=gathered.settings.ignore_gitignore))
    return Desk(files.root, files, gathered.settings, gathered.problems)


async def _run(args: argparse.Namespace, root: Path, make: Make) -> int:
    at = desk(args, root)
    job = make(at)
    if args.role:
        job = replace(job, role=Role(args.role))
    if args.index:
        from mai_lsp.cli import neighbours  # noqa: PLC0415 (not without the option)

        quiet = args.json or not sys.stderr.isatty()
        told = await neighbours.build(at.root, gitignore=at.settings.ignore_gitignore, quiet=quiet)
        at = replace(at, notes=(*at.notes, told))
    from mai_lsp.cli import working  # noqa: PLC0415 (`--help` need not wait for it)

    with TerminalWatcher(quiet=args.json, yes=args.yes) as watcher:
        ended = await working.carry_out(job, at, watcher)
    written = False
    if isinstance(ended, Proposal) and args.write:
        ended = _write(at, ended)
        written = isinstance(ended, Proposal)
    if args.json:
        print(json.dumps(as_json(ended, written=written, notes=at.notes), indent=2))
    else:
        _print(ended, written=written, notes=at.notes)
    if isinstance(ended, Refused):
        return WRONG if ended.error is not None else NOTHING
    return CHANGES


def _write(at: Desk, proposal: Proposal) -> Proposal | Refused:
    """Make the changes, as far as the files are still those that were read; raises NotWritten."""
    from mai_lsp.engine.change.current import follow_all  # noqa: PLC0415 (only for writing)
    from mai_lsp.engine.change.undo import forget  # noqa: PLC0415 (same)
    from mai_lsp.engine.change.writing import write  # noqa: PLC0415 (same)

    changes = follow_all(proposal.changes, at.files.current)
    if isinstance(changes, Problem):
        message = f"{changes.detail} Nothing was written."
        return Refused(
            proposal.job,
            message,
            (changes,),
            chosen=proposal.chosen,
            decisions=proposal.decisions,
            usage=proposal.usage,
        )
    entry = write(at.root, proposal.job.title, changes)
    if not at.settings.undo_enable:
        forget(entry)
    return replace(proposal, changes=changes)


def as_json(ended: Ended, *, written: bool, notes: Sequence[str]) -> dict[str, Any]:
    """Return what came of a job as JSON data."""
    chosen = () if isinstance(ended, Explained) else ended.chosen
    whys = {one.path: one.why for one in chosen}
    refused = ended if isinstance(ended, Refused) else None
    state = "written" if written else "proposed"
    if isinstance(ended, Explained):
        state = "explained"
    elif refused is not None:
        state = "refused" if refused.error is None else "error"
    usage = ended.usage
    return {
        "state": state,
        "title": ended.job.title,
        "message": refused.message if refused is not None else None,
        "files": [_file(one, whys) for one in ended.changes] if isinstance(ended, Proposal) else [],
        "chosen": [{"path": one.path, "why": one.why} for one in chosen],
        "decisions": [
            {"role": one.role.value, "provider": one.provider, "model": one.model, "reason": one.reason}
            for one in ended.decisions
        ],
        "problems": [
            {"refusal": one.refusal.value, "path": one.path, "detail": one.detail}
            for one in (refused.problems if refused is not None else ())
        ],
        "tokens": {
            "input": usage.input_tokens,
            "cached": usage.cached_tokens,
            "output": usage.output_tokens,
            "reasoning": usage.reasoning_tokens,
            "estimated": usage.estimated,
        },
        "cost_usd": usage.cost_usd,
        "prose": ended.text if isinstance(ended, Explained) else ended.prose if isinstance(ended, Proposal) else "",
        "error": facts.error(refused.error) if refused is not None and refused.error is not None else None,
        "notes": list(notes),
    }


def _file(change: Change, whys: dict[str, str]) -> dict[str, str]:
    from mai_lsp.cli import diff  # noqa: PLC0415 (loads rich)

    return {
        "path": change.path,
        "kind": kind(change),
        "moved_to": change.moved_to,
        "why": whys.get(change.path, ""),
        "diff": "".join(f"{line}\n" for line in diff.lines(change)),
    }


def _print(ended: Ended, *, written: bool, notes: Sequence[str]) -> None:
    from mai_lsp.cli import diff, terminal  # noqa: PLC0415 (loads rich)

    for note in notes:
        _say(note)
    err = terminal.console(error=True)
    for one in () if isinstance(ended, Explained) else ended.chosen:
        err.print(terminal.harmless(f"  {one.path}: {one.why}"), style="dim")
    for decision in ended.decisions:
        told = f"  {decision.model} ({decision.provider}, {decision.role.value}): {decision.reason}"
        err.print(terminal.harmless(told), style="dim")
    if isinstance(ended, Proposal):
        out = terminal.console()
        if terminal.coloured(out):
            out.print(diff.draw(ended.changes), end="")
        else:
            out.file.write(diff.plain(ended.changes))
        done = "Written" if written else "Not written (--write does that)"
        told = " · ".join(filter(None, [summary(ended.changes), usage_line(ended.usage)]))
        if ended.prose:
            err.print(terminal.harmless(ended.prose), style="dim")
        err.print(f"{done}: {told}.")
        return
    if isinstance(ended, Explained):
        terminal.console().print(terminal.harmless(ended.text))
    else:
        _say(f"{ended.job.title}: {ended.message}")
    if used := usage_line(ended.usage):
        err.print(f"({used})", style="dim")


def _say(text: str) -> None:
    from mai_lsp.cli.terminal import harmless  # noqa: PLC0415 (loads rich)

    print(f"mai-lsp: {harmless(text)}", file=sys.stderr)
