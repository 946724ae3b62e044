"""The same places completed by the real model on this machine, with and without other files: `--real`.

Both sides have the same budget and the same engine; nothing differs but what the index adds. It says how sure the
difference is, and nothing about which side ought to win.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType

from _lib import bench_context_ours as engine
from _lib.bench_context_paired import paired
from _lib.bench_context_places import Place
from _lib.bench_context_table import ALL
from mai_lsp.engine.backend import new_client
from mai_lsp.engine.completion import applied, complete
from mai_lsp.engine.gather import Gatherer
from mai_lsp.engine.outcome import Reason, Skipped
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.model.client import ModelClient
from mai_lsp.settings import Settings
from mai_lsp.settings_reading import from_env, read

PER_LANGUAGE = 12

ROOM = 2048
"""Tokens of the engine's window beyond the budget: our estimate is cautious, and the answer takes some, too."""

SECONDS = 300.0
"""Reading 2,000 tokens takes a small machine ten seconds and more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model wrote in place of one line."""

    exact: bool
    similarity: float
    """One for the same line, none for nothing in common (`similarity`)."""
    named: float
    """The share of the names from other files that the line has, in one piece."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same place, completed twice."""

    language: str
    place: str
    with_others: Answer
    without: Answer


MEASURES: Mapping[str, Callable[[Answer], float]] = MappingProxyType(
    {
        "exact line": lambda one: float(one.exact),
        "edit similarity": lambda one: one.similarity,
        "names from other files": lambda one: one.named,
    }
)
"""Figures from 0 to 1, of which the mean is shown."""


def sample(places: Sequence[Place], count: int) -> list[Place]:
    """Return `count` places of each language, spread evenly over those that were drawn."""
    found: list[Place] = []
    for language in dict.fromkeys(place.language for place in places):
        own = [place for place in places if place.language == language]
        found += [own[number * len(own) // count] for number in range(min(count, len(own)))]
    return found


async def complete_all(places: Sequence[Place], budget: int) -> list[Pair]:
    """Complete every place twice. Raises RuntimeError when the model can not be asked."""
    settings = settings_for(budget)
    client = new_client(lambda: settings, os.environ)
    pairs = []
    try:
        for place in places:
            with engine.gatherer(place.root) as elsewhere:
                both = [judged(await _line(place, others, settings, client), place) for others in (elsewhere, None)]
            pairs.append(Pair(place.language, f"{place.package} {place.path}:{place.line + 1}", *both))
            print(".", end="", flush=True)
    finally:
        await client.aclose()
    print()
    return pairs


def judged(line: str, place: Place) -> Answer:
    """Hold a line against the one that was taken out."""
    target = place.text()[2]
    named = sum(bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", line)) for name in place.names)
    return Answer(line.split() == target.split(), similarity(line, target.rstrip()), named / len(place.names))


def settings_for(budget: int) -> Settings:
    """Return the user's settings with the local model and this budget."""
    chosen = {
        "provider": "local",
        "completion.list": "never",
        "context.tokens": budget,
        "local.context": max(4096, budget + ROOM),
        "timeout.firstToken": SECONDS,
        "timeout.total": 2 * SECONDS,
    }
    settings, wrong = read({"environment": from_env(os.environ), "benchmark": chosen})
    if wrong:
        raise RuntimeError("; ".join(wrong))
    return settings


async def _line(place: Place, others: Gatherer | None, settings: Settings, client: ModelClient) -> str:
    """Return the line as it reads after the suggestion was accepted; empty without one."""
    document, offset = engine.opened(place)
    deps = Deps(client, engine.OpenDocument(document, place.path), settings, others)
    outcome = await complete(Ask(document, offset), deps)
    if isinstance(outcome, Skipped):
        if outcome.reason is Reason.ERROR:
            raise RuntimeError(outcome.detail)
        return ""
    return applied(document, outcome).line_text(place.line).strip()


def similarity(line: str, target: str) -> float:
    """Return one less the Levenshtein distance over the longer length."""
    if line == target:
        return 1.0
    above = list(range(len(target) + 1))
    for row, char in enumerate(line, 1):
        left = row
        here = [row]
        for column, other in enumerate(target, 1):
            left = min(above[column] + 1, left + 1, above[column - 1] + (char != other))
            here.append(left)
        above = here
    return 1 - above[-1] / max(len(line), len(target))


def as_text(pairs: Sequence[Pair], budget: int, seed: int) -> str:
    """Return both sides beside each other, then what came of each place against itself."""
    languages = [*dict.fromkeys(pair.language for pair in pairs), ALL]
    head = "".join(f"{name:>26}" for name in MEASURES)
    return "\n".join(
        (
            f"\nThe local model, {budget:,} tokens, {len(pairs)} places, seed {seed}: with other files / without",
            f"  {'':14}{head}{'places':>8}",
            *(f"  {language:14}" + "".join(_cells(pairs, language)) for language in languages),
            "\nPlace by place, with other files against without:",
            *_compared(pairs),
        )
    )


def _cells(pairs: Sequence[Pair], language: str) -> Iterator[str]:
    own = [pair for pair in pairs if language in {ALL, pair.language}]
    for figure in MEASURES.values():
        sides = (fmean(figure(pair.with_others) for pair in own), fmean(figure(pair.without) for pair in own))
        yield f"{' / '.join(f'{side:.3f}' for side in sides):>26}"
    yield f"{len(own):>8}"


def _compared(pairs: Sequence[Pair]) -> Iterator[str]:
    for name, figure in MEASURES.items():
        found = paired([figure(pair.with_others) - figure(pair.without) for pair in pairs])
        yield (
            f"  {name:24}{found.better:4} better, {found.worse} worse, {found.alike} alike; "
            f"mean {found.mean:+.3f}, 95 % of {found.low:+.3f} to {found.high:+.3f}; sign test p = {found.chance:.2f}"
            + ("" if found.told_apart else "; no difference can be told")
        )
