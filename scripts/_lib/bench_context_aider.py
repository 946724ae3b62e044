"""Aider's repo map, from PyPI, at the same places: its own environment, one process for all of them.

It is given the whole package, the cursor's file as the one in the chat, and our token estimate in place of a tokenizer;
what its map leaves of the budget goes to the plain window around the cursor.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from _lib.bench_context_ours import window
from _lib.bench_context_places import Place
from _lib.corpus import corpus_dir
from _lib.corpus_fetch import Unreachable
from mai_lsp.core.tokens import BYTES_PER_TOKEN, estimate

VERSION = "0.86.2"

PINNED = (
    f"aider-chat=={VERSION}",
    "diskcache==5.6.3",
    "grep-ast==0.9.0",
    "markdown-it-py==4.0.0",
    "mdurl==0.1.2",
    "networkx==3.4.2",
    "numpy==1.26.4",
    "packaging==26.0",
    "pathspec==1.0.4",
    "pygments==2.19.2",
    "rich==14.3.2",
    "scipy==1.15.3",
    "tqdm==4.67.3",
    "tree-sitter==0.25.2",
    "tree-sitter-c-sharp==0.23.1",
    "tree-sitter-embedded-template==0.25.0",
    "tree-sitter-language-pack==0.13.0",
    "tree-sitter-yaml==0.7.2",
)
"""What the map needs of Aider's own pins; its chat, its models and their tokenizers are not installed."""

SHARE = 0.75
"""Of the budget, for the map. The best of 1/4, 1/2 and 3/4 on the tuning set (identifier plus definition recall: 0.75,
0.79 and 0.81 at 2,000 tokens, 1.10, 1.21 and 1.23 at 8,000)."""

_CHILD = Path(__file__).with_name("bench_context_aider_child.py")


def prompts(places: Sequence[Place], budgets: Sequence[int], share: float) -> dict[int, list[str]]:
    """Return a prompt for each place, by budget. Raises Unreachable when Aider can not be installed or fails."""
    sizes = [int(budget * share) for budget in budgets]
    maps = _maps(places, sizes)
    found: dict[int, list[str]] = {}
    for number, budget in enumerate(budgets):
        found[budget] = [_joined(place, one[number], budget) for place, one in zip(places, maps, strict=True)]
    return found


def _joined(place: Place, text: str, budget: int) -> str:
    # Its binary search accepts a map that is 15 % too large; the window then has that much less.
    text = text and text.rstrip("\n") + "\n\n"
    return text + window(place, max(64, budget - 1 - estimate(text)))


def _maps(places: Sequence[Place], sizes: Sequence[int]) -> list[list[str]]:
    asked = {
        "bytes_per_token": BYTES_PER_TOKEN,
        "sizes": sizes,
        "places": [{"root": str(_copy(place)), "path": place.path, "text": place.text()[0]} for place in places],
    }
    question = json.dumps(asked)
    # Minutes of work, which for the same question, and the same way to ask it, comes out the same.
    name = hashlib.sha256("\n".join((*PINNED, _CHILD.read_text(encoding="utf-8"), question)).encode()).hexdigest()[:20]
    kept = corpus_dir() / "aider" / f"{name}.json"
    if not kept.exists():
        # Sets of strings decide between files of one rank; with a fixed seed they do so alike in every run.
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        command = [str(_python()), "-P", str(_CHILD)]
        done = subprocess.run(command, input=question, capture_output=True, text=True, check=False, env=environment)
        if done.returncode:
            raise Unreachable(f"Aider's map failed: {done.stderr.strip()[-500:]}")
        kept.write_text(done.stdout, encoding="utf-8")
    maps: list[list[str]] = json.loads(kept.read_text(encoding="utf-8"))
    return maps


def _copy(place: Place) -> Path:
    """Return a copy of the place's package that may be written to."""
    copy = corpus_dir() / "aider" / place.package
    if not copy.exists():
        partial = copy.with_name(f"{copy.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(place.root, partial)
        partial.rename(copy)
    return copy


def _python() -> Path:
    """Return the Python of Aider's environment, which is made if it is not there."""
    folder = corpus_dir() / f"aider-chat-{VERSION}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / "installed"
    if not stamp.exists():
        shutil.rmtree(folder, ignore_errors=True)
        _run([_old_enough(), "-m", "venv", str(folder)])
        _run([str(python), "-m", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:", *PINNED])
        stamp.touch()
    return python


def _old_enough() -> str:
    """Find a Python that Aider's pins have wheels for."""
    if sys.version_info < (3, 13):
        return sys.executable
    for minor in (12, 11):
        if found := shutil.which(f"python3.{minor}"):
            return found
    raise Unreachable("Aider needs Python 3.11 or 3.12")


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Unreachable(f"Aider can not be installed: {done.stderr.strip()[-300:]}")
