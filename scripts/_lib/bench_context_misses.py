"""Which names were missed and why, one line each, for whoever works on the context engine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from _lib.bench_context_definitions import Definitions
from _lib.bench_context_places import Place
from _lib.bench_context_recall import Prompt


def misses(place: Place, prompt: Prompt, generous: Prompt, defined: Definitions) -> Iterator[str]:
    """Say for each name whose definition a prompt lacks what the file and a prompt of any length know of it."""
    text, _, target = place.text()
    for name in place.names:
        shapes = defined.shapes[name]
        if prompt.defines(name, shapes):
            continue
        lines = [
            number + 1 for number, line in enumerate(text.split("\n")) if re.search(rf"\b{re.escape(name)}\b", line)
        ]
        near = min(lines, key=lambda line: abs(line - place.line - 1)) if lines else None
        facts = (
            "named" if prompt.names(name) else "absent",
            f"in file {len(lines)}x, nearest line {near}" if near is not None else "not in file",
            "candidate" if generous.defines(name, shapes) else "named at length" if generous.names(name) else "unknown",
        )
        where = f"in {', '.join(defined.files[name])}: {' | '.join(_cut(shape.text) for shape in shapes)}"
        yield f"{place.package} {place.path}:{place.line + 1}  {name}  [{'; '.join(facts)}]  {where}"
        yield f"      {_cut(target)}"


def _cut(text: str) -> str:
    return text if len(text) <= 110 else text[:109] + "…"
