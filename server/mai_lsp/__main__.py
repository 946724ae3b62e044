"""The command `mai-lsp`: the language server with `--stdio`, or one of the subcommands.

It reads arguments and nothing else; a subcommand's modules are imported only when it is asked for.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

COMMANDS = ("complete", "edit", "refactor", "undo", "doctor", "model", "stats")
"""Modules of `mai_lsp.cli`, each with `add_parser(subparsers)` and `run(args) -> int`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if "--stdio" in given and not set(given) & {*COMMANDS, "-h", "--help", "--version"}:
        # Before argparse is even imported; other arguments come from clients that add their own process id and such.
        return _serve()
    return _command(given)


def _serve() -> int:
    # The collector would look through the 90,000 objects of the LSP types several times while they are being made, a
    # tenth of the start-up time; `Session` switches it on again.
    gc.disable()
    from mai_lsp.lsp.server import run_stdio  # noqa: PLC0415 (the command line does not need it)

    return run_stdio()


def _command(given: Sequence[str]) -> int:
    import argparse  # noqa: PLC0415 (the server does not need it)
    import importlib  # noqa: PLC0415 (same)

    from mai_lsp import __version__  # noqa: PLC0415 (same)

    parser = argparse.ArgumentParser(
        prog="mai-lsp", description="AI code completion over LSP, for any editor and any model endpoint."
    )
    parser.add_argument("--version", action="version", version=f"mai-lsp {__version__}")
    parser.add_argument("--stdio", action="store_true", help="be a language server on stdin and stdout")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    modules = {}
    # One command's modules are enough for running it; the overview needs all, a version none.
    wanted = [name for name in COMMANDS if name in given[:1]] or ([] if "--version" in given else COMMANDS)
    for name in wanted:
        modules[name] = importlib.import_module(f"mai_lsp.cli.{name}")
        modules[name].add_parser(subparsers)
    chosen = parser.parse_args(given)
    if chosen.command is None:
        parser.print_help()
        return 2
    code: int = modules[chosen.command].run(chosen)
    return code


if __name__ == "__main__":
    sys.exit(main())
