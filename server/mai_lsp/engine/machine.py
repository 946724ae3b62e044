"""The checks of `doctor` that need no network: Python, grammars, settings, and the model on this machine.

They return values and print nothing; each runs whatever the others found.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mai_lsp import __version__
from mai_lsp.core import grammars
from mai_lsp.core.language import LANGUAGES, Language
from mai_lsp.core.syntax import parse
from mai_lsp.errors import LocalModelError
from mai_lsp.model.local import weights
from mai_lsp.model.local.share import LocalEngine
from mai_lsp.settings import Settings
from mai_lsp.system import installed
from mai_lsp.system.cache import cache_dir

OLDEST_PYTHON = (3, 11)


class State(StrEnum):
    """How a check went; only `FAIL` makes the whole fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"
    """Not tried, and the fact says why."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    fact: str
    """What is so: a phrase or sentence, without secrets and without the user's code."""
    advice: str = ""
    """What to do; set whenever `state` is WARN or FAIL and something can be done."""


def python() -> Check:
    """Say which Python runs on which system."""
    fact = f"{platform.python_version()} on {platform.system()} {platform.release()}, {platform.machine()}"
    if sys.version_info[:2] < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        return Check("Python", State.FAIL, fact, f"Install Python {wanted} or later and this server into it.")
    return Check("Python", State.OK, fact)


def server() -> Check:
    """Say which version of the server this is, and where."""
    return Check("Server", State.OK, f"mai-lsp {__version__} in {Path(__file__).resolve().parents[1]}")


def core_grammars() -> Check:
    """Load every grammar that comes with the server and parse a line with it."""
    rows = [row for row in LANGUAGES.values() if row.grammar]
    broken = [row.name for row in rows if not _parses(row)]
    fact = f"tree-sitter {_version('tree-sitter')}, {len(rows) - len(broken)} languages load and parse"
    if not broken:
        return Check("Grammars", State.OK, fact)
    return Check(
        "Grammars",
        State.WARN,
        f"{fact}; not: {', '.join(broken)}. They complete without syntax.",
        installed.how_to_mend(),
    )


def extra_grammars() -> Check:
    """Say whether the long tail of languages has grammars, too."""
    rows = [row for row in LANGUAGES.values() if row.extra]
    name = "More grammars"
    if importlib.util.find_spec("tree_sitter_languages") is None:
        return Check(name, State.OK, f"{_without_extra()}; {len(rows)} languages have no syntax then")
    broken = [row.name for row in rows if not _parses(row)]
    if not broken:
        return Check(name, State.OK, f"{len(rows)} languages load and parse")
    return Check(
        name,
        State.WARN,
        f"{len(rows) - len(broken)} of {len(rows)} languages load and parse; not: {', '.join(broken)}",
        "Run: python -m pip install --force-reinstall 'mai-lsp[languages]'",
    )


def settings(used: Settings, sources: Sequence[str], problems: Sequence[str]) -> list[Check]:
    """Say where settings come from, and one warning for each that was wrong."""
    checks = [Check("Settings", State.OK, f"from {'; '.join(sources)}" if sources else "the defaults; nothing is set")]
    checks += [Check("Settings", State.WARN, text, "Correct it where it is set.") for text in problems]
    if not used.completion_enable:
        checks.append(
            Check("Settings", State.WARN, "Completions are switched off.", "Set mai.completion.enable to true.")
        )
    return checks


def _without_extra() -> str:
    return "not part of the extension" if installed.packed() else "not installed (the extra 'languages')"


async def own_model(used: Settings) -> list[Check]:
    """Look at engine, weights and process of the model on this machine, without starting it."""
    return [_engine(), await asyncio.to_thread(_weights, used), await _process(used)]


def _engine() -> Check:
    if importlib.util.find_spec("xllamacpp") is None:
        return Check("Engine", State.FAIL, "not installed", installed.how_to_add("local"))
    return Check("Engine", State.OK, f"llama.cpp by xllamacpp {_version('xllamacpp')}")


def _weights(used: Settings) -> Check:
    wanted = weights.locate(used.local_model, cache_dir())
    try:
        weights.check(wanted)
    except LocalModelError as error:
        return Check("Weights", State.FAIL, error.message, error.advice)
    known = ", SHA-256 is the publisher's" if wanted.model is not None else ""
    return Check("Weights", State.OK, f"{wanted.path} ({wanted.path.stat().st_size / 1e6:,.0f} MB{known})")


async def _process(used: Settings) -> Check:
    try:
        running = await LocalEngine(used).status()
    except LocalModelError:
        return Check("Process", State.SKIP, "not looked for, since the weights are not right")
    if running is None:
        return Check("Process", State.OK, "not running; it starts when it is asked")
    phase = "ready" if running.ready else "loading"
    return Check("Process", State.OK, f"{phase}, process {running.pid}, {running.threads} threads")


def _parses(row: Language) -> bool:
    return grammars.load(row) is not None and parse(row, "a\n") is not None


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"
