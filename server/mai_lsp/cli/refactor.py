"""``mai-lsp refactor "instruction" [PATHS]``: change a project in words, over as many files as it takes.

Without PATHS the files are found in the current folder's project by its index; ``--index`` brings that up to date. It
shows which files were chosen and why, who was asked and why, and a diff; nothing is written without ``--write``, and
then all or nothing. Exit code: 0 there are changes, 1 there are none, and why, 2 usage or error, 130 interrupted. What
is printed, and the JSON of ``--json``, is told in `mai_lsp.cli.work`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mai_lsp.cli import source, work
from mai_lsp.engine.change import instructed
from mai_lsp.engine.change.job import Job
from mai_lsp.errors import MaiError


class BadPath(MaiError):
    """A path that is not of this project."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``refactor`` to the command line."""
    parser = subparsers.add_parser(
        "refactor",
        help="change a project by an instruction",
        description="Ask for a change of the project and show it as a diff. Nothing is written without --write.",
        epilog="Exit code: 0 there are changes, 1 there are none, 2 usage or error.",
    )
    parser.add_argument("instruction", help="what is to be done, in words")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; by default told by the index")
    work.add_to(parser)


def run(args: argparse.Namespace) -> int:
    """Ask and print; return the exit code."""
    named = [Path(path).expanduser().absolute() for path in args.paths]
    first = named[0] if named else Path.cwd()
    root = source.project_root(first if first.is_dir() else first.parent)
    return work.run(args, root, lambda desk: _job(args, named, desk))


def _job(args: argparse.Namespace, named: list[Path], desk: work.Desk) -> Job:
    paths = []
    for path in named:
        if not path.is_relative_to(desk.root):
            raise BadPath(f"{path.name} is not in {desk.root}.", advice="One change stays inside one project.")
        if not path.exists():
            raise BadPath(f"There is no {path}.")
        paths.append(path.relative_to(desk.root).as_posix())
    made = instructed.refactor(args.instruction, paths=[path for path in paths if path != "."])
    if isinstance(made, str):
        raise BadPath(made)
    return made
