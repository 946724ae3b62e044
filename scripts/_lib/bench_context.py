"""How much of what a line needs from other files a prompt shows: `scripts/bench context`.

Lines of real packages are taken out of their files. Measured is how many of the names in them that other files define
the prompt holds at all (identifier recall), and of how many a definition (definition recall), beside prompts of others.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from _lib import bench_context_aider as aider
from _lib import bench_context_fit as fit
from _lib import bench_context_ours as engine
from _lib import bench_context_real as real
from _lib import corpus
from _lib.bench_context_definitions import Definitions, definitions
from _lib.bench_context_jaccard import jaccard
from _lib.bench_context_misses import misses
from _lib.bench_context_ours import Shown
from _lib.bench_context_places import Place, draw
from _lib.bench_context_recall import Prompt, recalls
from _lib.bench_context_table import Score, as_json, as_text, missed_goals
from _lib.corpus import Package
from _lib.corpus_fetch import Unreachable
from mai_lsp.core.tokens import estimate

POSITIONS = 45
"""Per language."""

GENEROUS = 60_000
"""Tokens of a prompt that leaves out nothing the index came up with."""

SYSTEMS = ("ours", "window", "aider", "jaccard")


class Work(NamedTuple):
    """The places to be measured, and what is known of their packages."""

    places: tuple[Place, ...]
    defined: dict[str, Definitions]
    """By the package's label."""


def main(arguments: Sequence[str], machine: dict[str, Any]) -> int:
    """Measure and print; returns 1 if `--strict` was given and a goal was missed."""
    given = _parser().parse_args(arguments)
    started = time.monotonic()
    if given.fit is not None:
        return _fit(given)
    work = gathered(given)
    if not work.places:
        print("No package can be fetched on this machine.")
        return 1
    print(_heading(work, given), flush=True)
    asyncio.run(engine.build(sorted({place.root for place in work.places})))
    if given.real is not None:
        return _real(work, given, machine)
    scores = []
    for system in given.system:
        try:
            shown = _shown(system, work, given)
        except Unreachable as error:
            print(f"Left out: {error}.", file=sys.stderr)
            continue
        scores += [score(system, budget, place, one, work) for budget, place, one in shown]
    print(as_text(scores))
    if given.misses:
        asyncio.run(_print_misses(work, given.budget))
    missed = missed_goals(scores)
    verdict = "" if "ours" not in given.system else f"Missed: {'; '.join(missed)}" if missed else "All goals met."
    print(f"\n{verdict} ({time.monotonic() - started:.0f} s)".replace("\n ", "\n"))
    if given.json is not None:
        seen = {"machine": machine, "seed": given.seed, "set": _set(given), "context": as_json(scores)}
        given.json.write_text(json.dumps(seen, indent=1), encoding="utf-8")
    return 1 if missed and given.strict else 0


def _real(work: Work, given: argparse.Namespace, machine: dict[str, Any]) -> int:
    budget = given.budget[0]
    pairs = asyncio.run(real.complete_all(real.sample(work.places, given.real), budget))
    print(real.as_text(pairs, budget, given.seed))
    if given.json is not None:
        seen = {"machine": machine, "seed": given.seed, "set": _set(given), "budget": budget}
        given.json.write_text(json.dumps({**seen, "pairs": [asdict(one) for one in pairs]}, indent=1), "utf-8")
    return 0


def _fit(given: argparse.Namespace) -> int:
    """Print weights for `context/chance.py`; only the tuning set may say anything about them."""
    places: list[Place] = []
    for package in corpus.TUNING:
        if package.language in given.only:
            try:
                places += draw(package, given.fit, fit.SEED)
            except Unreachable as error:
                print(f"Left out: {error}.", file=sys.stderr)
    asyncio.run(engine.build(sorted({place.root for place in places})))
    rows = list(fit.rows_of(places, fit.SEED))
    print(fit.as_text(rows, fit.fitted(rows)))
    return 0


def gathered(given: argparse.Namespace) -> Work:
    """Fetch the packages that were asked for and draw places in them."""
    places: list[Place] = []
    defined: dict[str, Definitions] = {}
    for language in given.only:
        packages = [one for one in _packages(given) if one.language == language][: given.packages]
        for number, package in enumerate(packages):
            try:
                defined[package.label] = definitions(package)
            except Unreachable as error:
                print(f"Left out: {error}.", file=sys.stderr)
                continue
            count = given.positions // len(packages) + (number < given.positions % len(packages))
            places += draw(package, count, given.seed)
    return Work(tuple(places), defined)


def score(system: str, budget: int, place: Place, shown: Shown, work: Work) -> Score:
    """Hold a prompt against its place. Raises RuntimeError for one over budget: all systems have the same room."""
    size = estimate(shown.text)
    if size > budget:
        raise RuntimeError(f"{system}: {size} tokens of {budget} at {place.package} {place.path}:{place.line + 1}")
    shapes = [work.defined[place.package].shapes[name] for name in place.names]
    named, known = recalls(Prompt(shown.text), place.names, shapes)
    return Score(
        system, budget, place.language, named, known, len(place.names), size, shown.first, shown.placed, shown.warm
    )


def _shown(system: str, work: Work, given: argparse.Namespace) -> Iterator[tuple[int, Place, Shown]]:
    """Yield a system's prompts with their budgets and places. Raises Unreachable."""
    if system == "ours":
        return iter(asyncio.run(_ours(work.places, given.budget)))
    if system == "aider":
        prompts = aider.prompts(work.places, given.budget, given.share)
        return (
            (budget, place, Shown(text))
            for budget in given.budget
            for place, text in zip(work.places, prompts[budget], strict=True)
        )
    method = {"window": engine.window, "jaccard": jaccard}[system]
    return ((budget, place, Shown(method(place, budget))) for budget in given.budget for place in work.places)


async def _ours(places: Sequence[Place], budgets: Sequence[int]) -> list[tuple[int, Place, Shown]]:
    found = []
    for root in dict.fromkeys(place.root for place in places):
        for budget in budgets:
            # New ones, so that no budget finds what another has read.
            with engine.gatherer(root) as elsewhere, engine.gatherer(root) as unprepared:
                here = [place for place in places if place.root == root]
                for place in here:
                    shown = await engine.ours(place, elsewhere, budget, unprepared=unprepared)
                    found.append((budget, place, shown))
    return found


async def _print_misses(work: Work, budgets: Sequence[int]) -> None:
    for root in dict.fromkeys(place.root for place in work.places):
        with engine.gatherer(root) as elsewhere:
            for place in (place for place in work.places if place.root == root):
                generous = Prompt((await engine.ours(place, elsewhere, GENEROUS)).text)
                for budget in budgets:
                    prompt = Prompt((await engine.ours(place, elsewhere, budget)).text)
                    for line in misses(place, prompt, generous, work.defined[place.package]):
                        print(f"{budget} {line}")


def _packages(given: argparse.Namespace) -> tuple[Package, ...]:
    return corpus.TUNING if given.tuning else corpus.HELD_OUT


def _set(given: argparse.Namespace) -> str:
    return "tuning" if given.tuning else "held-out"


def _heading(work: Work, given: argparse.Namespace) -> str:
    labels = ", ".join(work.defined)
    names = sum(len(place.names) for place in work.places)
    return (
        f"Context: {len(work.places)} places with {names} names from other files, seed {given.seed}, "
        f"{_set(given)} set\n  ({labels})"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench context", description="What a prompt shows of other files.")
    parser.add_argument("--tuning", action="store_true", help="the packages that the engine may be tuned on")
    parser.add_argument("--positions", type=int, default=POSITIONS, metavar="N", help="places per language")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=_budgets, default=[2000, 8000], metavar="TOKENS,…")
    parser.add_argument(
        "--only", type=_listed(list(corpus.ENDINGS)), default=list(corpus.ENDINGS), metavar="LANGUAGE,…"
    )
    parser.add_argument("--packages", type=int, default=99, metavar="N", help="so many of each language at most")
    parser.add_argument("--system", type=_listed(SYSTEMS), default=list(SYSTEMS), metavar=",".join(SYSTEMS))
    parser.add_argument("--share", type=float, default=aider.SHARE, help="of the budget, for Aider's map")
    parser.add_argument(
        "--real",
        type=int,
        nargs="?",
        const=real.PER_LANGUAGE,
        metavar="N",
        help="instead complete N places of each language by the local model, with and without other files",
    )
    parser.add_argument(
        "--fit",
        type=int,
        nargs="?",
        const=fit.PER_PACKAGE,
        metavar="N",
        help="instead print weights for context/chance.py, fitted at N places of each tuning package",
    )
    parser.add_argument("--misses", action="store_true", help="print every definition that our prompts lack")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a goal is missed")
    return parser


def _listed(choices: Sequence[str]) -> Callable[[str], list[str]]:
    def parts(text: str) -> list[str]:
        found = text.split(",")
        if unknown := [part for part in found if part not in choices]:
            raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; choose from {', '.join(choices)}")
        return found

    return parts


def _budgets(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]
