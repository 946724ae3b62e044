"""What the real local model makes of code actions: small files of four languages through the flow that changes code.

Every action is taken as an editor would: found at its place, made a job, carried out with all checks and second tries.
The results stand in the report as they are, each beside the verdict of a judge that runs or reads the changed file; no
sample was chosen or altered for its result. It measures nothing of an editor; that is `bench_actions`.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from _lib.bench_edit_judges import Changed, parses
from _lib.bench_edit_samples import FILES, SAMPLES, Sample
from mai_lsp.actions.offer import find
from mai_lsp.core.recent import Problem, Severity
from mai_lsp.core.text import Document, Span
from mai_lsp.engine.backend import new_client
from mai_lsp.engine.change import flow
from mai_lsp.engine.change.deps import ChangeDeps
from mai_lsp.engine.change.files import Files
from mai_lsp.engine.change.job import Ended, Explained, Job, Proposal
from mai_lsp.engine.change.jobs import job_of
from mai_lsp.engine.route.providers import Providers
from mai_lsp.settings import Settings
from mai_lsp.settings_reading import from_env, read
from tests.support.changing import Watched
from tests.support.fixture import parse


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one sample."""

    action: str
    path: str
    outcome: str
    """``edit``, ``words`` or ``refused``."""
    parses: bool | None
    """Whether the changed files do; None where there are none."""
    verdict: str
    """``right``, ``wrong: why`` or ``not judged: why``; a refusal is neither right nor wrong."""
    attempts: int
    seconds: float
    input_tokens: int
    output_tokens: int
    text: str
    """The diff, the words or the refusal."""


def main(arguments: Sequence[str], machine: dict[str, Any]) -> int:
    """Run the samples that the arguments name, or all; returns 1 when the model could not be asked."""
    given = _parser().parse_args(arguments)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    settings, _ = read({"environment": from_env({**os.environ, "MAI_LSP_PROVIDER": "local"})})
    wanted = [one for one in SAMPLES if not given.only or one.action in given.only or one.file in given.only]
    results = asyncio.run(_all(settings, wanted))
    print("\n" + table(results, settings))
    if given.json is not None:
        figures = {"machine": machine, "results": [asdict(one) for one in results]}
        given.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0


def table(results: Sequence[Result], settings: Settings) -> str:
    """Return the report's table, and how often what came."""
    head = ("action", "file", "outcome", "parses", "tries", "s", "tokens in", "out", "judged")
    rows = [head, *map(_cells, results)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    edits = [one for one in results if one.outcome == "edit"]
    right = sum(one.verdict == "right" for one in results)
    wrong = sum(one.verdict.startswith("wrong") for one in results)
    refused = sum(one.outcome == "refused" for one in results)
    lines.append(
        f"\n{len(results)} actions: {right} right, {wrong} wrong, {refused} refused; "
        f"{sum(one.parses is True for one in edits)} of {len(edits)} edits parse."
    )
    lines.append(
        f"The model answers greedily (temperature 0), so there is no seed; window {settings.local_context:,} tokens."
    )
    return "\n".join(lines)


def _cells(one: Result) -> tuple[str, ...]:
    parsed = "" if one.parses is None else "yes" if one.parses else "NO"
    numbers = (str(one.attempts), f"{one.seconds:.1f}", str(one.input_tokens), str(one.output_tokens))
    return (one.action, one.path, one.outcome, parsed, *numbers, one.verdict)


async def _all(settings: Settings, samples: Sequence[Sample]) -> list[Result]:
    client = new_client(lambda: settings, os.environ)
    providers = Providers(client, lambda: settings, os.environ)
    results = []
    try:
        for sample in samples:
            with tempfile.TemporaryDirectory(prefix="mai-bench-", ignore_cleanup_errors=True) as made:
                result = await carried_out(sample, Path(made), settings, providers)
            print(
                f"\n=== {result.action} · {result.path}: {result.outcome}, {result.verdict}\n{result.text}", flush=True
            )
            results.append(result)
    finally:
        await providers.aclose()
        await client.aclose()
    return results


async def carried_out(sample: Sample, root: Path, settings: Settings, providers: Providers) -> Result:
    """Carry one sample out in an empty folder, and judge what came of it."""
    files = Files(root)
    job = _job(sample, root, files)
    started = time.perf_counter()
    ended = await flow.run(job, ChangeDeps(files, providers, settings, Watched()))
    seconds = time.perf_counter() - started
    outcome, parsed, verdict, text = await asyncio.to_thread(_judged, sample, ended, root)
    usage = ended.usage
    tokens = (usage.input_tokens, usage.output_tokens)
    tries = len(ended.decisions)
    return Result(sample.action, sample.file, outcome, parsed, verdict, tries, seconds, *tokens, text)


def _job(sample: Sample, root: Path, files: Files) -> Job:
    fixture = parse((FILES / sample.file).read_text(encoding="utf-8"))
    (root / sample.file).write_text(fixture.text, encoding="utf-8")
    document = files.read(sample.file)
    if not isinstance(document, Document) or fixture.selection is None:
        raise TypeError(f"{sample.file} can not be read, or has no $0")
    problems = [_problem(sample, fixture.text)] if sample.message else []
    offer = find(sample.action, document, fixture.selection, problems, ())
    if offer is None:
        raise ValueError(f"{sample.action} is not offered in {sample.file}")
    job = job_of(offer, document, sample.file, lambda: {sample.file}, said=sample.said)
    if isinstance(job, str):
        raise TypeError(job)
    return job


def _problem(sample: Sample, text: str) -> Problem:
    start = text.index(sample.at)
    return Problem(
        Span(start, start + len(sample.at)), Severity.ERROR, sample.message, source=sample.source, code=sample.code
    )


def _judged(sample: Sample, ended: Ended, root: Path) -> tuple[str, bool | None, str, str]:
    """Return the outcome, whether it parses, the verdict, and what to show."""
    if isinstance(ended, Explained):
        return "words", None, _verdict(sample.judge(Changed(root, sample.file, "", ended.text))), ended.text
    if not isinstance(ended, Proposal):
        return "refused", None, "-", ended.message
    before = (root / sample.file).read_text(encoding="utf-8")
    for change in ended.changes:
        place = root / (change.moved_to or change.path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(change.after or "", encoding="utf-8")
    made = tuple(change.path for change in ended.changes if change.before is None)
    after = (root / sample.file).read_text(encoding="utf-8")
    sound = all(parses(change.path, change.after or "") for change in ended.changes)
    verdict = _verdict(sample.judge(Changed(root, sample.file, before, after, made))) if sound else "wrong: broken"
    return "edit", sound, verdict, "\n".join(_diff(ended))


def _verdict(said: str | None) -> str:
    if said is None:
        return "not judged: its tool is not installed"
    return f"wrong: {said}" if said else "right"


def _diff(proposal: Proposal) -> Iterator[str]:
    for change in proposal.changes:
        old, new = change.old.split("\n"), (change.after or "").split("\n")
        yield from difflib.unified_diff(old, new, f"a/{change.path}", f"b/{change.path}", n=2, lineterm="")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench edit",
        description="Code actions on small files with the real local model: every diff as it is, and who is right.",
        epilog="The judges run what the model has written, in a folder of its own and for half a minute at most.",
    )
    parser.add_argument("--only", nargs="+", metavar="ACTION|FILE", help="these alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    return parser
