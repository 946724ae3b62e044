"""What suggestions are like while somebody types: how often the right one is on the screen, and what that costs.

Generated typing of real files goes through the real server over LSP, and through two policies that plain plugins have,
against one scripted model with a latency of its own; everything in real time, all sessions at once.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

from _lib import bench_typing_soak, env
from _lib.bench_figures import Row, Table, quantile
from _lib.bench_typing_client import Baseline, Policy, Seen, Server, write
from _lib.bench_typing_model import TOKEN_SECONDS, Script, reply_to, user_message
from _lib.bench_typing_texts import scripts
from mai_lsp.core.tokens import estimate
from mai_lsp.engine.backend import new_client
from mai_lsp.settings import Settings
from tests.support.model_server import Asked, ModelServer, Steps
from tests.support.model_steps import Channel, Step, send

LATENCIES = (0.3, 0.8, 1.5)
CORRECT = 0.6
PRICE = (0.20, 1.00)
"""USD per million prompt and output tokens, to turn tokens into money: about what small hosted code models cost."""

SECONDS = 300.0
"""How long each session goes on."""

SOAK_LATENCY = 0.1
PER_LANGUAGE = 1
POLICIES = ("server", "pause 350 ms", "pause 400 ms, throttle 1 s")

GOAL_RATIO, GOAL_REQUESTS, GOAL_WRONG = 2.0, 0.5, 3.0
"""At 0.8 s: times the share of right suggestions of the better of the two others, share of its requests at most, and
percent of keys with a wrong one."""


@dataclass(slots=True)
class Total:
    """What the sessions of one policy came to."""

    seen: Seen = field(default_factory=Seen)
    requests: int = 0
    prompt_tokens: int = 0
    output_tokens: int = 0

    @property
    def cost(self) -> float:
        """USD per 1,000 keys."""
        dollars = self.prompt_tokens * PRICE[0] + self.output_tokens * PRICE[1]
        return dollars / 1e6 * 1000 / max(1, self.seen.keys)

    @property
    def per_hundred(self) -> float:
        """Requests per 100 keys."""
        return 100 * self.requests / max(1, self.seen.keys)

    @property
    def right(self) -> float:
        """Percent of keys with the right suggestion on the screen."""
        return 100 * self.seen.right / max(1, self.seen.keys)

    @property
    def wrong(self) -> float:
        """Percent of keys with a wrong one."""
        return 100 * self.seen.wrong / max(1, self.seen.keys)


class Typed:
    """A scripted model for one session: it knows the file that is being written."""

    def __init__(self, script: Script, latency: float, correct: float, seed: str) -> None:
        self.total = Total()
        self._script, self._latency, self._correct, self._seed = script, latency, correct, seed

    def steps(self, asked: Asked) -> Steps:
        """Answer a request, a piece at a time; what is read of it is what counts as output."""
        message = user_message(asked.body)
        reply = reply_to(message, self._script, latency=self._latency, correct=self._correct, seed=self._seed)
        self.total.requests += 1
        self.total.prompt_tokens += sum(estimate(str(one["content"])) for one in asked.body["messages"])
        return (_pause(reply.latency), *(self._say(piece) for piece in reply.pieces()))

    def _say(self, piece: str) -> Step:
        async def step(channel: Channel) -> None:
            await send(piece)(channel)
            self.total.output_tokens += 1
            await asyncio.sleep(TOKEN_SECONDS)

        return step


def _pause(seconds: float) -> Step:
    async def step(_: Channel) -> None:
        await asyncio.sleep(seconds)

    return step


def main(arguments: Sequence[str]) -> list[Table]:
    """Run all sessions and return a table per latency. Raises `corpus_fetch.Unreachable`."""
    given = _parser().parse_args(arguments)
    texts = scripts(given.files, tuning=given.tuning)
    if given.soak:
        answering = partial(_quick, correct=given.correct)
        return [bench_typing_soak.run(texts, answering, given.soak, given.seed)]
    latencies = given.latency or list(LATENCIES)
    totals = asyncio.run(_all(texts, latencies, given))
    return [_table(latency, totals[latency], given, texts) for latency in latencies]


def _quick(script: Script, seed: str, correct: float) -> Callable[[Asked], Steps]:
    """Return a model that answers within a human gap or two, since nobody waits for it."""
    return Typed(script, SOAK_LATENCY, correct, seed).steps


async def _all(
    texts: Sequence[Script], latencies: Sequence[float], given: argparse.Namespace
) -> dict[float, dict[str, Total]]:
    totals = {latency: {policy: Total() for policy in POLICIES} for latency in latencies}
    async with asyncio.TaskGroup() as group:
        for latency in latencies:
            for policy in POLICIES:
                for number, script in enumerate(texts):
                    seed = f"{given.seed}/{number}"
                    model = Typed(script, latency, given.correct, seed)
                    total = totals[latency][policy]
                    group.create_task(_session(script, policy, model, total, seed=seed, seconds=given.seconds))
    return totals


async def _session(script: Script, policy: str, model: Typed, total: Total, *, seed: str, seconds: float) -> None:
    async with ModelServer() as server:
        server.default = model.steps
        async with _policy(policy, server.url) as asking:
            seen = await write(script, asking, seed, seconds=seconds)
    total.seen.add(seen)
    total.requests += model.total.requests
    total.prompt_tokens += model.total.prompt_tokens
    total.output_tokens += model.total.output_tokens


@contextlib.asynccontextmanager
async def _policy(name: str, url: str) -> AsyncIterator[Policy]:
    settings: dict[str, Any] = {
        "provider": "openai-compatible",
        "base_url": f"{url}/v1",
        "api_key": "none",
        "completion_model": "scripted",
        "index_enable": False,
        "stats_enable": False,
        "log_level": "error",
    }
    if name == "server":
        variables = {f"MAI_LSP_{key.upper()}": str(value) for key, value in settings.items()}
        path = os.pathsep.join(filter(None, [str(env.ROOT / "server"), os.environ.get("PYTHONPATH", "")]))
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MAI_LSP_")}
        yield Server({**kept, **variables, "PYTHONPATH": path})
        return
    client = new_client(lambda: Settings(**settings), {})
    throttled = "throttle" in name
    try:
        yield Baseline(client, pause=0.4 if throttled else 0.35, throttle=1.0 if throttled else 0.0)
    finally:
        await client.aclose()


def _table(latency: float, totals: dict[str, Total], given: argparse.Namespace, texts: Sequence[Script]) -> Table:
    ours = totals["server"]
    better = max((total for name, total in totals.items() if name != "server"), key=lambda total: total.right)
    judged = latency == 0.8 and given.correct == CORRECT
    rows: list[Row] = []
    for name, total in totals.items():
        waits = total.seen.waits or [0.0]
        rows += [
            Row(f"{name}: right on screen", total.right, unit="%"),
            Row("  wrong on screen", total.wrong, unit="%", goal_p50=GOAL_WRONG if judged and total is ours else None),
            Row("  requests per 100 keys", total.per_hundred, unit=""),
            Row("  prompt tokens per key", total.prompt_tokens / max(1, total.seen.keys), unit=""),
            Row("  output tokens per key", total.output_tokens / max(1, total.seen.keys), unit=""),
            Row("  USD per 100,000 keys", 100 * total.cost, unit=""),
            Row("  from a key to a new suggestion", 1000 * median(waits), 1000 * quantile(waits, 0.95), "ms"),
        ]
    ratio = better.right / ours.right if ours.right else 9.9
    share = ours.per_hundred / better.per_hundred if better.per_hundred else 9.9
    rows += [
        Row("the better other's right / ours", ratio, unit="x", goal_p50=1 / GOAL_RATIO if judged else None),
        Row("our requests / the better other's", share, unit="x", goal_p50=GOAL_REQUESTS if judged else None),
    ]
    keys = sum(total.seen.keys for total in totals.values()) // len(totals)
    files = ", ".join(script.path for script in texts)
    note = f"seed {given.seed}; answers right with probability {given.correct:g}; {keys:,} keys each; {files}"
    return Table("typing", f"Typing, model latency around {1000 * latency:.0f} ms", tuple(rows), note)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench typing", description=sys.modules[__name__].__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of each session ({SECONDS:g})")
    parser.add_argument("--latency", type=float, action="append", metavar="S", help="of the model; may be repeated")
    parser.add_argument("--correct", type=float, default=CORRECT, help=f"share of right answers ({CORRECT:g})")
    parser.add_argument("--files", type=int, default=PER_LANGUAGE, help="of each language, a session each")
    parser.add_argument("--seed", default="1")
    parser.add_argument(
        "--soak",
        type=int,
        nargs="?",
        const=bench_typing_soak.KEYS,
        metavar="KEYS",
        help=f"instead, so many keys as fast as the server takes them ({bench_typing_soak.KEYS:,}: an hour's)",
    )
    parser.add_argument("--tuning", action="store_true", help="the files that constants may be chosen by")
    return parser
