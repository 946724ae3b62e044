"""The same places completed by the real model on this machine, with and without other files: `--real`.

Both sides have the same budget and the same engine; nothing differs but what the index adds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from _lib import bench_context_ours as engine
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

    language: str
    with_others: bool
    exact: bool
    similarity: float
    """One for the same line, none for nothing in common (`similarity`)."""


def sample(places: Sequence[Place], count: int) -> list[Place]:
    """Return `count` places of each language, spread evenly over those that were drawn."""
    found: list[Place] = []
    for language in dict.fromkeys(place.language for place in places):
        own = [place for place in places if place.language == language]
        found += [own[number * len(own) // count] for number in range(min(count, len(own)))]
    return found


async def complete_all(places: Sequence[Place], budget: int) -> list[Answer]:
    """Complete every place twice. Raises RuntimeError when the model can not be asked."""
    settings = settings_for(budget)
    client = new_client(lambda: settings, os.environ)
    answers = []
    try:
        for place in places:
            with engine.gatherer(place.root) as elsewhere:
                for others in (elsewhere, None):
                    line = await _line(place, others, settings, client)
                    target = place.text()[2]
                    same = line.split() == target.split()
                    answers.append(Answer(place.language, others is not None, same, similarity(line, target)))
            print(".", end="", flush=True)
    finally:
        await client.aclose()
    print()
    return answers


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


def as_text(answers: Sequence[Answer], budget: int, seed: int) -> str:
    """Return both sides beside each other."""
    lines = [f"\nThe local model, {budget:,} tokens, seed {seed}: lines exactly right / edit similarity"]
    lines.append(f"  {'':16}{'with other files':>20}{'without':>20}{'places':>8}")
    languages = (*dict.fromkeys(one.language for one in answers), ALL)
    return "\n".join((*lines, *(f"  {language:16}" + "".join(_cells(answers, language)) for language in languages)))


def _cells(answers: Sequence[Answer], language: str) -> Iterator[str]:
    own = [one for one in answers if language in {ALL, one.language}]
    for with_others in (True, False):
        side = [one for one in own if one.with_others is with_others]
        cell = f"{sum(one.exact for one in side)} / {fmean(one.similarity for one in side):.3f}"
        yield f"{cell:>20}"
    yield f"{len(own) // 2:>8}"
