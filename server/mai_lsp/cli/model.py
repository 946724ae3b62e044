"""``mai-lsp model``: fetch the embedded model, see what is there and what runs, stop it.

It is the only caller of `fetch`; nothing is downloaded that was not asked for here.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from mai_lsp import settings_reading
from mai_lsp.errors import LocalModelError, MaiError
from mai_lsp.model.local import state, weights
from mai_lsp.model.local.plan import engines_dir
from mai_lsp.model.local.progress import Progress, Report
from mai_lsp.settings import Settings
from mai_lsp.system.cache import cache_dir

_PLAIN_STEP = 0.25
"""Without a terminal, one line per this share of a download."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``model`` and its subcommands to the command line."""
    parser = subparsers.add_parser("model", help="fetch, list, locate and stop the embedded model")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    fetch = actions.add_parser("fetch", help="download a model's weights, or check those that are there")
    fetch.add_argument("model", nargs="?", default="", metavar="NAME|URL", help="default: mai.local.model")
    fetch.add_argument("--verify", action="store_true", help="hash a file that is already there once more")
    fetch.add_argument("--quiet", action="store_true", help="print nothing but errors")
    actions.add_parser("list", help="list the models that can be fetched by name")
    path = actions.add_parser("path", help="print where a model's file is; exit code 1 if it is not there")
    path.add_argument("model", nargs="?", default="", metavar="NAME|URL", help="default: mai.local.model")
    actions.add_parser("status", help="show the engines that run; exit code 1 if none does")
    actions.add_parser("stop", help="stop all engines of this user")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; return the exit code. Errors are printed to standard error."""
    settings, problems = settings_reading.read({"environment": settings_reading.from_env(os.environ)})
    for problem in problems:
        print(problem, file=sys.stderr)
    actions: dict[str, Callable[[], int]] = {
        "fetch": partial(_fetch, args, settings),
        "list": partial(_list, settings),
        "path": partial(_path, args, settings),
        "status": _status,
        "stop": _stop,
    }
    try:
        return actions[args.action]()
    except MaiError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Run the command again to go on where it was.", file=sys.stderr)
        return 130


def _fetch(args: argparse.Namespace, settings: Settings) -> int:
    from mai_lsp.model.local.fetch import fetch, http_client  # noqa: PLC0415 - the other actions need no network code

    wanted = weights.locate(args.model or settings.local_model, cache_dir())
    with _reporting(quiet=args.quiet) as report:
        path = fetch(wanted, client=lambda url: http_client(url, settings), report=report, verify=args.verify)
    if not args.quiet:
        licence = f", licence {wanted.model.licence}" if wanted.model is not None else ""
        print(f"{wanted.name}: {path} ({path.stat().st_size / 1e6:,.0f} MB{licence})")
        if wanted.url:
            print(f"To use it, set mai.local.model to {path}")
    return 0


def _list(settings: Settings) -> int:
    chosen = settings.local_model or weights.DEFAULT
    for model in weights.MODELS.values():
        wanted = weights.locate(model.name, cache_dir())
        mark = "*" if model.name == chosen else " "
        print(f"{mark} {model.name:30} {model.size / 1e6:7,.0f} MB  {model.licence}  {_presence(wanted)}")
    if chosen not in weights.MODELS:
        wanted = weights.locate(chosen, cache_dir())
        print(f"* {wanted.path}  {_presence(wanted)}")
    return 0


def _presence(wanted: weights.Weights) -> str:
    try:
        size = wanted.path.stat().st_size
    except OSError:
        return "not fetched"
    return "fetched" if wanted.model is None or size == wanted.model.size else "damaged"


def _path(args: argparse.Namespace, settings: Settings) -> int:
    wanted = weights.locate(args.model or settings.local_model, cache_dir())
    print(wanted.path)
    return 0 if wanted.path.is_file() else 1


def _status() -> int:
    found = state.running(engines_dir(cache_dir()))
    for path, engine in found:
        minutes = (time.time() - engine.started) / 60
        if not engine.ready:
            phase = "loading"
        elif state.probe(engine) is state.Health.ALIVE:
            phase = f"ready at {engine.address}"
        else:
            phase = "not answering"
        print(
            f"{engine.model}: {phase}, process {engine.pid}, {engine.threads} threads, "
            f"context {engine.context} tokens, up {minutes:.0f} min, log {path.with_suffix('.log')}"
        )
    if not found:
        print("No engine is running.")
    return 0 if found else 1


def _stop() -> int:
    stopped = [engine for path, engine in state.running(engines_dir(cache_dir())) if state.stop(path)]
    for engine in stopped:
        print(f"Stopped {engine.model} (process {engine.pid}).")
    if not stopped:
        print("No engine is running.")
    left = state.running(engines_dir(cache_dir()))
    if left:
        raise LocalModelError(f"{len(left)} engine(s) could not be stopped.", advice="End their processes by hand.")
    return 0


@contextmanager
def _reporting(*, quiet: bool) -> Iterator[Report]:
    """Show progress the way the output allows: a bar on a terminal, lines elsewhere, nothing if `quiet`."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console  # noqa: PLC0415 - slow to load, needed on a terminal only
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn  # noqa: PLC0415
    from rich.progress import Progress as RichProgress  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task("", total=None)

        def report(progress: Progress) -> None:
            if progress.done or progress.total:
                shown.update(task, description=progress.what, completed=progress.done, total=progress.total or None)
            else:
                shown.console.print(progress.what, markup=False, highlight=False)

        yield report


def _lines() -> Report:
    last: tuple[str, int] = ("", -1)

    def report(progress: Progress) -> None:
        nonlocal last
        step = int(progress.done / progress.total / _PLAIN_STEP) if progress.total else 0
        if (progress.what, step) == last:
            return
        last = (progress.what, step)
        share = f" {100 * progress.done // progress.total} %" if progress.total else ""
        print(f"{progress.what}{share}", file=sys.stderr, flush=True)

    return report
