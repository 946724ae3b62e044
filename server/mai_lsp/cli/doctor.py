"""``mai-lsp doctor``: look at everything a completion needs, say what is so, and for what is wrong what to do.

It changes nothing and never shows a key. Exit code: 0 nothing failed (there may be warnings), 1 something failed,
2 usage. ``--json`` prints one object: ``version``, ``ok``, and ``checks`` with ``name``, ``state`` (``ok``, ``warn``,
``fail``, ``skip``), ``fact`` and ``advice`` each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import textwrap
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from mai_lsp import __version__
from mai_lsp.cli import options, source
from mai_lsp.errors import MaiError

if TYPE_CHECKING:
    from rich.text import Text

    from mai_lsp.engine.doctor import Patient
    from mai_lsp.engine.machine import Check

WELL, FAILED, USAGE = 0, 1, 2
"""Exit codes."""

_INTERRUPTED = 130

_INDENT = 21
"""Columns before a fact: state, name, and two blanks behind each."""

_WORDS = {"ok": ("ok", "green"), "warn": ("warn", "yellow"), "fail": ("FAIL", "bold red"), "skip": ("-", "dim")}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``doctor`` to the command line."""
    parser = subparsers.add_parser(
        "doctor",
        help="check everything a completion needs",
        description="Check everything a completion needs, from Python to a real completion, and say what to do.",
        epilog="Exit code: 0 nothing failed, 1 something failed, 2 usage.",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--offline", action="store_true", help="ask no model, not even one on this machine")
    options.add_to(parser)


def run(args: argparse.Namespace) -> int:
    """Check and print; return the exit code."""
    try:
        return asyncio.run(_run(args))
    except MaiError as error:
        print(f"mai-lsp: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return _INTERRUPTED


async def _run(args: argparse.Namespace) -> int:
    gathered = options.gather(args, source.project_root(Path.cwd()))
    # Everything here is loaded late, so that `mai-lsp --help` need not wait for it.
    from mai_lsp.engine.backend import new_client  # noqa: PLC0415
    from mai_lsp.engine.doctor import Patient  # noqa: PLC0415

    problems = (*gathered.problems, *options.unknown_variables(os.environ))
    client = new_client(lambda: gathered.settings, os.environ)
    try:
        checks = await _checks(Patient(gathered.settings, client, gathered.sources, problems), args)
    finally:
        await client.aclose()
    failed = any(check.state == "fail" for check in checks)
    if args.json:
        listed = [
            {"name": check.name, "state": check.state.value, "fact": check.fact, "advice": check.advice}
            for check in checks
        ]
        print(json.dumps({"version": __version__, "ok": not failed, "checks": listed}, indent=2))
    return FAILED if failed else WELL


async def _checks(patient: Patient, args: argparse.Namespace) -> list[Check]:
    """Run the checks, and show each as it comes unless the output is JSON."""
    from mai_lsp.cli import terminal  # noqa: PLC0415 (loads rich)
    from mai_lsp.engine.doctor import examine  # noqa: PLC0415 (same)

    out = terminal.console()
    err = terminal.console(error=True)
    # On one terminal only one console may draw, or the checks would run into the moving line.
    watched = next((console for console in (out, err) if console.is_terminal), None)
    status = watched.status("") if watched is not None and not args.json else None
    checks = []
    with status or nullcontext():
        begin = status.update if status is not None else lambda _: None
        async for check in examine(patient, offline=args.offline, begin=begin):
            checks.append(check)
            if not args.json:
                out.print(line(check, out.width if out.is_terminal else None))
    if not args.json:
        out.print()
        out.print(verdict(checks))
    return checks


def line(check: Check, width: int | None = None) -> Text:
    """Lay out one check: state, name, fact, and below it what to do; broken to `width` columns if there are so many."""
    from rich.text import Text  # noqa: PLC0415 (slow to load)

    word, style = _WORDS[check.state.value]
    shown = Text.assemble((f"{word:<4}", style), "  ", (f"{check.name:<13}", "bold"), "  ", _hanging(check.fact, width))
    if check.advice:
        shown.append(f"\n{' ' * _INDENT}{_hanging(check.advice, width)}", "cyan" if check.state == "fail" else "dim")
    return shown


def _hanging(text: str, width: int | None) -> str:
    """Break text so that all of it stands to the right of the names; paths stay whole."""
    from mai_lsp.cli.terminal import harmless  # noqa: PLC0415 (loads rich)

    text = harmless(text)
    if width is None or width < 2 * _INDENT:
        return text
    rows = textwrap.wrap(text, width - _INDENT, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * _INDENT}".join(rows)


def verdict(checks: list[Check]) -> str:
    """Sum up in a sentence."""
    counts = Counter(check.state.value for check in checks)
    failed, warned = counts["fail"], counts["warn"]
    if not failed and not warned:
        return "All is well."
    parts = [f"{n} {word}{'s' if n > 1 else ''}" for n, word in ((failed, "failure"), (warned, "warning")) if n]
    return f"{' and '.join(parts)}."
