"""The whole server over stdio with the real local model: what it says is checked by properties, not by exact text."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mai_lsp.core.text import Document, Edit, Span
from mai_lsp.engine.backend import new_client
from mai_lsp.engine.completion import complete
from mai_lsp.engine.ports import Ask, Deps
from mai_lsp.settings import Settings
from tests.support.fixture import parse
from tests.support.lsp_client import LspClient

pytestmark = pytest.mark.real_model

PATIENCE = 180.0
"""Seconds; a machine that tests in parallel reads a prompt slowly."""


@pytest.fixture(scope="module")
def client() -> Iterator[LspClient]:
    """One server for all, as in an editor; the engine behind it is shared with whatever else runs."""
    server = [sys.executable, "-m", "mai_lsp", "--stdio"]
    with LspClient(server, env={"MAI_LSP_PROVIDER": "local"}) as running:
        running.initialize({"textDocument": {"inlineCompletion": {}}})
        yield running


@dataclass(frozen=True)
class Case:
    """A place where only one thing makes sense, and pieces of it."""

    path: str
    source: str
    has: tuple[str, ...]


CASES = (
    Case("/add.py", "def add(a, b):\n    return $0\n\n\nprint(add(1, 2))\n", ("a", "+", "b")),
    Case("/half.py", "import random\n\n\ndef dice():\n    return random.rand$0\n", ("int(", "1, 6")),
    Case(
        "/area.ts",
        "function area(width: number, height: number): number {\n  return $0\n}\n",
        ("width * height",),
    ),
    Case(
        "/stack.go",
        'package stack\n\nimport "errors"\n\nvar ErrEmpty = errors.New("empty")\n\n'
        "func pop(items []int) (int, error) {\n\tif len(items) == 0 {\n\t\t$0\n\t}\n"
        "\treturn items[len(items)-1], nil\n}\n",
        ("return", "0", "ErrEmpty"),
    ),
    Case(
        "/point.rs",
        "struct P { x: f64, y: f64 }\n\nfn dist(a: &P, b: &P) -> f64 {\n    let dx = a.x - b.x;\n    let dy = $0\n"
        "    (dx * dx + dy * dy).sqrt()\n}\n",
        ("a.y", "b.y"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_completes(client: LspClient, case: Case) -> None:
    fixture = parse(case.source)
    document = fixture.document(case.path.rpartition(".")[2])
    uri = f"file://{case.path}"
    line = document.line_at(fixture.cursor)
    column = fixture.cursor - document.starts[line]
    client.open(uri, case.path.rpartition(".")[2], fixture.text)
    answer = client.complete(uri, line, column, timeout=PATIENCE)
    assert answer["items"], client.notifications[-1:]
    item = answer["items"][0]
    for piece in case.has:
        assert piece in item["insertText"]
    assert item["range"]["start"] == {"line": line, "character": column}
    assert item["range"]["end"]["line"] == line
    if case.path.endswith(".py"):
        ast.parse(fixture.text[: fixture.cursor] + item["insertText"] + fixture.text[fixture.cursor :])


async def test_typing_on_is_answered_from_the_cache() -> None:
    """A second request one key later must not read the prompt again: that is what `qwen-mid` is for."""
    body = "\n".join(f"def f{number}(value):\n    return value + {number}\n" for number in range(40))
    fixture = parse(f"{body}\n\ndef twice(value):\n    return $0\n")
    settings = Settings(provider="local")
    model = new_client(lambda: settings, os.environ)
    try:
        outcomes = []
        for typed in ("", "v"):
            document = fixture.document("python").edited([Edit(Span(fixture.cursor, fixture.cursor), typed)], 2)
            deps = Deps(model, Only(document), settings)
            outcomes.append(await complete(Ask(document, fixture.cursor + len(typed)), deps))
        usage = outcomes[1].trace.usage
        assert usage.input_tokens > 200
        assert usage.cached_tokens >= 0.9 * usage.input_tokens
    finally:
        await model.aclose()


@dataclass(frozen=True)
class Only:
    """The port `Documents` over one document."""

    document: Document

    def latest(self, uri: str) -> Document | None:
        return self.document

    def display_path(self, uri: str) -> str:
        return "twice.py"

    def ignored(self, uri: str, path: str = "") -> str:
        return ""
